import time
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from phoenix_activities.activities.due_times import (
    at_wall_time,
    day_meant,
    easter,
    next_wall_time,
    seconds_until,
)

SUNDAY = datetime(2026, 3, 1, 15, 30)
MORNING = datetime(2026, 3, 2, 10, 43)  # a Monday
BERLIN = ZoneInfo('Europe/Berlin')


@pytest.mark.parametrize(
    ('slots', 'due'),
    [
        ({'hour': '7'}, '01 19:00'),  # the nearest
        ({'hour': '3'}, '02 03:00'),
        ({'hour': '3', 'minute': '45'}, '01 15:45'),
        ({'hour': '12'}, '02 00:00'),
        ({'hour': '12', 'day_part': 'am'}, '02 00:00'),
        ({'hour': '12', 'day_part': 'pm'}, '02 12:00'),
        ({'hour': '0', 'day_part': 'am'}, '02 00:00'),
        ({'hour': '24'}, '02 00:00'),
        ({'hour': '7', 'day_part': 'am'}, '02 07:00'),
        ({'hour': '7', 'day_part': 'pm'}, '01 19:00'),
        ({'hour': '15'}, '02 15:00'),
        ({'hour': '16'}, '01 16:00'),
        ({'hour': '7', 'day': '+1'}, '02 07:00'),
        ({'hour': '3', 'day': '+1'}, '02 15:00'),  # nobody means the night
        ({'hour': '12', 'day': '+1'}, '02 12:00'),
        ({'hour': '3', 'day': '+1', 'day_part': 'am'}, '02 03:00'),
        ({'hour': '7', 'day': '+0'}, '01 19:00'),
        ({'hour': '8', 'day': 'saturday'}, '07 08:00'),
        ({'hour': '9', 'day': 'sunday', 'day_part': 'am'}, '08 09:00'),
        ({'hour': '9', 'day': 'sunday', 'day_part': 'pm'}, '01 21:00'),
        ({'hour': '9', 'day': 'next_sunday', 'day_part': 'pm'}, '08 21:00'),
        ({'hour': '7', 'day': '03-24'}, '24 07:00'),
        ({'hour': '9', 'day': '03-01', 'day_part': 'pm'}, '01 21:00'),
        ({'hour': '7', 'repeat': 'daily'}, '02 07:00'),
        ({'hour': '7', 'repeat': 'weekdays'}, '02 07:00'),
        ({'hour': '9', 'repeat': 'weekends'}, '07 09:00'),
        ({'hour': '8', 'repeat': 'tuesday'}, '03 08:00'),
    ],
)
def test_a_time_of_the_day_is_the_next_one(slots: dict[str, str], due: str) -> None:
    wall = next_wall_time(SUNDAY, slots)
    assert wall is not None
    assert wall.strftime('%d %H:%M') == due


def test_tomorrow_at_seven_is_the_morning() -> None:
    wall = next_wall_time(MORNING, {'hour': '7', 'day': '+1'})
    assert wall == datetime(2026, 3, 3, 7, 0)


@pytest.mark.parametrize(
    'slots',
    [
        {'hour': '7', 'day_part': 'am', 'day': '+0'},
        {'hour': '7', 'day': '-1'},
    ],
)
def test_a_time_that_is_over_is_none(slots: dict[str, str]) -> None:
    assert next_wall_time(MORNING, slots) is None


@pytest.mark.parametrize(
    ('evening', 'hours'),
    [
        (datetime(2026, 3, 28, 21, 0, tzinfo=BERLIN), 9),  # the clocks go forward
        (datetime(2026, 10, 24, 21, 0, tzinfo=BERLIN), 11),  # and back
        (datetime(2026, 6, 1, 21, 0, tzinfo=BERLIN), 10),
    ],
)
def test_an_alarm_follows_the_clock_on_the_wall(evening: datetime, hours: int) -> None:
    wall = next_wall_time(evening, {'hour': '7', 'day_part': 'am'})
    assert wall is not None
    due = at_wall_time(wall, evening)
    assert (due.hour, due.minute) == (7, 0)
    assert seconds_until(due, evening) == hours * 3600


def test_with_a_fixed_offset_the_zone_of_the_system_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv('TZ', 'Europe/Berlin')
    time.tzset()
    try:
        evening = datetime(2026, 3, 28, 21, 0, tzinfo=timezone(timedelta(hours=1)))
        due = at_wall_time(datetime(2026, 3, 29, 7, 0), evening)
        assert due.hour == 7
        assert seconds_until(due, evening) == 9 * 3600
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_that_the_clocks_leave_out_still_comes() -> None:
    evening = datetime(2026, 3, 28, 21, 0, tzinfo=BERLIN)
    due = at_wall_time(datetime(2026, 3, 29, 2, 30), evening)
    assert 5 * 3600 <= seconds_until(due, evening) <= 6 * 3600


@pytest.mark.parametrize(
    ('day', 'meant'),
    [('+1', 2), ('-1', 28), ('sunday', 1), ('saturday', 7), ('', 1)],
)
def test_the_day_that_is_meant(day: str, meant: int) -> None:
    assert day_meant(SUNDAY.date(), {'day': day} if day else {}).day == meant


@pytest.mark.parametrize(
    ('day', 'meant'), [('12-24', '2026-12-24'), ('02-01', '2027-02-01'), ('02-29', '2028-02-29')]
)
def test_a_date_is_the_next_one(day, meant):
    assert day_meant(SUNDAY.date(), {'day': day}).isoformat() == meant


def test_easter_is_the_sunday_of_the_church() -> None:
    known = ('2000-04-23', '2008-03-23', '2019-04-21', '2024-03-31', '2026-04-05', '2038-04-25')
    for day in known:
        assert easter(int(day[:4])).isoformat() == day


@pytest.mark.parametrize(
    ('day', 'today', 'meant'),
    [
        ('easter+0', '2026-03-01', '2026-04-05'),
        ('easter-2', '2026-04-03', '2026-04-03'),
        ('easter-2', '2026-04-04', '2027-03-26'),
        ('easter+50', '2026-04-06', '2026-05-25'),
    ],
)
def test_feasts_move_with_easter(day: str, today: str, meant: str) -> None:
    assert day_meant(date.fromisoformat(today), {'day': day}).isoformat() == meant
