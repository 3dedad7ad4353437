"""Timers, alarms and reminders: several, named, equal, changed, paused, repeated."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoenix_activities.activities.alarm import AlarmActivity
from phoenix_activities.activities.due_times import following_wall_time
from phoenix_activities.activities.timer import TimerActivity
from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.inputs import ActivityRequested
from phoenix_activities.engine.requests import RequestRefusedError
from phoenix_activities.testing import ActivityHarness

Say = Callable[..., str]


@pytest.fixture
def say(harness: ActivityHarness) -> Say:
    """Say something to the toy, and return what it says."""

    def say(name: str, /, **slots: str) -> str:
        harness.hear(UserIntent(name, name, slots))
        return ' '.join(harness.speak())

    return say


def timers(harness: ActivityHarness) -> TimerActivity:
    timer = harness.manager.activities['timer']
    assert isinstance(timer, TimerActivity)
    return timer


def lengths(harness: ActivityHarness) -> list[float]:
    return [one.length_s for one in timers(harness).kept.running]


def rings(harness: ActivityHarness, seconds: float) -> bool:
    """Let time pass, and return whether it rings then."""
    harness.toy.pass_time(seconds)
    return harness.manager.current.name == 'alarm'


def test_one_of_several_is_cancelled_by_its_length(harness: ActivityHarness, say: Say) -> None:
    for seconds in ('300', '600', '900'):
        say('timer_set', duration=seconds)
    say('timer_cancel', of='600')
    assert lengths(harness) == [300, 900]


@pytest.mark.parametrize(
    ('which', 'left'),
    [
        ('1', [600, 900]),
        ('2', [300, 900]),
        ('3', [300, 600]),
        ('last', [300, 600]),
        ('all', []),
        ('4', [300, 600, 900]),
    ],
)
def test_one_of_several_is_cancelled_by_its_place(
    harness: ActivityHarness, say: Say, which: str, left: list[float]
) -> None:
    for seconds in ('300', '600', '900'):
        say('timer_set', duration=seconds)
    say('timer_cancel', which=which)
    assert lengths(harness) == left


def test_timers_have_names(harness: ActivityHarness, say: Say) -> None:
    assert 'pizza' in say('timer_set', duration='600', name='pizza')
    say('timer_set', duration='300', name='egg')
    assert '10 minutes' in say('timer_remaining', name='pizza')
    assert '5 minutes' in say('timer_remaining', name='egg')
    told = say('timer_list')
    assert 'pizza' in told
    assert 'egg' in told
    say('timer_cancel', name='pizza')
    assert lengths(harness) == [300]
    assert say('timer_remaining', name='pizza') in timers(harness).words.phrases.none_such.root


def test_which_one_is_asked_when_several_may_be_meant(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='300')
    say('timer_set', duration='600')
    asked = say('timer_cancel')
    assert 'Which one' in asked
    assert '5 minutes' in asked
    assert lengths(harness) == [300, 600]
    harness.handle(UserIntent('answer', 'the second one', {'answer': 'which_one', 'which': '2'}))
    assert lengths(harness) == [300]


def test_of_equal_ones_the_newest_is_cancelled(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='300')
    harness.toy.pass_time(60)
    say('timer_set', duration='300')
    say('timer_cancel')
    assert lengths(harness) == [300]
    assert rings(harness, 240)


def test_cancelling_timers_leaves_alarms_and_reminders(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='300')
    say('alarm_set', hour='7', day_part='am')
    say('reminder_set', duration='600', what='feed the cat')
    say('timer_cancel', which='all')
    assert [one.kind.value for one in timers(harness).kept.running] == ['alarm', 'reminder']
    say('alarm_cancel')
    assert [one.kind.value for one in timers(harness).kept.running] == ['reminder']
    assert 'feed the cat' in say('reminder_list')


def test_a_timer_is_extended_and_shortened(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='600')
    assert '15 minutes' in say('timer_extend', duration='300')
    assert '13 minutes' in say('timer_shorten', duration='120')
    assert len(lengths(harness)) == 1
    assert not rings(harness, 12 * 60)
    assert rings(harness, 60)


def test_a_timer_that_is_shortened_to_nothing_rings(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='60')
    harness.hear(UserIntent('timer_shorten', slots={'duration': '300'}))
    assert harness.manager.current.name == 'alarm'


def test_a_paused_timer_waits(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='600')
    harness.toy.pass_time(60)
    assert '9 minutes' in say('timer_pause')
    assert not rings(harness, 3600)
    harness.crash(60)
    assert '9 minutes' in say('timer_remaining')
    assert '9 minutes' in say('timer_resume')
    assert rings(harness, 540)


def test_by_how_much_is_asked(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='600')
    assert say('timer_extend') in timers(harness).words.phrases.how_much.root
    harness.handle(UserIntent('answer', 'five', {'answer': 'minutes', 'minutes': '5'}))
    assert '15 minutes' in ' '.join(harness.speak())


def test_five_is_five_minutes_when_it_was_asked_how_long(
    harness: ActivityHarness, say: Say
) -> None:
    say('timer_set', name='pizza')
    assert 'minutes' in harness.toy.expected
    harness.handle(UserIntent('answer', 'five', {'answer': 'minutes', 'minutes': '5'}))
    assert lengths(harness) == [300]
    assert timers(harness).kept.running[0].name == 'pizza'


def test_five_is_an_hour_when_it_was_asked_at_what_time(
    harness: ActivityHarness, say: Say
) -> None:
    say('alarm_set')
    assert 'minutes' not in harness.toy.expected
    harness.handle(UserIntent('answer', 'five', {'answer': 'hour', 'hour': '5'}))
    assert timers(harness).kept.running[0].wall == datetime(2026, 3, 1, 17, 0)


def test_a_question_is_asked_twice_at_most(harness: ActivityHarness, say: Say) -> None:
    words = timers(harness).words.phrases
    assert say('alarm_set') in words.when.root
    harness.handle(UserIntent('fallback', 'banana'))
    assert harness.speak()[0] in words.when.root
    harness.handle(UserIntent('fallback', 'banana'))
    assert harness.speak() == [words.another_time.root[0]]
    assert harness.manager.current.name == 'idle'
    assert not timers(harness).kept.running


def test_tomorrow_is_told(harness: ActivityHarness, say: Say) -> None:
    assert '7:00 AM tomorrow' in say('alarm_set', hour='7', day='+1')


def test_a_recurring_alarm_rings_again(harness: ActivityHarness, say: Say) -> None:
    assert 'every day' in say('alarm_set', hour='7', repeat='daily')
    for _ in range(3):
        now = harness.toy.time
        morning = now.replace(hour=7, minute=0) + timedelta(days=now.hour >= 7)
        assert not rings(harness, (morning - now).total_seconds() - 1)
        assert rings(harness, 1)
        harness.handle(UserIntent('stop'))
    say('alarm_cancel')
    assert not timers(harness).kept.running


@pytest.mark.parametrize(
    ('slots', 'left'),
    [
        ({'day': '+0'}, [6]),
        ({'day': '+1'}, [5]),
        ({'day': 'tuesday'}, [5]),
        ({'day': '+2'}, [5, 6]),
        ({'day_part': 'am'}, [5]),
        ({'day': '+1', 'hour': '7'}, [5]),
        ({'day': '+1', 'hour': '9'}, [5, 6]),
    ],
)
def test_only_the_alarm_of_a_day_is_cancelled(
    harness: ActivityHarness, say: Say, slots: dict[str, str], left: list[int]
) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)  # a Monday
    say('alarm_set', hour='8', day_part='pm')
    say('alarm_set', hour='7', day='+1')
    say('alarm_cancel', **slots)
    assert [one.wall and one.wall.day for one in timers(harness).kept.running] == left


def test_of_an_alarm_that_repeats_only_one_day_is_left_out(
    harness: ActivityHarness, say: Say
) -> None:
    harness.toy.time = datetime(2026, 1, 9, 12)  # a Friday
    say('alarm_set', hour='7', repeat='daily')
    say('alarm_cancel', day='+1')
    assert not rings(harness, 19 * 3600 + 60)
    assert rings(harness, 24 * 3600 - 60)
    harness.handle(UserIntent('stop'))
    say('alarm_cancel', repeat='daily')
    assert not timers(harness).kept.running


def test_of_an_alarm_that_repeats_a_later_day_is_left_out(
    harness: ActivityHarness, say: Say
) -> None:
    harness.toy.time = datetime(2026, 1, 9, 6)  # a Friday, before it rings
    say('alarm_set', hour='7', repeat='daily')
    phrases = timers(harness).words.phrases
    assert say('alarm_cancel', day='+1', which='all') in phrases.left_out.root
    assert rings(harness, 3600)
    harness.handle(UserIntent('stop'))
    assert say('alarm_cancel', day='+1', which='all') in phrases.none_such.root
    assert not rings(harness, 24 * 3600)
    harness.crash(60)
    assert rings(harness, 24 * 3600 - 60)


def test_an_alarm_of_another_day_is_not_left_out(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 1, 9, 12)  # a Friday
    say('alarm_set', hour='7', repeat='weekdays')
    none_such = timers(harness).words.phrases.none_such.root
    assert say('alarm_cancel', day='+1', which='all') in none_such
    [alarm] = timers(harness).kept.running
    assert not alarm.left_out
    assert 'weekdays' in say('alarm_list', day='monday')


@pytest.mark.parametrize('day', ['of_day', 'day'])
def test_of_an_alarm_that_repeats_one_day_gets_another_time(
    harness: ActivityHarness, say: Say, day: str
) -> None:
    harness.toy.time = datetime(2026, 1, 9, 6)  # a Friday
    say('alarm_set', hour='7', repeat='daily')
    assert '8:00' in say('alarm_change', **{day: '+1', 'hour': '8'})
    daily, once = timers(harness).kept.running
    assert (daily.wall, daily.repeat) == (datetime(2026, 1, 9, 7), 'daily')
    assert (once.wall, once.repeat) == (datetime(2026, 1, 10, 8), '')
    assert rings(harness, 3600)
    harness.handle(UserIntent('stop'))
    assert not rings(harness, 24 * 3600)
    assert rings(harness, 3600)


@pytest.mark.parametrize(
    ('but', 'left'),
    [
        ({'but_hour': '7'}, [7]),
        ({'but_hour': '7', 'but_day_part': 'pm'}, [7, 8, 9]),
        ({'but_which': 'last'}, [9]),
        ({'but_day': '+1'}, [7, 8, 9]),
        ({'but_hour': '10'}, [7, 8, 9]),
    ],
)
def test_all_are_cancelled_but_one(
    harness: ActivityHarness, say: Say, but: dict[str, str], left: list[int]
) -> None:
    harness.toy.time = datetime(2026, 1, 9, 12)
    for hour in ('7', '8', '9'):
        say('alarm_set', hour=hour, day='+1', day_part='am')
    said = say('alarm_cancel', which='all', **but)
    assert [one.wall and one.wall.hour for one in timers(harness).kept.running] == left
    assert (said in timers(harness).words.phrases.none_such.root) == (left == [7, 8, 9])


@pytest.mark.parametrize(
    ('set_as', 'said'),
    [('nudeln', 'nudel'), ('nudel', 'nudeln'), ('ei', 'eier'), ('eggs', 'egg'), ('box', 'boxes')],
)
def test_one_and_many_are_the_same_name(
    harness: ActivityHarness, say: Say, set_as: str, said: str
) -> None:
    say('timer_set', duration='600', name=set_as)
    say('timer_set', duration='300', name='pizza')
    say('timer_cancel', name=said)
    assert [one.name for one in timers(harness).kept.running] == ['pizza']


@pytest.mark.parametrize('said', ['egg', 'eggs'])
def test_of_two_names_that_are_alike_the_one_that_was_said_is_meant(
    harness: ActivityHarness, say: Say, said: str
) -> None:
    say('timer_set', duration='600', name='egg')
    say('timer_set', duration='300', name='eggs')
    say('timer_cancel', name=said)
    assert said not in [one.name for one in timers(harness).kept.running]
    assert len(timers(harness).kept.running) == 1


@pytest.mark.parametrize(('set_as', 'said'), [('tea', 'teapot'), ('rice', 'ice'), ('', 'n')])
def test_another_word_is_another_name(
    harness: ActivityHarness, say: Say, set_as: str, said: str
) -> None:
    say('timer_set', duration='600', **({'name': set_as} if set_as else {}))
    assert say('timer_cancel', name=said) in timers(harness).words.phrases.none_such.root
    assert len(timers(harness).kept.running) == 1


def test_all_timers_are_cancelled_but_the_named_ones(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='600', name='pizza')
    say('timer_set', duration='300')
    say('timer_set', duration='600', name='pizza')
    say('timer_cancel', which='all', but_of='1200')
    assert lengths(harness) == [600, 300, 600]
    say('timer_cancel', which='all', but_name='pizza')
    assert lengths(harness) == [600, 600]


def test_what_was_set_last_gets_another_time(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 1, 9, 12)
    say('alarm_set', hour='6', day='+1')
    say('reminder_set', hour='7', day='+1', what='feed the cat')
    assert '8:00' in say('time_change', of_which='last', hour='8', day_part='am')
    say('time_change', of_hour='6', hour='9', day_part='am')
    walls = [one.wall for one in timers(harness).kept.running]
    assert walls == [datetime(2026, 1, 10, 9), datetime(2026, 1, 10, 8)]
    say('timer_set', duration='300')
    none_such = timers(harness).words.phrases.none_such.root
    assert say('time_change', of_which='last', hour='10') in none_such
    assert say('time_change', of_hour='7', hour='10') in none_such
    assert [one.wall for one in timers(harness).kept.running][:2] == walls


def test_a_reminder_is_cancelled_by_a_part_of_its_words(
    harness: ActivityHarness, say: Say
) -> None:
    say('reminder_set', duration='600', what='feed the cat')
    say('reminder_set', duration='900', what='call grandma')
    say('reminder_cancel', what='the dog')
    assert len(lengths(harness)) == 2
    say('reminder_cancel', what='the cat')
    assert lengths(harness) == [900]


def test_an_alarm_rings_on_some_weekdays(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 1, 5, 8)  # a Monday
    assert 'every Monday and Friday' in say('alarm_set', hour='7', repeat='monday_friday')
    [alarm] = timers(harness).kept.running
    assert alarm.wall == datetime(2026, 1, 9, 7)


def test_an_alarm_of_every_other_day_leaves_one_out(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 1, 5, 8)
    assert 'every other day' in say('alarm_set', hour='9', repeat='alternate')
    assert rings(harness, 3600)
    [alarm] = timers(harness).kept.running
    assert alarm.wall == datetime(2026, 1, 7, 9)


@pytest.mark.parametrize(
    ('repeat', 'told', 'first', 'then'),
    [
        ('days_3', 'every 3 days', 6, 9),
        ('days_14', 'every 14 days', 6, 20),
        ('alternate_friday', 'every other Friday', 9, 23),
    ],
)
def test_an_alarm_leaves_some_days_out(
    harness: ActivityHarness, say: Say, repeat: str, told: str, first: int, then: int
) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)  # a Monday
    assert told in say('alarm_set', hour='7', repeat=repeat)
    [alarm] = timers(harness).kept.running
    assert alarm.wall == datetime(2026, 1, first, 7)
    assert rings(harness, (alarm.wall - harness.toy.time).total_seconds())
    [alarm] = timers(harness).kept.running
    assert alarm.wall == datetime(2026, 1, then, 7)


def test_an_alarm_that_was_missed_keeps_to_its_days() -> None:
    rung = datetime(2026, 1, 5, 9)
    for now, day in ((datetime(2026, 1, 5, 9, 0, 1), 7), (datetime(2026, 1, 7, 9, 1), 9),
                     (datetime(2026, 1, 8, 9), 9)):  # fmt: skip
        assert following_wall_time(rung, now, 'alternate') == datetime(2026, 1, day, 9)


def test_a_timer_gets_another_length(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='300')
    assert '10 minutes' in say('timer_change', duration='600', which='last')
    assert lengths(harness) == [600]
    assert not rings(harness, 599)
    assert rings(harness, 1)


def test_a_correction_answers_how_long(harness: ActivityHarness, say: Say) -> None:
    say('timer_set')
    say('timer_change', duration='600', which='last')
    assert lengths(harness) == [600]


def test_an_alarm_gets_another_time(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)
    say('alarm_set', hour='7')
    assert '8:00' in say('alarm_change', hour='8', day='+1')
    [alarm] = timers(harness).kept.running
    assert alarm.wall == datetime(2026, 1, 6, 8)


def test_the_alarm_that_was_named_gets_another_time(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)
    for hour in ('7', '9'):
        say('alarm_set', hour=hour, day_part='am')
    say('alarm_change', of_hour='7', hour='8', day_part='am')
    assert sorted(alarm.wall.hour for alarm in timers(harness).kept.running) == [8, 9]
    none_such = timers(harness).words.phrases.none_such.root
    assert say('alarm_change', of_hour='7', hour='10', day_part='am') in none_such


@pytest.mark.parametrize(
    ('old', 'new', 'due'),
    [
        ({'hour': '7', 'day': '+4'}, {'hour': '8'}, datetime(2026, 1, 9, 8)),
        ({'hour': '7', 'day': '+4', 'day_part': 'pm'}, {'hour': '8'}, datetime(2026, 1, 9, 20)),
        ({'hour': '11', 'day': '+4'}, {'hour': '1'}, datetime(2026, 1, 9, 13)),
        ({'hour': '7', 'day': '+4'}, {'hour': '19'}, datetime(2026, 1, 9, 19)),
        ({'hour': '7', 'day': '+4'}, {'hour': '1', 'day_part': 'am'}, datetime(2026, 1, 9, 1)),
        ({'hour': '7', 'day': '+4'}, {'hour': '8', 'day': '+2'}, datetime(2026, 1, 7, 8)),
        (
            {'hour': '2', 'day_part': 'pm'},
            {'hour': '1', 'minute': '30'},
            datetime(2026, 1, 5, 13, 30),
        ),
        (
            {'hour': '2', 'day_part': 'pm'},
            {'hour': '11', 'day_part': 'am'},
            datetime(2026, 1, 6, 11),
        ),
        ({'duration': '7200'}, {'hour': '3'}, datetime(2026, 1, 5, 15)),
    ],
)
def test_an_alarm_keeps_its_day_where_none_is_said(
    harness: ActivityHarness, say: Say, old: dict[str, str], new: dict[str, str], due: datetime
) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)
    say('alarm_set', **old)
    say('alarm_change', **new)
    [alarm] = timers(harness).kept.running
    assert alarm.wall == due


@pytest.mark.parametrize(
    ('old', 'move', 'by', 'due'),
    [
        ({'hour': '7', 'day': '+1'}, 'later', '1800', datetime(2026, 1, 6, 7, 30)),
        ({'hour': '7', 'day': '+1'}, 'earlier', '3600', datetime(2026, 1, 6, 6)),
        ({'hour': '23', 'minute': '50'}, 'later', '1200', datetime(2026, 1, 6, 0, 10)),
        ({'hour': '13'}, 'earlier', '7200', datetime(2026, 1, 5, 13)),  # that is over: it stays
        ({'duration': '7200'}, 'later', '600', datetime(2026, 1, 5, 14, 10)),
        ({'hour': '7', 'repeat': 'daily'}, 'later', '600', datetime(2026, 1, 6, 7, 10)),
    ],
)
def test_an_alarm_rings_so_much_later_or_earlier(
    harness: ActivityHarness, say: Say, old: dict[str, str], move: str, by: str, due: datetime
) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)
    say('alarm_set', **old)
    said = say(f'alarm_{move}', duration=by)
    [alarm] = timers(harness).kept.running
    assert alarm.wall == due
    assert (said in timers(harness).words.phrases.past.root) == (
        move == 'earlier' and by == '7200'
    )
    assert alarm.repeat == old.get('repeat', '')


@pytest.mark.parametrize('name', ['alarm_later', 'alarm_earlier'])
def test_of_several_alarms_the_one_that_is_named_or_answered_is_moved(
    harness: ActivityHarness, say: Say, name: str
) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)
    moved = 10 if name == 'alarm_later' else 8
    for hour in ('7', '9'):
        say('alarm_set', hour=hour, day_part='am')
    assert 'Which one' in say(name, duration='3600')
    harness.handle(UserIntent('answer', 'nine', {'answer': 'which_one', 'hour': '9'}))
    assert sorted(alarm.wall.hour for alarm in timers(harness).kept.running) == [7, moved]
    say(name, of_hour='7', duration='60')
    assert sum(alarm.wall.minute in (1, 59) for alarm in timers(harness).kept.running) == 1


@pytest.mark.parametrize('name', ['alarm_later', 'alarm_earlier'])
def test_without_an_alarm_none_is_moved(harness: ActivityHarness, say: Say, name: str) -> None:
    assert say(name, duration='600') in timers(harness).words.phrases.none.root
    assert timers(harness).kept.running == []


def test_what_was_misheard_is_put_right_in_minutes(harness: ActivityHarness, say: Say) -> None:
    say('timer_set', duration='3000')
    assert '15 minutes' in say('timer_change', count='15', unwanted='50')
    none_such = timers(harness).words.phrases.none_such.root
    assert say('timer_change', count='60', unwanted='50') in none_such
    assert [one.length_s for one in timers(harness).kept.running] == [900]


@pytest.mark.parametrize('answer', [{'which': '2'}, {'hour': '9'}])
def test_of_several_alarms_the_one_that_is_answered_gets_another_time(
    harness: ActivityHarness, say: Say, answer: dict[str, str]
) -> None:
    harness.toy.time = datetime(2026, 1, 5, 12)
    for hour in ('7', '9'):
        say('alarm_set', hour=hour, day_part='am')
    assert 'Which one' in say('alarm_change', hour='11', day_part='am')
    harness.handle(UserIntent('answer', 'that one', {'answer': 'which_one', **answer}))
    assert sorted(alarm.wall.hour for alarm in timers(harness).kept.running) == [7, 11]


def test_an_alarm_on_weekdays_leaves_out_the_weekend(harness: ActivityHarness, say: Say) -> None:
    harness.toy.time = datetime(2026, 3, 6, 6, 0)  # a Friday
    say('alarm_set', hour='7', repeat='weekdays')
    assert rings(harness, 3600)
    harness.handle(UserIntent('stop'))
    assert timers(harness).kept.running[0].wall == datetime(2026, 3, 9, 7, 0)


def test_an_alarm_rings_by_the_clock_on_the_wall(harness: ActivityHarness, say: Say) -> None:
    berlin = ZoneInfo('Europe/Berlin')
    harness.toy.time = datetime(2026, 3, 28, 21, 0, tzinfo=berlin)
    say('alarm_set', hour='7', day_part='am')
    (alarm,) = timers(harness).kept.running
    assert alarm.due.timestamp() - harness.toy.time.timestamp() == 9 * 3600


@pytest.mark.parametrize('hours', [-2, 2])
def test_a_timer_counts_on_when_the_clock_is_set(
    harness: ActivityHarness, say: Say, hours: int
) -> None:
    say('timer_set', duration='600')
    set_clock(harness, hours)
    assert '10 minutes' in say('timer_remaining')
    assert '15 minutes' in say('timer_extend', duration='300')
    assert not rings(harness, 899)
    assert rings(harness, 1)


@pytest.mark.parametrize(('hours', 'rings_after_s'), [(-2, 5.5 * 3600), (2, 1.5 * 3600)])
def test_an_alarm_follows_a_clock_that_is_set(
    harness: ActivityHarness, say: Say, hours: int, rings_after_s: float
) -> None:
    say('alarm_set', hour='7', day_part='pm')
    set_clock(harness, hours)
    assert not rings(harness, rings_after_s - 1)
    assert rings(harness, 1)


def set_clock(harness: ActivityHarness, hours: int) -> None:
    harness.toy.set_clock(timedelta(hours=hours))


def test_snooze(harness: ActivityHarness, say: Say) -> None:
    assert say('snooze') in timers(harness).words.phrases.nothing_rings.root
    say('timer_set', duration='60')
    assert rings(harness, 60)
    harness.handle(UserIntent('snooze'))
    assert '5 minutes' in ' '.join(harness.speak())
    assert harness.manager.current.name == 'idle'
    assert not rings(harness, 299)
    assert rings(harness, 1)
    harness.handle(UserIntent('snooze', slots={'duration': '600'}))
    harness.speak()
    assert not rings(harness, 599)
    assert rings(harness, 1)


def test_there_is_an_end_to_how_many_are_kept(harness: ActivityHarness, say: Say) -> None:
    for _ in range(30):
        said = say('timer_set', duration='600')
    assert said in timers(harness).words.phrases.too_many.root
    assert len(lengths(harness)) == 20


@pytest.mark.parametrize(
    ('activity', 'slots'),
    [
        *(('timer', {'duration': bad}) for bad in ('0', '-5', 'nan', 'inf', '1e300', 'x', '')),
        ('timer', {'hour': '25'}),
        ('timer', {'hour': '7', 'minute': '60'}),
        ('timer', {'hour': '7', 'day_part': 'noon'}),
        ('alarm', {'due': '2026-03-01T15:30:00'}),  # no time zone
        ('alarm', {'due': 'soon'}),
        *(('volume', {'level': bad}) for bad in ('nan', 'inf', '-1', '101', 'loud')),
        ('volume', {}),
        *(('light', {'level': bad}) for bad in ('nan', '-1', '1e300', 'bright')),
        ('unsure', {}),
        ('unsure', {'ask': 'timer', 'first': 'x'}),
        ('homework', {}),
    ],
)
def test_a_bad_request_is_refused_before_anything_changes(
    harness: ActivityHarness, activity: str, slots: dict[str, str]
) -> None:
    did, kept, state = list(harness.toy.did), dict(harness.toy.kept), harness.state
    with pytest.raises(RequestRefusedError, match=f"^{activity}: |^no activity '{activity}'"):
        harness.handle(ActivityRequested(activity, slots))
    assert (harness.toy.did, harness.toy.kept, harness.state) == (did, kept, state)
    harness.crash()
    assert harness.manager.current.name == 'idle'


def test_what_a_program_asks_for_is_done(harness: ActivityHarness) -> None:
    harness.handle(ActivityRequested('timer', {'duration': '60', 'what': 'tea', 'mood': 'calm'}))
    assert lengths(harness) == [60]
    harness.handle(ActivityRequested('alarm', {'due': '2026-03-01T15:30:00+00:00'}))
    assert harness.manager.current.name == 'alarm'


def test_what_a_program_lets_ring_rings_beside_what_rings(harness: ActivityHarness) -> None:
    for what in ('the pizza', 'the eggs'):
        harness.handle(ActivityRequested('alarm', {'what': what}))
    told = ' '.join(harness.speak())
    assert 'the pizza' in told
    assert 'the eggs' in told


def test_programs_let_no_more_ring_than_there_are_timers(harness: ActivityHarness) -> None:
    for number in range(50):
        harness.handle(ActivityRequested('alarm', {'what': f'thing {number}'}))
    alarm = harness.manager.activities['alarm']
    assert isinstance(alarm, AlarmActivity)
    assert len(alarm.kept.due) == 20
