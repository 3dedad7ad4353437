"""When an alarm is due: times of the day as people mean them, by the clock on the wall."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone

A_DAY = timedelta(days=1)
NEXT = 'next_'  # before a weekday: it is not today
WEEKDAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
ALTERNATE = 'alternate'  # every other day
REPEATS = {'daily': range(7), 'weekdays': range(5), 'weekends': range(5, 7), ALTERNATE: range(7)}
MORNING = range(5, 12)  # hours that mean the morning where nothing else is said of another day


def seconds_until(due: datetime, now: datetime) -> float:
    """Return the seconds between two moments, whatever happens to the clocks between them."""
    return due.timestamp() - now.timestamp()


def at_wall_time(wall: datetime, now: datetime) -> datetime:
    """
    Return the moment at which the clock on the wall shows a time.

    :param wall: without a time zone.
    :param now: in local time; with a fixed offset, the time zone of the system counts.
    """
    if now.tzinfo is None:
        return wall
    if isinstance(now.tzinfo, timezone):
        return wall.astimezone()
    return wall.replace(tzinfo=now.tzinfo)


def next_wall_time(now: datetime, slots: Mapping[str, str]) -> datetime | None:
    """
    Return when the clock on the wall shows that time next; None if that is over.

    :param slots: hour, 0 to 24; maybe minute; maybe day_part, 'am' or 'pm', without which an hour
        up to 12 means the nearest, or on another day the likely one; maybe day, as '+1' or
        'monday'; maybe repeat, a key of REPEATS or weekdays as 'monday_friday'.
    """
    wall_now = now.replace(tzinfo=None)
    hours = _hours(int(slots['hour']), slots)
    for day in _days(wall_now.date(), slots):
        for hour in hours:
            wall = datetime.combine(day, time(hour, int(slots.get('minute', 0))))
            if wall > wall_now:
                return wall
    return None


def following_wall_time(rung: datetime, now: datetime, repeat: str) -> datetime | None:
    """Return when an alarm that repeats is due after it was."""
    if repeat == ALTERNATE:
        days = max(2, -(-((now.replace(tzinfo=None) - rung).days + 1) // 2) * 2)
        return rung + days * A_DAY
    slots = {
        'hour': str(rung.hour % 12 or 12),
        'minute': str(rung.minute),
        'day_part': 'am' if rung.hour < 12 else 'pm',
        'repeat': repeat,
    }
    return next_wall_time(now, slots)


def weekdays_of(days: str) -> list[int]:
    """Return the numbers of the weekdays in 'monday_friday'."""
    return [number for number, name in enumerate(WEEKDAYS) if name in days.split('_')]


def day_meant(today: date, slots: Mapping[str, str]) -> date:
    """Return the day of a slot, '+1', 'monday', '12-24': the next one. Without it, today."""
    return next(_days(today, {**slots, 'day': slots.get('day', '+0')}))


def _hours(hour: int, slots: Mapping[str, str]) -> list[int]:
    """Return the hours of 24 that may be meant."""
    part = slots.get('day_part', '')
    if hour == 0 or hour > 12:
        return [hour % 24]
    if part:
        return [hour % 12 + (12 if part == 'pm' else 0)]
    if 'repeat' in slots or slots.get('day', '+0') != '+0':
        return [hour if hour in MORNING or hour == 12 else hour + 12]
    return sorted((hour % 12, hour % 12 + 12))


def _days(today: date, slots: Mapping[str, str]) -> Iterator[date]:
    """Yield the days that may be meant."""
    day, repeat = slots.get('day', ''), slots.get('repeat', '')
    if day.startswith(('+', '-')):
        yield today + int(day) * A_DAY
        return
    if day[:1].isdigit():
        yield from _dates(today, *map(int, day.split('-')))
        return
    named = repeat or day.removeprefix(NEXT)
    weekdays = REPEATS.get(named) or weekdays_of(named) or range(7)
    for number in range(day.startswith(NEXT), 8):
        if (today + number * A_DAY).weekday() in weekdays:
            yield today + number * A_DAY


def _dates(today: date, month: int, day: int) -> Iterator[date]:
    """Yield the next days of that date; there is a 29 February at least every eight years."""
    for year in range(today.year, today.year + 10):
        with suppress(ValueError):
            if (meant := date(year, month, day)) >= today:
                yield meant
