"""Tests of the hearing check: when it is due, and whom it finds deaf."""

import math
import wave
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.wake_word.providers.openwakeword import OpenWakeWordEngine
from phoenix_speech.wake_word.self_test import AGAIN_S, STILL_S, WakeWordSelfTest, read_calls

CALLS = Path(__file__).resolve().parents[4] / 'config' / 'wake_words'
STILL, AGAIN = (round(seconds * SAMPLE_RATE) for seconds in (STILL_S, AGAIN_S))


class Engine:
    """An engine that gives one score to all that it hears."""

    step_samples = 1280

    def __init__(self, score: float) -> None:
        self._score = score

    def scores(self, samples):
        return [{'hello': self._score}]

    def reset(self):
        pass


@pytest.fixture
def test():
    test = WakeWordSelfTest({'hello': np.zeros(100, np.int16)}, threshold=0.5)
    test.note('hello', 0.1, 10)
    return test


@pytest.mark.parametrize('phrase', ['hey_jarvis', 'alexa'])
def test_a_real_engine_hears_the_call_and_not_that_of_another_phrase(phrase):
    engine = OpenWakeWordEngine([phrase])
    calls = read_calls(CALLS)
    test = WakeWordSelfTest(calls, threshold=0.5)
    test.note(phrase, 0.0, 0)
    assert test.deaf_to(engine, 0) == []
    other = WakeWordSelfTest({phrase: calls['alexa' if phrase != 'alexa' else 'hey_jarvis']}, 0.5)
    other.note(phrase, 0.0, 0)
    assert other.deaf_to(engine, 0) == [phrase]


def test_it_is_due_at_the_start_and_when_the_scores_stand_still(test):
    assert test.is_due(10)
    assert test.deaf_to(Engine(0.9), 10) == []
    assert not test.is_due(10 * STILL)  # silence; that the engine hears is known
    test.note('hello', 0.2, 100)
    test.note('hello', 0.2, 200)
    assert not test.is_due(99 + STILL)
    assert test.is_due(100 + STILL)


def test_a_score_that_is_no_number_does_not_move(test):
    test.deaf_to(Engine(0.9), 10)
    test.note('hello', 0.2, 100)
    for at in range(200, 1000, 100):
        test.note('hello', math.nan, at)
    assert test.is_due(100 + STILL)


def test_who_is_deaf_is_tested_again_after_a_while_whatever_its_scores_do(test):
    assert test.deaf_to(Engine(0.4), 10) == ['hello']
    test.note('hello', 0.2, 100)
    assert not test.is_due(9 + AGAIN)
    assert test.is_due(10 + AGAIN)


def test_a_phrase_without_a_recording_is_not_tested(test):
    test.note('good day', 0.1, 10)
    assert test.deaf_to(Engine(0.9), 10) == []


@pytest.mark.parametrize('rate', [8000, None])
def test_a_file_that_is_no_call_is_refused_by_name(tmp_path, rate):
    path = tmp_path / 'hello.wav'
    path.write_bytes(b'no sound')
    if rate:
        with wave.open(str(path), 'wb') as file:
            file.setparams((1, 2, rate, 0, 'NONE', ''))
            file.writeframes(bytes(200))
    with pytest.raises(ValueError, match=r'hello\.wav: .*(8000 Hz|Format not recogni)'):
        read_calls(tmp_path)
