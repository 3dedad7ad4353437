"""What every activity understands, whatever it does: stop, again, something else, and silence."""

import pytest
from whole_toy import ACTIVITIES

from phoenix_activities.engine.activity import Priority, UserIntent
from phoenix_activities.engine.inputs import Called, Touched
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.engine.turn import EarEvent

ASKED_FOR = [activity for activity in ACTIVITIES if activity.intents]
PLAYS = [activity for activity in ASKED_FOR if activity.priority == Priority.PLAY]
SLOTS = {
    'timer_set': {'duration': '600'},
    'care': {'say': 'That is dangerous.'},
    'unsure': {'ask': 'timer', 'first': '600'},
}
names = pytest.mark.parametrize('activity', ASKED_FOR, ids=lambda activity: activity.name)


@pytest.fixture
def begin(harness):
    """Begin an activity, and interrupt it in the middle of its first words, which it returns."""

    def hear(activity):
        intent = activity.intents[0]
        harness.hear(UserIntent(intent, 'some words', SLOTS.get(intent, {})))
        assert harness.manager.current.name == activity.name
        return harness.begin_to_speak()

    return hear


@names
def test_stop_ends_it(harness, manager, begin, activity):
    begin(activity)
    harness.hear(UserIntent('stop'))
    assert harness.state == ('idle', Phase.RESTING)
    harness.toy.pass_time(200)
    assert not harness.unsaid or manager.current.name == 'idle'  # a noise at most


@names
def test_again_says_it_again_or_begins_anew(harness, manager, begin, activity):
    first = begin(activity)
    harness.hear(UserIntent('repeat'))
    said = harness.speak()
    if activity in PLAYS:
        assert manager.current.name in (activity.name, 'idle')
        assert said
    else:
        assert first in said


@names
def test_something_else_is_something_else(harness, manager, begin, activity):
    first = begin(activity)
    harness.hear(UserIntent('next'))
    said = harness.speak()
    assert said
    assert first not in said[1:]
    if activity not in PLAYS:
        assert said[-1].endswith('?')  # an offer


@names
def test_it_goes_on_after_a_call_that_nothing_follows_or_ends(harness, manager, begin, activity):
    begin(activity)
    harness.handle(Called('wake_word', ear_opens=True))
    harness.keep_silent()
    harness.speak()
    assert 'late' not in [did[0] for did in harness.toy.did]
    assert manager.current.name in (activity.name, 'idle', 'sleep', 'conversation')


@pytest.mark.parametrize('activity', PLAYS, ids=lambda activity: activity.name)
def test_a_play_goes_on_after_an_alarm(harness, manager, activity):
    harness.hear(UserIntent('timer_set', slots={'duration': '20'}))
    harness.speak()
    harness.hear(UserIntent(activity.intents[0], 'some words'))
    harness.begin_to_speak()
    harness.toy.pass_time(20)
    assert (manager.current.name, manager.stack.paused) == ('alarm', ('idle', activity.name))
    harness.begin_to_speak()
    harness.handle(Touched('head'))
    harness.toy.pass_time(1)
    assert manager.current.name == activity.name
    assert harness.begin_to_speak()


def test_who_is_interrupted_before_the_first_breath_breathes_in_first(harness):
    harness.hear(UserIntent('breathing'))
    harness.begin_to_speak()
    harness.hear(UserIntent('light_on'))
    phrases = harness.manager.activities['breathing'].words.phrases
    assert harness.speak(most=3)[2] in phrases.breathe_in.root


@pytest.mark.parametrize('opened', [True, False])
@pytest.mark.parametrize('before', [None, 'story', 'joke'])
def test_who_calls_and_mutes_it_is_told_so(harness, before, opened):
    if before is not None:
        harness.hear(UserIntent(before))
        harness.begin_to_speak()
    harness.handle(Called('button'))
    if opened:
        harness.handle(EarEvent.OPENED)
    harness.handle(EarEvent.MUTED)
    [said] = harness.speak()
    assert said in harness.manager.activities['idle'].words.phrases.muted.root
    assert harness.state == ('idle', Phase.RESTING)


def test_a_question_that_a_muted_toy_asks_goes_unanswered(harness):
    harness.hear(UserIntent('story', slots={'topic': 'dragon'}))
    harness.speak()
    assert harness.state == ('story', Phase.FOLLOWING_UP)
    harness.handle(EarEvent.MUTED)
    assert harness.manager.current.name == 'story'
    assert harness.speak()
