"""One short question about what was not clear."""

import pytest
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.testing import ActivityHarness


def unsure(**slots: str) -> UserIntent:
    return UserIntent('unsure', 'some words', slots)


@pytest.mark.parametrize(
    ('slots', 'asked'),
    [
        ({'ask': 'timer', 'first': '300'}, 'timer for 5 minutes?'),
        ({'ask': 'alarm', 'first': '7:00'}, 'alarm for 7:00?'),
        (
            {'ask': 'length', 'first': '90', 'second': '5400'},
            '1 minute and 30 seconds, or 1 hour and 30 minutes?',
        ),
        ({'ask': 'said', 'first': 'cancel the timer'}, ': cancel the timer?'),
        ({'ask': 'either', 'first': 'be quiet', 'second': 'quiz'}, ': be quiet, or quiz?'),
    ],
)
def test_it_asks_and_listens(harness: ActivityHarness, slots: dict[str, str], asked: str) -> None:
    harness.hear(unsure(**slots))
    assert harness.speak()[0].endswith(asked)
    assert ('follow_up',) in harness.toy.did


@pytest.mark.parametrize('ask', ['timer', 'alarm', 'length', 'said', 'either'])
def test_each_question_is_there_in_german(ask: str) -> None:
    harness = ActivityHarness(words_of('de'), ACTIVITIES)
    harness.hear(unsure(ask=ask, first='300', second='600'))
    assert harness.speak()[0].endswith('?')


def test_what_was_meant_is_done(harness: ActivityHarness) -> None:
    harness.hear(unsure(ask='timer', first='300'))
    harness.speak()
    harness.handle(UserIntent('timer_set', 'yes', {'duration': '300'}))
    assert '5 minutes' in harness.speak()[0]


def test_no_ends_it(harness: ActivityHarness) -> None:
    harness.hear(unsure(ask='timer', first='300'))
    harness.speak()
    harness.handle(UserIntent('no', 'no'))
    phrases = harness.manager.activities['unsure'].words.phrases
    assert harness.speak()[0] in phrases.all_right.root
    assert harness.manager.current.name == 'idle'


def test_it_asks_twice_at_most(harness: ActivityHarness) -> None:
    harness.hear(unsure(ask='timer', first='300'))
    first = harness.speak()
    harness.handle(UserIntent('fallback', 'banana'))
    assert harness.speak() == first
    harness.handle(UserIntent('fallback', 'banana'))
    assert harness.speak() == []
    assert harness.manager.current.name == 'idle'
