"""The timers, alarms and reminders that are set: they run, ring, and one of them is meant."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import partial

from pydantic import Field, PrivateAttr

from phoenix_activities.activities.alarm import Due
from phoenix_activities.activities.due_times import (
    at_wall_time,
    day_meant,
    following_wall_time,
    seconds_until,
)
from phoenix_activities.engine.activity_manager import ActivityManager
from phoenix_activities.state.safe_state import Kept
from phoenix_activities.timer_handle import TimerHandle

LAST, ALL = 'last', 'all'
BUT = 'but_'  # begins the slots that tell which are left
PLURAL_ENDINGS = ('s', 'es', 'n', 'en', 'e', 'er')  # of a name, in English and German
RECHECK_S = 60.0  # an alarm looks at the clock on the wall that often


class Kind(str, Enum):
    """A timer ends after a length of time, an alarm at a time of the day; a reminder is either."""

    TIMER = 'timer'
    ALARM = 'alarm'
    REMINDER = 'reminder'


class RunningTimer(Due):
    """
    A timer, alarm or reminder that is set.

    :param length_s: as it was asked for; 0 for a time of the day.
    :param wall: the time of the day at which it is due, by the clock on the wall.
    :param repeat: on which days it is due again, see `next_wall_time`; empty: on none.
    :param left_out: days on which it is not due, though it repeats.
    :param ends_s: when it ends by the steady clock of this run; not kept.
    :param paused_left_s: what was left when it was paused.
    """

    kind: Kind = Kind.TIMER
    name: str = ''
    length_s: float = Field(0.0, ge=0)
    wall: datetime | None = None
    repeat: str = ''
    left_out: list[date] = []
    paused_left_s: float | None = Field(None, ge=0)
    ends_s: float = Field(0.0, exclude=True)
    _expiry: TimerHandle | None = PrivateAttr(None)

    def is_due_on(self, day: date) -> bool:
        """Return whether it is due on a day, the next time or a later one."""
        wall = self.wall
        while wall is not None and self.repeat and wall.date() < day:
            wall = following_wall_time(wall, wall, self.repeat)
        return wall is not None and wall.date() == day and day not in self.left_out

    def following(self, wall: datetime, now: datetime) -> datetime | None:
        """Return when one that repeats is due after it was."""
        following = following_wall_time(wall, now, self.repeat)
        while following is not None and following.date() in self.left_out:
            following = following_wall_time(following, following, self.repeat)
        return following

    def expires(self, expiry: TimerHandle) -> None:
        """Remember the call that rings."""
        self.cancel()
        self._expiry = expiry

    def cancel(self) -> None:
        """Do not ring."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None


class TimerKept(Kept):
    """What is set, the oldest first."""

    running: list[RunningTimer] = []


class RunningTimers:
    """
    Counts down what is set, or waits for the clock on the wall.

    :param ring: is called with what is due, which is set no longer.
    """

    def __init__(
        self, manager: ActivityManager, kept: TimerKept, ring: Callable[[RunningTimer], None]
    ) -> None:
        self._manager = manager
        self._kept = kept
        self._ring_for = ring

    def __len__(self) -> int:
        return len(self._kept.running)

    def of(self, kind: Kind) -> list[RunningTimer]:
        """Return those of a kind, the oldest first."""
        return [one for one in self._kept.running if one.kind is kind]

    def all(self) -> list[RunningTimer]:
        """Return all, the oldest first."""
        return list(self._kept.running)

    def add(self, running: RunningTimer) -> None:
        """Set one."""
        self._kept.running.append(running)
        self.run(running)

    def remove(self, running: RunningTimer) -> None:
        """Let one ring no more."""
        running.cancel()
        self._kept.running.remove(running)

    def leave_out(self, running: RunningTimer, day: date) -> None:
        """Let an alarm that repeats not ring on a day."""
        assert running.wall is not None
        if running.wall.date() != day:
            running.left_out.append(day)
            return
        running.cancel()
        running.wall = running.following(running.wall, running.wall)
        self.run(running)

    def run(self, running: RunningTimer) -> None:
        """Wait until one is due."""
        if running.wall is not None:
            self._follow_clock(running)
        elif running.paused_left_s is None:
            self._count_down(running, seconds_until(running.due, self._manager.now()))

    def left_s(self, running: RunningTimer) -> float:
        """Return the seconds until one is due."""
        if running.paused_left_s is not None:
            return running.paused_left_s
        if running.wall is not None:
            return seconds_until(running.due, self._manager.now())
        return running.ends_s - self._manager.steady_s()

    def set_left(self, running: RunningTimer, left_s: float) -> None:
        """Let a timer end so many seconds from now, or from its going on."""
        if running.paused_left_s is not None:
            running.paused_left_s = left_s
            return
        running.due = self._manager.now() + timedelta(seconds=left_s)
        self._count_down(running, left_s)

    def pause(self, running: RunningTimer) -> None:
        """Stop the time of a timer."""
        running.paused_left_s = self.left_s(running)
        running.cancel()

    def resume(self, running: RunningTimer) -> None:
        """Let the time of a timer go on."""
        left_s = self.left_s(running)
        running.paused_left_s = None
        self.set_left(running, left_s)

    def _count_down(self, running: RunningTimer, left_s: float) -> None:
        """Wait that long, whatever happens to the clock on the wall."""
        running.ends_s = self._manager.steady_s() + left_s
        self._wait(running, left_s, self._ring)

    def _follow_clock(self, running: RunningTimer) -> None:
        """Wait for the clock on the wall, whatever happens to it: look at it now and then."""
        assert running.wall is not None
        now = self._manager.now()
        running.due = at_wall_time(running.wall, now)
        left_s = seconds_until(running.due, now)
        follow = self._ring if left_s <= 0 else self._follow_clock
        self._wait(running, min(left_s, RECHECK_S), follow)

    def _wait(
        self, running: RunningTimer, left_s: float, then: Callable[[RunningTimer], None]
    ) -> None:
        if left_s <= 0:
            then(running)
        else:
            after = self._manager.after(left_s, partial(then, running), new_interaction=True)
            running.expires(after)

    def _ring(self, running: RunningTimer) -> None:
        self.remove(running)
        if running.repeat and running.wall is not None:
            self._repeat(running, running.wall)
        self._ring_for(running)

    def _repeat(self, rung: RunningTimer, wall: datetime) -> None:
        now = self._manager.now()
        if following := rung.following(wall, now):
            due = at_wall_time(following, now)
            left_out = [day for day in rung.left_out if day > following.date()]
            update = {'wall': following, 'due': due, 'left_out': left_out}
            self.add(rung.model_copy(update=update))


def meant(
    running: Iterable[RunningTimer], slots: Mapping[str, str], today: date
) -> list[RunningTimer]:
    """
    Return those that a person may mean; of several that are alike, the newest.

    :param slots: those that begin with 'but_' tell which are left; there must be one like that.
    """
    running = list(running)
    found = [one for one in running if _fits(one, slots, today)]
    found = [one for one in found if one.name == slots.get('name')] or found
    left = {name.removeprefix(BUT): slot for name, slot in slots.items() if name.startswith(BUT)}
    if left:
        alike = [one for one in running if _fits(one, left, today)]
        kept = meant(running, left, today) if 'which' in left else alike
        found = [one for one in found if kept and one not in kept]
    which = slots.get('which', '')
    if which == ALL:
        return found
    if which == LAST:
        return found[-1:]
    if which.isdigit():
        return found[int(which) - 1 : int(which)]
    different = {(one.name, one.length_s, one.wall, one.what, one.repeat): one for one in found}
    return list(different.values())


def _fits(one: RunningTimer, slots: Mapping[str, str], today: date) -> bool:
    if 'of' in slots and one.length_s != float(slots['of']):
        return False
    if 'unwanted' in slots and one.length_s not in _lengths(int(slots['unwanted'])):
        return False
    if 'name' in slots and not _is_named(one.name, slots['name']):
        return False
    if not {*slots.get('what', '').split()} <= {*one.what.split()}:
        return False
    if 'day' in slots and not one.is_due_on(day_meant(today, slots)):
        return False
    if 'hour' in slots:
        hour, minute = int(slots['hour']), int(slots.get('minute', 0))
        part = slots.get('day_part', '')
        hours = {hour % 24} if hour > 12 or hour == 0 else {hour % 12, hour % 12 + 12}
        if part and hour <= 12:
            hours = {hour % 12 + (12 if part == 'pm' else 0)}
        return one.wall is not None and one.wall.hour in hours and one.wall.minute == minute
    if 'day_part' in slots and (one.wall is None or _half_of(one.wall) != slots['day_part']):
        return False
    return 'repeat' not in slots or one.repeat == slots['repeat']


def _is_named(name: str, said: str) -> bool:
    """Return whether a name is the one that was said: the 'nudeltimer' is that for the nudeln."""
    if name == said or not name:
        return name == said
    shorter, longer = sorted((name, said), key=len)
    return longer in (shorter + ending for ending in PLURAL_ENDINGS)


def _lengths(number: int) -> tuple[int, ...]:
    """Return how long a number may mean [s]: seconds, minutes or hours."""
    return number, 60 * number, 3600 * number


def _half_of(wall: datetime) -> str:
    return 'am' if wall.hour < 12 else 'pm'
