"""Texts of neighbors are said one after another, and each ends in a known way."""

import pytest
from phoenix_msgs.msg import PlaybackEvent

from phoenix_home.utterances import BEGIN_S, END_S, MOST_WAITING, Outcome, Utterance, Utterances

STARTED, FINISHED = PlaybackEvent.STARTED, PlaybackEvent.FINISHED
INTERRUPTED = PlaybackEvent.INTERRUPTED


class Mouth:
    """What is sent, and how it ended."""

    def __init__(self):
        self.sent = []
        self.stops = 0
        self.ends = []
        self.utterances = Utterances(self._send, self._allow, self._stop)

    def _send(self, utterance):
        if utterance.text == 'bad':
            raise ValueError('bad')
        self.sent.append(utterance.text)

    def _allow(self, utterance, limit_s):
        self.limit = utterance.text, limit_s

    def _stop(self):
        self.stops += 1

    def put(self, text):
        utterance = Utterance(
            text,
            began=lambda: self.ends.append((text, 'began')),
            ended=lambda outcome, position_s: self.ends.append((text, outcome, position_s)),
        )
        return utterance if self.utterances.put(utterance) else None

    def play(self, utterance, kind, position_s=0.0):
        self.utterances.on_playback(
            PlaybackEvent(kind=kind, utterance_id=utterance.name, position_s=position_s)
        )


@pytest.fixture
def mouth():
    return Mouth()


def test_one_is_said_after_the_other(mouth):
    first, second = mouth.put('one'), mouth.put('two')
    assert mouth.sent == ['one']
    mouth.play(second, FINISHED)  # of nobody who was sent
    assert mouth.limit == ('one', BEGIN_S)
    mouth.play(first, STARTED)
    assert mouth.limit == ('one', END_S)
    mouth.play(first, FINISHED, 1.5)
    assert mouth.sent == ['one', 'two']
    mouth.play(second, STARTED)
    mouth.play(second, INTERRUPTED, 0.5)
    assert mouth.ends == [
        ('one', 'began'),
        ('one', Outcome.SPOKEN, 1.5),
        ('two', 'began'),
        ('two', Outcome.INTERRUPTED, 0.5),
    ]


def test_what_waits_is_taken_back_without_a_stop(mouth):
    first, second = mouth.put('one'), mouth.put('two')
    mouth.utterances.cancel(second)
    mouth.utterances.cancel(second)
    assert (mouth.stops, mouth.ends) == (0, [('two', Outcome.INTERRUPTED, 0.0)])
    mouth.play(first, FINISHED)
    assert mouth.sent == ['one']


def test_what_is_said_is_stopped_and_the_next_one_waits_for_that(mouth):
    first = mouth.put('one')
    mouth.put('two')
    mouth.play(first, STARTED)
    mouth.utterances.cancel(first)
    assert (mouth.stops, mouth.sent) == (1, ['one'])
    mouth.utterances.on_stop()
    assert mouth.sent == ['one', 'two']


def test_a_stop_of_all_speech_ends_what_had_not_begun_and_not_what_plays(mouth):
    first, second = mouth.put('one'), mouth.put('two')
    mouth.utterances.on_stop()
    assert mouth.ends == [('one', Outcome.INTERRUPTED, 0.0)]
    mouth.play(second, STARTED)
    mouth.utterances.on_stop()
    assert mouth.ends[1:] == [('two', 'began')]
    mouth.play(first, FINISHED)
    assert mouth.ends[1:] == [('two', 'began')]


def test_a_voice_that_does_not_begin_keeps_nobody_waiting_for_ever(mouth):
    first = mouth.put('one')
    mouth.put('two')
    mouth.utterances.late(first)
    mouth.utterances.late(first)
    assert mouth.ends == [('one', Outcome.SILENT, 0.0)]
    assert mouth.sent == ['one', 'two']


def test_a_flood_is_refused(mouth):
    accepted = [mouth.put(str(number)) for number in range(MOST_WAITING + 2)]
    assert accepted[-2:] == [None, None] and None not in accepted[:-2]
    mouth.utterances.clear()
    assert len(mouth.ends) == MOST_WAITING
    assert mouth.put('again') is not None


def test_a_text_that_cannot_be_sent_ends_and_the_next_one_is_said(mouth):
    first = mouth.put('one')
    mouth.put('bad')
    mouth.put('two')
    with pytest.raises(ValueError, match='bad'):
        mouth.play(first, FINISHED)
    assert mouth.ends[-1] == ('bad', Outcome.SILENT, 0.0)
    assert mouth.sent == ['one', 'two']
