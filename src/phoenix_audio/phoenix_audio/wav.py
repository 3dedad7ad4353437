"""Reads any WAV file as mono 16-bit samples, and writes such files."""

import wave
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray


class WavError(Exception):
    """A WAV file cannot be read or written; the text names the file and the reason."""


def read_wav(path: Path, sample_rate: int = 16000) -> NDArray[np.int16]:
    """
    Return the recording as mono samples, shape (n,), at `sample_rate` Hz.

    Any rate, sample width and number of channels that libsndfile supports is converted; a file
    that already has the right form is returned bit for bit.

    :raises WavError: the file is missing, unreadable, of an unknown format, or without samples.
    """
    try:
        with Path(path).open('rb') as file:
            channels, file_rate = soundfile.read(file, dtype='float32', always_2d=True)
    except OSError as error:
        raise WavError(f'{path}: cannot be read: {error.strerror}') from error
    except soundfile.LibsndfileError as error:
        raise WavError(f'{path}: is not a readable WAV file: {error.error_string}') from error
    if not np.isfinite(channels).all():
        raise WavError(f'{path}: holds samples that are not finite numbers')
    mono = channels.mean(axis=1)
    if file_rate != sample_rate:
        mono = soxr.resample(mono, file_rate, sample_rate)
    if mono.size == 0:
        raise WavError(f'{path}: holds no samples')
    samples: NDArray[np.int16] = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
    return samples


class WavWriter:
    """
    Writes a mono 16-bit WAV file whose header is correct after every `write`.

    So the file is readable while it grows, and after the process was killed. An existing file is
    replaced.

    :raises WavError: the file cannot be written.
    """

    def __init__(self, path: Path, sample_rate: int) -> None:
        self._path = path
        try:
            self._file = Path(path).open('wb')  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise WavError(f'{path}: cannot be written: {error.strerror}') from error
        self._wave = wave.open(self._file, 'wb')  # noqa: SIM115 - closed by close()
        self._wave.setparams((1, 2, sample_rate, 0, 'NONE', 'not compressed'))
        self.write(np.empty(0, np.int16))

    def write(self, samples: NDArray[np.int16]) -> None:
        """Append the samples, shape (n,)."""
        try:
            self._wave.writeframes(samples.astype('<i2').tobytes())
            self._file.flush()
        except OSError as error:
            raise WavError(f'{self._path}: cannot be written: {error.strerror}') from error

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        self._wave.close()
        self._file.close()

    def __enter__(self) -> 'WavWriter':
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
