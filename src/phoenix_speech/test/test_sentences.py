import pytest

from phoenix_speech.sentences import SentenceStream, speakable_pieces, split_sentences


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
    text = ' '.join(sentences)
    stream = SentenceStream()
    found = [s for i in range(0, len(text), step) for s in stream.feed(text[i : i + step])]
    assert found + stream.finish() == sentences


def test_line_ends_end_sentences() -> None:
    assert split_sentences('Roses are red\nViolets are blue\n\n- one\n') == [
        'Roses are red',
        'Violets are blue',
        '- one',
    ]


@pytest.mark.parametrize('text', ['', '  \n \n'])
def test_nothing_is_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


def test_a_sentence_comes_with_the_space_behind_it() -> None:
    stream = SentenceStream()
    assert stream.feed('I am here.') == []
    assert stream.feed(' ') == ['I am here.']
    assert stream.pending == 0


def test_an_ending_in_doubt_waits_for_the_next_word_only() -> None:
    stream = SentenceStream()
    assert stream.feed('Wait... ') == []
    assert stream.feed('M') == ['Wait...']
    assert stream.pending == 1


def test_short_texts_are_spoken_sentence_by_sentence() -> None:
    assert speakable_pieces('Hello there, friend! ... How are you?') == [
        'Hello there, friend!',
        'How are you?',
    ]


def test_a_long_first_sentence_begins_with_a_short_piece() -> None:
    story = 'Once upon a time, there was a dragon who lived in a deep and dark forest far away.'
    assert speakable_pieces(story) == [
        'Once upon a time,',
        'there was a dragon who lived in a deep and dark forest far away.',
    ]
    # Only the first sound is urgent.
    assert speakable_pieces(f'Listen. {story}') == ['Listen.', story]


def test_a_long_first_sentence_without_comma_is_cut_at_a_conjunction() -> None:
    text = 'The dragon lived in a deep dark forest and he liked to look at the bright stars.'
    assert speakable_pieces(text)[0] == 'The dragon lived in a deep dark forest'


@pytest.mark.parametrize('text', ['word ' * 300, 'x' * 1500, 'one two, ' * 100])
def test_no_piece_is_endless_and_nothing_is_lost(text: str) -> None:
    pieces = speakable_pieces(text)
    assert max(map(len, pieces)) <= 120
    assert ''.join(pieces).replace(' ', '') == text.replace(' ', '')
