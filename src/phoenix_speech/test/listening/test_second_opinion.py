"""A second recognizer is asked when the first makes no sense, and heard when it is sure."""

from collections.abc import Callable

import numpy as np
import pytest

from phoenix_speech.listening.recognizer import Recognition
from phoenix_speech.listening.report import Report
from phoenix_speech.listening.second_opinion import RETRY_S, UNUSED_S, SecondOpinion

AUDIO = np.zeros(16, np.int16)


class First:
    def __init__(self, text: str) -> None:
        self.text = text

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        return self.text


class Second(First):
    def __init__(self, text: str, confidence: float = 0.9, no_speech: float = 0.1) -> None:
        super().__init__(text)
        self.heard = Recognition(text, confidence, no_speech)

    def opinion(self, samples: np.ndarray, sample_rate: int) -> Recognition:
        return self.heard


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def makes_sense(text: str) -> bool:
    return text in ('stop', 'light on')


class Ears(SecondOpinion):
    """Keeps what it reports."""

    def __init__(
        self, first: str, second: Callable[[], First] | None, clock: Clock | None = None
    ) -> None:
        self.problems: dict[str, str] = {}
        report = Report(self.problems.__setitem__, lambda code: self.problems.pop(code, ''))
        super().__init__(First(first), second, makes_sense, report, clock or Clock())


@pytest.mark.parametrize(
    ('first', 'second', 'heard'),
    [
        ('stop', Second('light on'), 'stop'),
        ('lied on', Second('light on'), 'light on'),
        ('lied on', Second('ride on'), 'ride on'),  # what is talked about fits no sentence
        ('lied on', Second('light on', confidence=0.5), 'lied on'),
        ('lied on', Second('light on', no_speech=0.5), 'lied on'),
        ('lied on', Second(''), 'lied on'),
        ('', Second('light on'), 'light on'),
    ],
)
def test_the_second_is_heard_when_it_is_needed_and_sure(
    first: str, second: Second, heard: str
) -> None:
    assert Ears(first, lambda: second).recognize(AUDIO, 16000) == heard


def test_without_a_second_the_first_is_all() -> None:
    assert Ears('lied on', None).recognize(AUDIO, 16000) == 'lied on'


def test_a_sketch_takes_the_first_alone() -> None:
    assert Ears('lied on', lambda: Second('light on')).sketch(AUDIO, 16000) == 'lied on'


def test_the_second_is_made_when_needed_and_freed_when_not() -> None:
    clock, made = Clock(), []

    def make() -> Second:
        made.append(clock.now)
        return Second('light on')

    both = Ears('lied on', make, clock)
    assert made == []
    for clock.now in (1.0, 2.0, 1.0 + UNUSED_S):
        both.rest()
        both.recognize(AUDIO, 16000)
    assert made == [1.0]
    clock.now += UNUSED_S + 1
    both.rest()
    both.recognize(AUDIO, 16000)
    assert made == [1.0, clock.now]


def test_a_second_that_fails_is_named_and_tried_again_later() -> None:
    clock = Clock()
    broken: list[Exception] = [FileNotFoundError('no model'), RuntimeError('secret words')]

    def make() -> Second:
        if broken:
            raise broken.pop(0)
        return Second('light on')

    both = Ears('lied on', make, clock)
    assert both.recognize(AUDIO, 16000) == 'lied on'
    assert both.problems == {'second_opinion_failed': 'no model'}
    clock.now = RETRY_S - 1
    assert both.recognize(AUDIO, 16000) == 'lied on'
    assert len(broken) == 1
    clock.now = RETRY_S
    both.recognize(AUDIO, 16000)
    assert 'RuntimeError' in both.problems['second_opinion_failed']
    assert 'secret' not in both.problems['second_opinion_failed']
    clock.now = 2 * RETRY_S
    assert both.recognize(AUDIO, 16000) == 'light on'
    assert both.problems == {}


def test_a_second_must_know_how_sure_it_is() -> None:
    both = Ears('lied on', lambda: First('light on'))
    assert both.recognize(AUDIO, 16000) == 'lied on'
    assert 'TypeError' in both.problems['second_opinion_failed']
