"""What must be answered with care: it comes before whatever runs, and no fun follows it."""

import pytest

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.gravity import PAUSE_S
from phoenix_activities.engine.inputs import ActivityRequested
from phoenix_activities.engine.toy_interface import Phase

LIVELY = ['dance', 'quiz', 'riddle', 'simon_says', 'guess_animal']
WORDS = 'Go and get a grown-up.'


def care(grave):
    slots = {'category': 'x', 'say': WORDS, 'grave': 'yes' if grave else 'no'}
    return UserIntent('care', 'some words', slots)


@pytest.mark.parametrize('name', ['story', 'parrot', 'quiz', 'dance', 'breathing'])
def test_care_comes_before_what_runs(harness, manager, name):
    harness.hear(UserIntent(name, 'some words'))
    harness.begin_to_speak()
    harness.hear(care(grave=True))
    assert harness.speak() == [WORDS]
    assert harness.state == ('idle', Phase.RESTING)


def test_after_a_refusal_the_play_goes_on(harness, manager):
    harness.hear(UserIntent('story'))
    harness.begin_to_speak()
    harness.hear(care(grave=False))
    harness.begin_to_speak()
    assert (manager.current.name, manager.stack.paused) == ('care', ('idle', 'story'))
    harness.speak()
    assert manager.current.name == 'story'


@pytest.mark.parametrize('name', LIVELY)
def test_no_fun_after_something_grave(harness, manager, name):
    harness.hear(care(grave=True))
    harness.speak()
    harness.hear(UserIntent(name))
    assert manager.current.name == 'care'
    (said,) = harness.speak()
    assert 'grown-up' in said


@pytest.mark.parametrize('name', ['joke', 'song', 'game'])
def test_no_joke_after_something_grave(harness, manager, name):
    harness.hear(care(grave=True))
    harness.speak()
    harness.hear(UserIntent('thanks'))
    harness.hear(UserIntent(name))
    (said,) = harness.speak()
    assert 'grown-up' in said


def test_a_program_cannot_bring_fun_either(harness, manager):
    harness.hear(care(grave=True))
    harness.speak()
    harness.handle(ActivityRequested('dance'))
    assert manager.current.name == 'care'


def test_a_pause_ends_it_and_each_word_prolongs_it(harness, manager):
    harness.hear(care(grave=True))
    harness.speak()
    harness.toy.pass_time(PAUSE_S - 1)
    harness.hear(UserIntent('thanks'))
    harness.speak()
    harness.toy.pass_time(PAUSE_S - 1)
    assert manager.gravity.is_grave
    harness.toy.pass_time(2)
    assert not manager.gravity.is_grave
    harness.hear(UserIntent('dance'))
    assert manager.current.name == 'dance'
