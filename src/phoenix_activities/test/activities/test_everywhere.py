"""What every activity understands, whatever it does: stop, again, something else, and silence."""

import pytest
from whole_toy import ACTIVITIES

from phoenix_activities.engine.activity import Intent, Priority
from phoenix_activities.engine.toy import Phase

ASKED_FOR = [activity for activity in ACTIVITIES if activity.intents]
PLAYS = [activity for activity in ASKED_FOR if activity.priority == Priority.PLAY]
SLOTS = {'timer_set': {'duration': '600'}}
names = pytest.mark.parametrize('activity', ASKED_FOR, ids=lambda activity: activity.name)


@pytest.fixture
def begin(scene):
    """Begin an activity, and interrupt it in the middle of its first words, which it returns."""

    def hear(activity):
        intent = activity.intents[0]
        scene.hear(Intent(intent, 'some words', SLOTS.get(intent, {})))
        assert scene.director.current.name == activity.name
        return scene.begin_to_speak()

    return hear


@names
def test_stop_ends_it(scene, director, begin, activity):
    begin(activity)
    scene.hear(Intent('stop'))
    assert scene.state == ('idle', Phase.RESTING)
    scene.toy.pass_time(200)
    assert not director.unsaid or director.current.name == 'idle'  # a noise at most


@names
def test_again_says_it_again_or_begins_anew(scene, director, begin, activity):
    first = begin(activity)
    scene.hear(Intent('repeat'))
    said = scene.speak()
    if activity in PLAYS:
        assert director.current.name in (activity.name, 'idle')
        assert said
    else:
        assert first in said


@names
def test_something_else_is_something_else(scene, director, begin, activity):
    first = begin(activity)
    scene.hear(Intent('next'))
    said = scene.speak()
    assert said
    assert first not in said[1:]
    if activity not in PLAYS:
        assert said[-1].endswith('?')  # an offer


@names
def test_it_goes_on_after_a_call_that_nothing_follows_or_ends(scene, director, begin, activity):
    begin(activity)
    director.on_attention('wake_word', ear_opens=True)
    scene.keep_silent()
    scene.speak()
    assert 'late' not in [did[0] for did in scene.toy.did]
    assert director.current.name in (activity.name, 'idle', 'sleep', 'conversation')


@pytest.mark.parametrize('activity', PLAYS, ids=lambda activity: activity.name)
def test_a_play_goes_on_after_an_alarm(scene, director, activity):
    scene.hear(Intent('timer_set', slots={'duration': '20'}))
    scene.speak()
    scene.hear(Intent(activity.intents[0], 'some words'))
    scene.begin_to_speak()
    scene.toy.pass_time(20)
    assert (director.current.name, director.paused) == ('alarm', ('idle', activity.name))
    scene.begin_to_speak()
    director.on_touch('head')
    scene.toy.pass_time(1)
    assert director.current.name == activity.name
    assert scene.begin_to_speak()
