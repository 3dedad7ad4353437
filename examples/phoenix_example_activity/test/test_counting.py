"""How the toy counts: a test as a package of its own has it."""

import random
from pathlib import Path

import pytest
from phoenix_example_activity import WORDS, Counting

from phoenix_activities.activities.conversation import Conversation
from phoenix_activities.activities.idle import Idle
from phoenix_activities.engine.activity import Intent
from phoenix_activities.engine.toy import Phase
from phoenix_activities.testing import Scene
from phoenix_activities.words.words import Words

CONFIG = Path(__file__).parents[3] / 'config'
ACTIVITIES = [Idle, Conversation, Counting]


@pytest.fixture
def scene():
    models = {activity.name: activity.words_model for activity in ACTIVITIES}
    words = Words([CONFIG / 'en', WORDS / 'en'], random.Random(1), models)
    return Scene(words, ACTIVITIES)


def count(scene, numbers):
    for number in numbers:
        assert scene.speak()[0].startswith(str(number))
        scene.toy.pass_time(0.5)


def test_it_counts_as_far_as_it_is_asked_to(scene):
    scene.hear(Intent('count', slots={'far': '5'}))
    count(scene, range(1, 6))
    scene.speak()
    assert scene.state == ('idle', Phase.RESTING)


def test_it_goes_on_where_it_was_interrupted(scene):
    scene.hear(Intent('count'))
    count(scene, [1])
    scene.hear(Intent('time'))
    scene.speak(most=1)
    count(scene, [2, 3])
