"""What is written is read as a person would read it aloud."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.sentences import SpeechRules, split_sentences
from phoenix_speech.voice.reading.reader import TextReader

CONFIG = Path(__file__).parents[4] / 'config'
READERS = {language: TextReader(CONFIG, language) for language in ('en', 'de')}
RULES = {language: SpeechRules.load(CONFIG, language) for language in READERS}


def read(language: str, text: str) -> str:
    reader = READERS[language]
    sentences = split_sentences(reader.in_words(text), RULES[language])
    return ' '.join(reader.read(sentence).text for sentence in sentences)


def rows() -> Iterator[tuple[str, str, str]]:
    for language in READERS:
        lines = Path(__file__).with_name(f'reading_{language}.txt').read_text().splitlines()
        for line in lines[1:]:
            written, _, said = line.partition('|')
            yield language, written.strip(), said.strip()


@pytest.mark.parametrize(('language', 'written', 'said'), list(rows()))
def test_it_is_read_as_a_person_would(language: str, written: str, said: str) -> None:
    assert read(language, written) == said


@pytest.mark.parametrize('language', READERS)
def test_no_digit_and_no_foreign_letter_is_left(language: str) -> None:
    numbers = ('0', '1', '7', '12', '100', '1999', '2026', '3.5', '3,5', '1,000', '1.000', '-4')
    for number in numbers:
        for form in (
            '{}',
            '{} km',
            '${}',
            '{}%',
            'a{}b',
            '({})',
            '{}:{}',
            '{}/{}',
            '{}.',
            '{}-{}',
        ):
            said = read(language, form.format(number, number))
            assert said and not any(c.isdigit() for c in said), (form, number, said)
    for word in ('мышь', 'ψυχή', 'שלום', 'مرحبا', 'こんにちは', '한국', 'straße', 'ﬁne', 'naïve'):
        said = read(language, word)
        assert all(not c.isalpha() or 'LATIN' in unicodedata.name(c) for c in said) and said


@pytest.mark.parametrize('language', READERS)
def test_nothing_vanishes_without_being_told(language: str) -> None:
    assert READERS[language].read('Look: \ue000 ꙮ ⌘').lost == 2
    assert READERS[language].read('Well... (“really”) \u2013 yes!').lost == 0


@pytest.mark.parametrize('language', READERS)
def test_what_is_in_words_stays_as_it_is(language: str) -> None:
    book = yaml.safe_load((CONFIG / language / 'book.yaml').read_text())
    for entry in book['entries']:
        if not any(c.isdigit() for c in entry['say']):
            assert read(language, entry['say']) == entry['say']


def test_mistakes_in_the_rules_are_named(tmp_path: Path) -> None:
    (tmp_path / 'en').mkdir()
    good = (CONFIG / 'en' / 'reading.yaml').read_text()
    (tmp_path / 'en' / 'reading.yaml').write_text(good.replace('point: point', 'point: 3'))
    with pytest.raises(ConfigFileError, match=r'en/reading\.yaml: point: 3'):
        TextReader(tmp_path, 'en')
