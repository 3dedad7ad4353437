"""When an alarm is due: times of the day as people mean them, by the clock on the wall."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone

A_DAY = timedelta(days=1)
NEXT = 'next_'  # before a weekday: it is not today
WEEKDAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
ALTERNATE = 'alternate'  # every other day, or before a weekday: 'alternate_friday'
DAYS = 'days_'  # before a number: every so many days
EASTER = 'easter'  # before the days from then, as 'easter+1'
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
        up to 12 means the nearest, or on another day the likely one; maybe day, as '+1',
        'monday' or 'easter+1'; maybe repeat: a key of REPEATS, weekdays as 'monday_friday',
        'alternate_friday', or 'days_3'.
    """
    wall_now = now.replace(tzinfo=None)
    hours = _hours(int(slots['hour']), slots)
    for day in _days(wall_now.date(), slots):
        for hour in hours:
            wall = datetime.combine(day, time(hour, int(slots.get('minute', 0))))
            if wall > wall_now:
                return wall
    return None


def moved_wall_time(
    old: datetime | None, now: datetime, slots: Mapping[str, str]
) -> datetime | None:
    """
    Return when an alarm is due that gets another time: where no day is said, on its own day.

    :param old: when it was due by the clock on the wall; an hour up to 12 means the nearest to it.
    :param slots: as of next_wall_time.
    """
    if old is None or 'day' in slots or 'repeat' in slots:
        return next_wall_time(now, slots)
    midnight = datetime.combine(old.date(), time())
    halves = len(_hours(int(slots['hour']), slots)) > 1
    begin = old - A_DAY / 4 if halves else midnight - timedelta.resolution
    return next_wall_time(max(now.replace(tzinfo=None), begin), slots)


def following_wall_time(rung: datetime, now: datetime, repeat: str) -> datetime | None:
    """Return when an alarm that repeats is due after it was."""
    if period := days_between(repeat):
        gone = (now.replace(tzinfo=None) - rung).days + 1
        return rung + max(1, -(-gone // period)) * period * A_DAY
    slots = {
        'hour': str(rung.hour % 12 or 12),
        'minute': str(rung.minute),
        'day_part': 'am' if rung.hour < 12 else 'pm',
        'repeat': repeat,
    }
    return next_wall_time(now, slots)


def days_between(repeat: str) -> int:
    """Return the days after which an alarm is due again, if it is always as many; else 0."""
    if repeat.startswith(DAYS):
        return int(repeat.removeprefix(DAYS))
    if repeat.startswith(ALTERNATE):
        return 2 if repeat == ALTERNATE else 14
    return 0


def weekdays_of(days: str) -> list[int]:
    """Return the numbers of the weekdays in 'monday_friday'."""
    return [number for number, name in enumerate(WEEKDAYS) if name in days.split('_')]


def day_meant(today: date, slots: Mapping[str, str]) -> date:
    """Return the day of a slot, '+1', 'monday', '12-24', 'easter': the next. Without it, today."""
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
    if day.startswith(EASTER):
        yield from _feasts(today, int(day.removeprefix(EASTER) or 0))
        return
    named = day.removeprefix(NEXT) or repeat
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


def _feasts(today: date, days: int) -> Iterator[date]:
    """Yield the next days that are so many days after Easter."""
    for year in range(today.year, today.year + 2):
        if (meant := easter(year) + days * A_DAY) >= today:
            yield meant


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar: the rule of Butcher and Meeus."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, plain = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - shift + 15) % 30
    to_sunday = (32 + 2 * plain + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
