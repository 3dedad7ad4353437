"""What is still to be done for a person who went on after the first words were done."""

from pathlib import Path

import pytest

from phoenix_speech.understanding.continued import Said, left_to_do
from phoenix_speech.understanding.intent_matcher import IntentMatcher

CONFIG = Path(__file__).resolve().parents[4] / 'config'


@pytest.fixture(scope='module')
def left():
    """Return a function that tells what is left to do, as text."""
    matchers = {language: IntentMatcher([CONFIG / language]) for language in ('en', 'de')}

    def left(language, first, whole):
        matcher = matchers[language]
        done = matcher.understand(first)
        matcher.forget_question()
        wanted = matcher.understand(whole)
        matcher.forget_question()
        return [
            ' '.join([one.name, *(f'{key}={one.slots[key]}' for key in sorted(one.slots))])
            for one in left_to_do(done, wanted).requests
        ]

    return left


@pytest.mark.parametrize(
    ('language', 'first', 'whole', 'wanted'),
    [
        ('en', 'set a timer for ten minutes', 'set a timer for ten minutes and thirty seconds',
         ['timer_change duration=630 which=last']),
        ('en', 'Set a timer for an hour.', 'Set a timer for an hour and a half.',
         ['timer_change duration=5400 which=last']),
        ('en', 'set a timer for ten minutes', 'set a timer for ten minutes and one for an hour',
         ['timer_set duration=3600']),
        ('en', 'set a timer for ten minutes',
         'set a timer for ten minutes and turn on the light', ['light_on']),
        ('en', 'what is two plus three', 'what is two plus three plus four',
         ['sum result=9 sum=2 + 3 + 4']),
        ('en', 'wake me up every day', 'wake me up every day at seven',
         ['alarm_set hour=7 repeat=daily']),
        ('en', 'set a timer', 'set a timer for ten minutes', ['timer_set duration=600']),
        ('en', 'stop', 'stop the timer', ['timer_cancel']),
        ('de', 'stell einen timer auf zehn minuten',
         'stell einen timer auf zehn minuten und dreißig sekunden',
         ['timer_change duration=630 which=last']),
    ],
)  # fmt: skip
def test_what_was_done_is_changed_and_not_done_twice(left, language, first, whole, wanted):
    assert left(language, first, whole) == wanted


@pytest.mark.parametrize(
    ('first', 'then', 'begins'),
    [
        ('Set a timer.', 'set a timer for ten minutes', True),
        ('Set a timer.', 'set a timer', False),
        ('Set a timer.', 'set a time for bed', False),
        ('', 'set a timer', False),
    ],
)
def test_a_sentence_begins_another_by_its_words(first, then, begins):
    assert Said(first, 'a').begins(Said(then, 'a')) is begins
    assert not Said(first, 'a').begins(Said(then, 'b'))
