"""The gate: what a parent's limits refuse, whoever asks, and what they never do."""

from datetime import datetime, timedelta

import pytest

from phoenix_activities.activities.feelings import FeelingsActivity
from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.inputs import ActivityRequested, Called, VolumeStepped
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.engine.turn import EarEvent
from phoenix_activities.engine.use_of_time import PAUSE_S
from phoenix_core.limits.limits import STRICTEST, Limits

LIVELY = [
    'dance',
    'quiz',
    'riddle',
    'simon_says',
    'guess_animal',
    'parrot',
    'joke',
    'song',
    'game',
]
NIGHT = Limits(quiet_hours='15:00-16:00')  # the toy of the tests begins at 15:30
NEVER = Limits(daily_minutes=0)
CARE = UserIntent('care', 'some words', {'say': 'Get a grown-up.', 'grave': 'yes'})


def texts(harness, phrase):
    return getattr(harness.manager.activities['limits'].words.phrases, phrase).root


def hear(harness, intent, **slots):
    harness.hear(UserIntent(intent, 'some words', slots))


def told(harness, intent, **slots):
    hear(harness, intent, **slots)
    return harness.speak()


def play_for(harness, seconds):
    """Let the toy tell stories for so long; it is in the middle of one at the end."""
    while seconds > 0:
        hear(harness, 'story')
        harness.begin_to_speak()
        harness.toy.pass_time(min(seconds, 50))
        seconds -= 50


@pytest.mark.parametrize('name', LIVELY)
def test_nothing_lively_in_quiet_hours(harness, name):
    harness.limits = NIGHT
    (said,) = told(harness, name)
    assert said in texts(harness, 'night')
    assert harness.state == ('idle', Phase.RESTING)


@pytest.mark.parametrize('name', ['dance', 'quiz'])
def test_a_program_is_refused_as_a_child_is(harness, name):
    harness.limits = NIGHT
    harness.handle(ActivityRequested(name))
    (said,) = harness.speak()
    assert said in texts(harness, 'night')


@pytest.mark.parametrize('name', ['story', 'breathing', 'bedtime', 'time', 'timer_set'])
def test_what_is_calm_goes_on_in_quiet_hours(harness, name):
    harness.limits = NIGHT
    assert not {*told(harness, name, duration='60')} & {*texts(harness, 'night')}


def test_a_story_goes_on_after_something_lively_was_refused(harness):
    harness.limits = NIGHT
    hear(harness, 'story')
    harness.begin_to_speak()
    hear(harness, 'dance')
    assert harness.begin_to_speak() in texts(harness, 'night')
    harness.end_speaking()
    assert harness.manager.current.name == 'story'


def test_a_dance_ends_when_quiet_hours_begin(harness):
    hear(harness, 'dance')
    harness.begin_to_speak()
    harness.limits = NIGHT
    harness.end_speaking()
    while harness.manager.current.name == 'dance':
        harness.begin_to_speak()
        harness.end_speaking()
    assert harness.speak()[-1] in texts(harness, 'night')
    assert harness.state == ('idle', Phase.RESTING)


def test_an_offer_of_the_toy_is_refused_as_well(harness, monkeypatch):
    monkeypatch.setattr(FeelingsActivity, '_offer', 'dance', raising=False)
    harness.limits = NIGHT
    harness.manager.activities['feelings'].on_answer('yes', UserIntent('yes'))
    (said,) = harness.speak()
    assert said in texts(harness, 'night')


@pytest.mark.parametrize('name', ['story', 'dance', 'timer', 'conversation'])
def test_what_a_parent_switched_off_does_not_begin(harness, name):
    harness.limits = Limits(activities_off=[name])
    wanted = {'timer': 'timer_set', 'conversation': 'time'}.get(name, name)
    (said,) = told(harness, wanted)
    assert said in texts(harness, 'switched_off')
    harness.handle(ActivityRequested(name))
    assert harness.speak()[0] in texts(harness, 'switched_off')


def test_what_cannot_be_switched_off(harness):
    harness.limits = Limits(activities_off=[*harness.manager.activities])
    assert told(harness, 'mute')
    assert ('set_volume', 0.7, True) in harness.toy.did
    harness.hear(CARE)
    assert harness.speak() == ['Get a grown-up.']
    hear(harness, 'sleep')
    harness.speak()
    assert harness.state == ('sleep', Phase.RESTING)


def test_at_the_end_of_the_daily_time_the_toy_says_one_goodbye_and_rests(harness):
    harness.limits = Limits(daily_minutes=10)
    play_for(harness, 599)
    harness.end_speaking()
    assert harness.manager.current.name == 'story'
    harness.begin_to_speak()
    harness.toy.pass_time(1)
    harness.end_speaking()
    (said,) = harness.speak()
    assert said in texts(harness, 'day')
    assert harness.state == ('idle', Phase.RESTING)
    harness.toy.pass_time(3600)
    assert not harness.unsaid  # and is silent after that


@pytest.mark.parametrize('name', ['story', 'dance', 'time', 'fallback', 'answer', 'yes', 'repeat'])
def test_after_that_all_play_is_refused(harness, name):
    harness.limits = NEVER
    (said,) = told(harness, name)
    assert said in texts(harness, 'day')
    assert harness.state == ('idle', Phase.RESTING)


def test_after_that_care_stop_mute_and_alarms_still_work(harness):
    hear(harness, 'timer_set', duration='60')
    harness.speak()
    harness.limits = NEVER
    harness.hear(CARE)
    assert harness.speak() == ['Get a grown-up.']
    assert told(harness, 'mute')
    assert ('set_volume', 0.7, True) in harness.toy.did
    assert told(harness, 'light_off')
    hear(harness, 'stop')
    assert harness.state == ('idle', Phase.RESTING)
    harness.toy.pass_time(60)
    assert harness.manager.current.name == 'alarm'
    assert harness.begin_to_speak()
    hear(harness, 'stop')
    harness.speak()
    assert harness.state == ('idle', Phase.RESTING)


def test_after_that_who_calls_is_still_heard(harness):
    harness.limits = NEVER
    harness.handle(Called('touch'))
    assert ('listen',) in harness.toy.did
    harness.handle(EarEvent.HEARD)
    harness.handle(CARE)
    assert harness.speak() == ['Get a grown-up.']


def test_a_session_ends_and_another_begins_after_a_pause(harness):
    harness.limits = Limits(session_minutes=5)
    play_for(harness, 300)
    harness.end_speaking()
    (said,) = harness.speak()
    assert said in texts(harness, 'session')
    harness.toy.pass_time(PAUSE_S / 2)
    (said,) = told(harness, 'story')  # asking does not prolong the pause
    assert said in texts(harness, 'session')
    harness.toy.pass_time(PAUSE_S / 2)
    hear(harness, 'story')
    assert harness.manager.current.name == 'story'


def test_rest_is_not_counted(harness):
    harness.limits = Limits(daily_minutes=10, session_minutes=10)
    harness.toy.pass_time(3600)
    hear(harness, 'story')
    assert harness.manager.current.name == 'story'


def test_the_time_is_counted_on_after_a_crash_and_a_begun_minute_is_whole(harness):
    harness.limits = Limits(daily_minutes=10)
    for _ in range(10):  # who switches it off and on gains nothing
        play_for(harness, 1)
        harness.end_speaking()
        harness.crash()
    (said,) = told(harness, 'story')
    assert said in texts(harness, 'day')


def test_a_crash_is_no_pause(harness):
    harness.limits = Limits(session_minutes=5)
    play_for(harness, 300)
    harness.end_speaking()
    harness.crash()
    (said,) = told(harness, 'story')
    assert said in texts(harness, 'session')


@pytest.mark.parametrize('over_a_crash', [False, True])
def test_a_clock_that_is_set_back_gives_no_time(harness, over_a_crash):
    harness.limits = Limits(daily_minutes=5)
    harness.toy.time += timedelta(days=1)
    play_for(harness, 300)
    harness.end_speaking()
    harness.speak()
    harness.toy.time -= timedelta(days=1)
    if over_a_crash:
        harness.crash()
    (said,) = told(harness, 'story')
    assert said in texts(harness, 'day')


def test_the_next_day_has_its_own_time(harness):
    harness.limits = Limits(daily_minutes=5, session_minutes=5)
    play_for(harness, 300)
    harness.end_speaking()
    harness.speak()
    harness.crash(off_s=timedelta(hours=16).total_seconds())
    hear(harness, 'story')
    assert harness.manager.current.name == 'story'


def test_who_has_no_limit_of_time_is_not_counted(harness):
    play_for(harness, 3600)
    harness.end_speaking()
    assert 'use' not in harness.toy.kept
    harness.limits = Limits(daily_minutes=10)
    hear(harness, 'story')
    assert harness.manager.current.name == 'story'


def test_a_toy_whose_limits_cannot_be_read_does_not_play_and_still_cares(harness):
    harness.limits = STRICTEST
    for name in ('dance', 'story', 'time'):
        (said,) = told(harness, name)
        assert said in texts(harness, 'day')
    harness.hear(CARE)
    assert harness.speak() == ['Get a grown-up.']


def level(harness):
    return [did[1] for did in harness.toy.did if did[0] == 'set_volume'][-1]


@pytest.mark.parametrize(
    ('limits', 'loudest'), [(NIGHT, 0.4), (Limits(volume_ceiling=60), 0.6), (Limits(), 1.0)]
)
def test_the_voice_is_not_louder_than_allowed(harness, limits, loudest):
    harness.limits = limits
    (said,) = told(harness, 'volume_set', level='100')
    assert level(harness) == pytest.approx(loudest)
    assert ('cannot be louder' in said) == (loudest < 1)
    told(harness, 'volume_up')
    harness.handle(VolumeStepped(0.1))
    harness.handle(ActivityRequested('volume', {'level': '100'}))
    assert level(harness) == pytest.approx(loudest)


def test_at_night_the_first_step_down_is_heard(harness):
    harness.limits = NIGHT  # the volume is still that of the day
    harness.handle(VolumeStepped(-0.1))
    assert level(harness) == pytest.approx(0.3)


def test_facts_that_may_not_be_remembered_are_gone_after_the_conversation(harness):
    told(harness, 'set_child_name', name='mia')
    assert 'Mia' in told(harness, 'my_name')[0]
    assert harness.toy.kept == {}  # not on disk, not for a moment
    harness.toy.pass_time(2 * PAUSE_S)
    assert 'not told me' in told(harness, 'my_name')[0]


def test_facts_are_forgotten_after_the_days_that_a_parent_allows(harness):
    harness.limits = Limits(remember_facts=True, remember_days=3)
    told(harness, 'set_child_name', name='mia')
    harness.toy.pass_time(timedelta(days=2).total_seconds())
    told(harness, 'set_favorite', thing='animal', favorite='owl')
    harness.toy.time = datetime(2026, 3, 3, 23, 59)
    assert 'Mia' in told(harness, 'my_name')[0]
    harness.toy.time = datetime(2026, 3, 4, 0, 1)
    told(harness, 'time')
    assert harness.toy.kept['toy']['told'] == {'favorites': {'animal': 'owl'}}
    assert 'not told me' in told(harness, 'my_name')[0]


def test_facts_kept_before_go_when_a_parent_withdraws_the_leave(harness):
    harness.limits = Limits(remember_facts=True)
    told(harness, 'set_child_name', name='mia')
    harness.limits = Limits(session_minutes=None)
    harness.crash()
    assert harness.toy.kept == {}
    assert 'not told me' in told(harness, 'my_name')[0]


def test_unreadable_limits_delete_nothing(harness):
    harness.limits = Limits(remember_facts=True)
    told(harness, 'set_child_name', name='mia')
    harness.limits = STRICTEST
    harness.crash()
    harness.toy.pass_time(2 * PAUSE_S)
    assert harness.toy.kept['toy']['told'] == {'child_name': 'Mia'}
