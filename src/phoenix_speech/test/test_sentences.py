from pathlib import Path

import pytest

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.sentences import (
    SentenceStream,
    SpeechRules,
    speakable_pieces,
    split_sentences,
)

CONFIG = Path(__file__).parents[3] / 'config'
ENGLISH, GERMAN = (SpeechRules.load(CONFIG, language) for language in ('en', 'de'))
GERMAN_TEXTS = Path(__file__).with_name('german_sentences.txt').read_text().splitlines()


def streamed(text: str, step: int, rules: SpeechRules) -> list[str]:
    """Feed a text in pieces of so many characters; return its sentences."""
    stream = SentenceStream(rules)
    found = [s for i in range(0, len(text), step) for s in stream.feed(text[i : i + step])]
    return found + stream.finish()


@pytest.mark.parametrize(
    'sentences',
    [
        ['Hello there!', 'How are you?'],
        ['Mr. Fox met Dr. Bear.', 'They had tea.'],
        ['I like fruit, e.g. apples.', 'Do you?'],
        ['A cat weighs 3.5 kilos.', 'Wow!'],
        ['I am 5.', 'You are 6.'],
        ['Well... maybe.', 'Hmm…', 'I see!'],
        ['"Stop!" said the fox.', 'He ran.'],
        ['She said “Go home.”', 'Then she left.'],
        ['Meet me at 5 p.m.', 'Bring cake.'],
        ['We play at 5 p.m. today.'],
        ['Bring cake, juice, etc. and come.', 'Now!'],
        ['J. R. Tolkien wrote it.', 'It was I.', 'Good.'],
        ['No way?!', 'Yes way.'],
        ['Is it?', '(I think so.)', 'Good.'],
        ['1. Bears.', '2. Cats.'],
        ['hi there.', 'how are you?'],
        ['**Hello!**', '*Nice* day.'],
        ['An unfinished thought, and'],
    ],
)
@pytest.mark.parametrize('step', [1, 3, 1000])
def test_the_same_sentences_however_the_text_streams_in(sentences: list[str], step: int) -> None:
    assert streamed(' '.join(sentences), step, ENGLISH) == sentences


@pytest.mark.parametrize('text', GERMAN_TEXTS)
def test_german_sentences_however_they_stream_in(text: str) -> None:
    sentences = text.split(' | ')
    for step in (1, 2, 3, 7, 1000):
        assert streamed(' '.join(sentences), step, GERMAN) == sentences


def test_a_german_number_waits_for_the_next_word_only() -> None:
    stream = SentenceStream(GERMAN)
    assert stream.feed('Heute ist der 24. Morgen') == []
    assert stream.feed(' kommt') == ['Heute ist der 24.']


def test_a_long_german_sentence_is_cut_at_its_clauses() -> None:
    text = 'Der kleine Drache wohnte tief im dunklen Wald und er schaute gern die Sterne an.'
    assert speakable_pieces(text, GERMAN)[0] == 'Der kleine Drache wohnte tief im dunklen Wald'


def test_mistakes_in_the_rules_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match=r'en/speech\.yaml: No such file'):
        SpeechRules.load(tmp_path, 'en')
    (tmp_path / 'en').mkdir()
    (tmp_path / 'en' / 'speech.yaml').write_text('warm_up: Hi.\nnever_last: mr\n')
    with pytest.raises(ConfigFileError, match="never_last: 'mr'"):
        SpeechRules.load(tmp_path, 'en')


def test_line_ends_end_sentences() -> None:
    assert split_sentences('Roses are red\nViolets are blue\n\n- one\n', ENGLISH) == [
        'Roses are red',
        'Violets are blue',
        '- one',
    ]


@pytest.mark.parametrize('text', ['', '  \n \n'])
def test_nothing_is_no_sentence(text: str) -> None:
    assert split_sentences(text, ENGLISH) == []


def test_a_sentence_comes_with_the_space_behind_it() -> None:
    stream = SentenceStream(ENGLISH)
    assert stream.feed('I am here.') == []
    assert stream.feed(' ') == ['I am here.']
    assert stream.pending == 0


def test_an_ending_in_doubt_waits_for_the_next_word_only() -> None:
    stream = SentenceStream(ENGLISH)
    assert stream.feed('Wait... ') == []
    assert stream.feed('M') == ['Wait...']
    assert stream.pending == 1


def test_short_texts_are_spoken_sentence_by_sentence() -> None:
    assert speakable_pieces('Hello there, friend! ... How are you?', ENGLISH) == [
        'Hello there, friend!',
        'How are you?',
    ]


def test_a_long_first_sentence_begins_with_a_short_piece() -> None:
    story = 'Once upon a time, there was a dragon who lived in a deep and dark forest far away.'
    assert speakable_pieces(story, ENGLISH) == [
        'Once upon a time,',
        'there was a dragon who lived in a deep and dark forest far away.',
    ]
    # Only the first sound is urgent.
    assert speakable_pieces(f'Listen. {story}', ENGLISH) == ['Listen.', story]


def test_a_long_first_sentence_without_comma_is_cut_at_a_conjunction() -> None:
    text = 'The dragon lived in a deep dark forest and he liked to look at the bright stars.'
    assert speakable_pieces(text, ENGLISH)[0] == 'The dragon lived in a deep dark forest'


@pytest.mark.parametrize('text', ['word ' * 300, 'x' * 1500, 'one two, ' * 100])
def test_no_piece_is_endless_and_nothing_is_lost(text: str) -> None:
    pieces = speakable_pieces(text, ENGLISH)
    assert max(map(len, pieces)) <= 120
    assert ''.join(pieces).replace(' ', '') == text.replace(' ', '')
