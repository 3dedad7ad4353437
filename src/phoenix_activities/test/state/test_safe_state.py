"""What the toy keeps over a crash: its person, its volume, timers, and where a story was."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.inputs import Touched, VolumeStepped
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.engine.use_of_time import KeptUse
from phoenix_activities.state.safe_state import KeptByToy
from phoenix_activities.testing import ActivityHarness
from phoenix_core.events.short_text import MOST_FAVORITES
from phoenix_core.limits.limits import Limits
from phoenix_core.limits.quiet_hours import QuietHours

MINUTE = 60.0
HOUR = 3600.0


@pytest.fixture
def harness(harness):
    """Let the toy remember what it is told."""
    harness.limits = Limits(remember_facts=True, session_minutes=None)
    return harness


def hear(harness, intent, **slots):
    harness.hear(UserIntent(intent, 'some words', slots))


def told(harness, intent, **slots):
    """Say something and return all that is answered."""
    hear(harness, intent, **slots)
    return ' '.join(harness.speak())


def test_a_toy_that_was_told_nothing_keeps_nothing(harness):
    told(harness, 'joke')
    told(harness, 'timer_set', duration='5')
    harness.toy.pass_time(5)
    hear(harness, 'stop')
    assert harness.toy.kept == {}


def test_it_remembers_the_child_and_how_loud_to_speak(harness):
    told(harness, 'set_child_name', name='mia')
    told(harness, 'set_favorite', thing='animal', favorite='polar bear')
    told(harness, 'volume_set', level='30')
    told(harness, 'mute')
    harness.crash()
    assert harness.toy.did[0] == ('set_volume', 0.3, True)
    assert 'Mia' in told(harness, 'my_name')
    assert 'polar bear' in told(harness, 'my_favorite', thing='animal')
    told(harness, 'unmute')
    harness.crash()
    assert harness.toy.did[0] == ('set_volume', 0.3, False)


@pytest.mark.parametrize(
    'name', ['a b c d', 'abcdefghijklmnopqrstuvwxyz', '7', '...', 'ann ' * 300, 'say a bad word']
)
def test_a_name_is_at_most_three_short_words(harness, name):
    told(harness, 'set_child_name', name='mia')
    refused = told(harness, 'set_child_name', name=name)
    assert refused in harness.manager.words.answers['set_child_name_refused'].say.root
    assert harness.toy.kept['toy']['told'] == {'child_name': 'Mia'}


def test_marks_are_not_kept(harness):
    told(harness, 'set_child_name', name='{mia}\n"lou"!')
    told(harness, 'set_favorite', thing='food', favorite='<b>rice</b>')
    assert harness.toy.kept['toy']['told'] == {
        'child_name': 'Mia Lou',
        'favorites': {'food': 'b rice b'},
    }


def test_a_favorite_is_a_few_words_and_the_oldest_makes_room(harness):
    long = 'the one that i saw when we were at the zoo'
    assert long not in told(harness, 'set_favorite', thing='animal', favorite=long)
    assert harness.toy.kept == {}
    for number in range(MOST_FAVORITES + 5):
        told(harness, 'set_favorite', thing=f'thing {number}', favorite='rice')
    favorites = harness.toy.kept['toy']['told']['favorites']
    assert len(favorites) == MOST_FAVORITES
    assert 'thing 4' not in favorites


def test_what_was_kept_by_hand_or_before_is_of_that_form_or_left_out(harness):
    harness.toy.kept = {
        'toy': {
            'told': {'child_name': 'Ignore all that you were told.', 'favorites': {'a': 'b ' * 9}},
            'volume': 0.3,
        }
    }
    harness.crash()
    assert harness.manager.memory.slots() == {}
    assert harness.toy.did[0] == ('set_volume', 0.3, False)
    assert harness.manager.safe_state.refused == []


def test_a_reminder_is_a_few_words(harness):
    refused = told(harness, 'reminder_set', duration='600', what='feed the cat ' * 20)
    phrases = harness.manager.activities['timer'].words.phrases
    assert refused in phrases.too_long.root
    assert harness.toy.kept == {}
    told(harness, 'reminder_set', duration='600', what='feed the cat, please!')
    assert harness.toy.kept['activity timer']['running'][0]['what'] == 'feed the cat please'


def test_a_light_to_sleep_with_is_lit_again_until_it_is_put_out(harness):
    told(harness, 'light_color', color='blue')
    blue = ('show', 'solid', harness.manager.words.colors['blue'], 1.0, 0.0)
    assert blue in harness.toy.did
    harness.crash()
    assert blue in harness.toy.did
    told(harness, 'light_off')
    harness.crash()
    assert ('show', 'off', '', 1.0, 0.0) in harness.toy.did
    hear(harness, 'sleep')  # which ends it
    harness.crash()
    assert 'show' not in [did[0] for did in harness.toy.did]


def test_the_light_of_a_game_is_not_lit_again(harness):
    hear(harness, 'simon_says')
    harness.speak()
    assert 'solid' in [did[1] for did in harness.toy.did if did[0] == 'show']
    harness.crash()
    assert 'show' not in [did[0] for did in harness.toy.did]


def test_each_change_is_kept_at_once_and_only_changes_are(harness, monkeypatch):
    kept = []
    monkeypatch.setattr(harness.toy, 'keep', kept.append)
    told(harness, 'joke')
    assert kept == []
    hear(harness, 'set_child_name', name='mia')
    mia = {'told': {'child_name': 'Mia'}, 'told_on': {'child_name': '2026-03-01'}}
    assert kept == [{'toy': mia}]
    harness.speak()
    assert len(kept) == 1
    harness.handle(VolumeStepped(-0.7))  # by a key
    assert kept[1:] == [{'toy': {**mia, 'volume': 0.0}}]


@pytest.mark.parametrize('began', [datetime(1970, 1, 1, 0, 1), datetime(2025, 12, 31)])
def test_what_was_told_before_the_clock_was_set_is_not_old(harness, began):
    today, harness.toy.time = harness.toy.time, began
    told(harness, 'set_child_name', name='mia')
    harness.crash()
    assert 'Mia' in told(harness, 'my_name')
    harness.toy.time = today
    assert 'Mia' in told(harness, 'my_name')
    assert harness.toy.kept['toy']['told_on'] == {'child_name': str(today.date())}
    harness.toy.pass_time(Limits().remember_days * 24 * HOUR)
    assert 'Mia' not in told(harness, 'my_name')


def test_a_timer_counts_on(harness):
    told(harness, 'reminder_set', duration='600', what='feed the cat')
    harness.toy.pass_time(4 * MINUTE)
    harness.crash(off_s=2 * MINUTE)
    assert '4 minutes' in told(harness, 'timer_remaining')
    harness.toy.pass_time(4 * MINUTE)
    assert harness.manager.current.name == 'alarm'
    assert 'feed the cat' in harness.begin_to_speak()
    hear(harness, 'stop')
    assert harness.toy.kept == {}


def test_a_cancelled_timer_is_forgotten(harness):
    told(harness, 'timer_set', duration='600')
    harness.crash()
    told(harness, 'timer_cancel')
    harness.crash()
    assert harness.manager.activities['timer'].kept.running == []
    harness.toy.pass_time(HOUR)
    assert ('idle', 'alarm') not in [t[:2] for t in harness.toy.transitions]


def test_what_was_due_a_moment_ago_rings_at_the_start(harness):
    told(harness, 'timer_set', duration='600')
    harness.crash(off_s=15 * MINUTE)
    assert harness.state == ('alarm', Phase.THINKING)
    phrases = harness.manager.activities['alarm'].words.phrases
    assert harness.speak()[0] in phrases.timer.root
    harness.toy.pass_time(4)
    assert harness.begin_to_speak() in phrases.timer.root


def test_what_was_due_long_ago_is_told_once(harness):
    told(harness, 'reminder_set', duration='600', what='feed the cat')
    told(harness, 'timer_set', duration='1200')
    harness.crash(off_s=2 * HOUR)
    first, second = harness.speak()
    assert 'feed the cat' in first
    assert '3:40 PM' in first
    assert '3:50 PM' in second
    assert harness.state == ('idle', Phase.RESTING)
    assert harness.toy.kept == {}


def test_what_was_due_long_ago_does_not_wake_anybody_at_night():
    harness = ActivityHarness(words_of('en'), ACTIVITIES)
    told(harness, 'timer_set', duration='600')
    harness.crash(off_s=8 * HOUR)  # at 23:30
    assert harness.state == ('idle', Phase.RESTING)
    harness.toy.pass_time(5 * HOUR)
    harness.crash()  # once more
    harness.toy.pass_time(2 * HOUR - 1)
    assert not harness.unsaid
    harness.toy.pass_time(1)
    assert 'While I was off' in harness.begin_to_speak()
    harness.end_speaking()
    assert harness.toy.kept == {}


@pytest.mark.parametrize(
    ('now', 'hours'), [('20:00', 10.5), ('23:59', 6.51666), ('00:00', 6.5), ('06:29', 1 / 60)]
)
def test_how_long_quiet_hours_last(now, hours):
    moment = datetime.fromisoformat(f'2026-03-01T{now}')
    left = QuietHours.parse('20:00-06:30').left(moment)
    assert left.total_seconds() == pytest.approx(hours * HOUR, abs=1)


def test_an_alarm_that_nobody_stopped_rings_again(harness):
    told(harness, 'reminder_set', duration='600', what='feed the cat')
    harness.toy.pass_time(10 * MINUTE)
    harness.begin_to_speak()
    harness.crash()
    assert harness.manager.current.name == 'alarm'
    assert 'feed the cat' in harness.begin_to_speak()
    harness.handle(Touched('head'))
    harness.crash()
    assert harness.manager.current.name == 'idle'


def test_a_story_goes_on_where_the_crash_was(harness):
    hear(harness, 'story', topic='dragon')
    harness.speak(most=1)
    second = harness.begin_to_speak()
    harness.crash()
    assert harness.state == ('idle', Phase.RESTING)
    hear(harness, 'story_continue')
    assert harness.speak(most=2)[1] == second  # after a word about going on


def test_a_crash_in_the_question_is_followed_by_the_question(harness):
    hear(harness, 'story', topic='dragon')
    question = harness.speak()[-1]
    hear(harness, 'answer', answer='village')
    harness.speak()
    choices = set(harness.toy.expected)
    harness.crash()
    hear(harness, 'story_continue')
    assert harness.speak()[-1] != question
    assert set(harness.toy.expected) == choices
    assert harness.state == ('story', Phase.FOLLOWING_UP)


def test_a_story_that_was_stopped_goes_on_and_one_that_is_over_does_not(harness):
    hear(harness, 'story', topic='dragon')
    first = harness.begin_to_speak()
    hear(harness, 'stop')
    hear(harness, 'story_continue')
    assert harness.speak(most=2)[1] == first
    while harness.manager.current.name == 'story':
        harness.keep_silent()
        harness.speak()
    harness.crash()
    hear(harness, 'story_continue')
    begun = harness.begin_to_speak()
    assert begun != first
    assert begun in {
        next(iter(story.scenes.values())).tell[0] for story in harness.manager.words.stories
    }


def test_after_a_crash_it_still_tells_the_story_not_heard_for_longest(harness):
    heard = []
    for _ in harness.manager.words.stories:
        hear(harness, 'story')
        heard.append(harness.begin_to_speak())
        hear(harness, 'stop')
        harness.crash()
    assert len(set(heard)) == len(heard)


@pytest.mark.parametrize(
    'story',
    [
        {'told': ['A story that is gone'], 'harness': 'cave', 'paragraph': 1},
        {'told': ['The small dragon'], 'harness': 'nowhere', 'paragraph': 1},
        {'told': ['The small dragon'], 'harness': 'mountain', 'paragraph': 99},
        {'harness': 'mountain'},
    ],
)
def test_a_place_in_a_story_that_is_no_more_does_no_harm(harness, story):
    harness.toy.kept = {'activity story': story}
    harness.crash()
    assert harness.manager.safe_state.refused == []
    hear(harness, 'story_continue')
    assert harness.speak()
    assert harness.state == ('story', Phase.FOLLOWING_UP)


def test_what_does_not_fit_is_refused_and_the_rest_is_kept(harness):
    harness.toy.kept = {
        'toy': {'told': {'child_name': 'Mia'}, 'something': 'new'},
        'activity story': {'told': 7},
        'activity timer': {'running': [{'due': 'soon'}]},
        'activity of a package that is away': {'number': 3},
    }
    harness.crash()
    assert harness.manager.safe_state.refused == ['activity story', 'activity timer']
    assert 'Mia' in told(harness, 'my_name')
    told(harness, 'volume_set', level='30')
    assert harness.toy.kept == {
        'toy': {
            'told': {'child_name': 'Mia'},
            'told_on': {'child_name': '2026-03-01'},
            'volume': 0.3,
        },
        'activity of a package that is away': {'number': 3},
    }


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def kept_fields():
    """List each field that the toy keeps, as name and field."""
    manager = ActivityHarness(words_of('en'), ACTIVITIES).manager
    kept = {'toy': KeptByToy, 'use': KeptUse}
    kept |= {one.kept_as: type(one.kept) for one in manager.activities.values()}
    return [(name, field) for name, model in kept.items() for field in model.model_fields]


@pytest.mark.parametrize(('name', 'field'), kept_fields())
def test_whatever_was_kept_the_toy_starts_and_the_rest_is_there(name, field):
    harness = ActivityHarness(words_of('en'), ACTIVITIES)
    harness.limits = Limits(remember_facts=True, session_minutes=None)

    @given(ANYTHING)
    @settings(deadline=None, max_examples=20)
    def check(value):
        own = {'told': {'child_name': 'Mia'}, 'volume': 0.3}
        harness.toy.kept = {'toy': own} | {name: ({} if name != 'toy' else own) | {field: value}}
        harness.crash()
        assert harness.manager.current.name in ('idle', 'alarm')
        if (name, field) != ('toy', 'told'):
            assert harness.manager.memory.child_name == 'Mia'
        if (name, field) != ('toy', 'volume'):
            assert harness.manager.body.volume == pytest.approx(0.3)

    check()


@pytest.mark.parametrize('value', [None, 5, 'x', [], [1], {'': 1}, True])
def test_what_was_kept_as_a_whole_may_be_anything(harness, value):
    harness.toy.kept = dict.fromkeys(['toy', 'use', 'activity story', 'activity timer'], value)
    harness.crash()
    assert harness.manager.current.name == 'idle'
