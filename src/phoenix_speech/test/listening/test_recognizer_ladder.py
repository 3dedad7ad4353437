"""The first recognizer that works and may be used answers."""

import numpy as np

from phoenix_speech.listening.recognizer_ladder import RETRY_S, RecognizerLadder
from phoenix_speech.listening.report import Report

SOUND = np.zeros(10, np.int16)


class Scribe:
    """A recognizer that answers, or raises what it is told to."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = 0

    def recognize(self, samples, sample_rate):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Ladder:
    def __init__(self, **scribes):
        self.scribes = scribes
        self.told = []
        self.refused = set()
        self.now = 0.0
        self.ladder = RecognizerLadder(
            scribes,
            Report(lambda code, why: self.told.append((code, why)), self.told.append),
            may_use=lambda scribe: scribe not in self.refused,
            clock=lambda: self.now,
        )

    def recognize(self):
        self.told.clear()
        return self.ladder.recognize(SOUND, 16000)


def test_the_first_one_that_works_answers():
    ladder = Ladder(far=Scribe('far'), near=Scribe('near'))
    assert ladder.recognize() == 'far'
    assert ladder.told == ['recognizer_failed', 'recognizer_replaced']  # both are over
    ladder.scribes['far'].answer = OSError('gone')
    assert ladder.recognize() == 'near'
    (code, why), over = ladder.told
    assert (code, over) == ('recognizer_replaced', 'recognizer_failed')
    assert why.startswith('far: OSError')


def test_one_that_failed_keeps_nobody_waiting_for_a_while():
    ladder = Ladder(far=Scribe(OSError()), near=Scribe('near'))
    ladder.recognize()
    ladder.scribes['far'].answer = 'far'
    assert ladder.recognize() == 'near' and ladder.scribes['far'].asked == 1
    ladder.now = RETRY_S
    assert ladder.recognize() == 'far'


def test_what_a_parent_does_not_allow_is_not_asked():
    ladder = Ladder(far=Scribe('far'), near=Scribe('near'))
    ladder.refused.add(ladder.scribes['far'])
    assert ladder.recognize() == 'near' and ladder.scribes['far'].asked == 0
    assert ladder.told[0][0] == 'recognizer_replaced'


def test_the_last_one_is_always_asked_and_without_it_there_are_no_words():
    ladder = Ladder(only=Scribe(OSError('gone')))
    for _ in range(2):
        assert ladder.recognize() == ''
        assert [code for code, _ in ladder.told] == ['recognizer_failed']
    assert ladder.scribes['only'].asked == 2
    ladder.refused.add(ladder.scribes['only'])
    assert ladder.recognize() == '' and ladder.scribes['only'].asked == 2
