"""How the toy counts: a test as a package of its own has it."""

import random
from pathlib import Path

import pytest
from phoenix_example_activity import WORDS, CountingActivity

from phoenix_activities.activities.conversation import ConversationActivity
from phoenix_activities.activities.idle import IdleActivity
from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.installed import load_words
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.testing import ActivityHarness

CONFIG = Path(__file__).parents[3] / 'config'
ACTIVITIES = [IdleActivity, ConversationActivity, CountingActivity]


@pytest.fixture
def harness():
    words = load_words([CONFIG / 'en', WORDS / 'en'], random.Random(1), ACTIVITIES)
    return ActivityHarness(words, ACTIVITIES)


def count(harness, numbers):
    for number in numbers:
        assert harness.speak()[0].startswith(str(number))
        harness.toy.pass_time(0.5)


def test_it_counts_as_far_as_it_is_asked_to(harness):
    harness.hear(UserIntent('count', slots={'far': '5'}))
    count(harness, range(1, 6))
    harness.speak()
    assert harness.state == ('idle', Phase.RESTING)


def test_it_goes_on_where_it_was_interrupted(harness):
    harness.hear(UserIntent('count'))
    count(harness, [1])
    harness.hear(UserIntent('time'))
    harness.speak(most=1)
    count(harness, [2, 3])
