"""Changes of what is set: another length of time or time, or a day on which it does not ring."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from phoenix_activities.activities.due_times import (
    at_wall_time,
    day_meant,
    moved_wall_time,
)
from phoenix_activities.activities.running_timers import RunningTimer, RunningTimers
from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.activity_manager import ActivityManager

LONGEST_S = 100 * 3600.0
OLD = 'of_'  # begins the slots that tell which alarm gets another time
TO_ANOTHER_TIME = ('alarm_change', 'time_change')


def old_slots(slots: Mapping[str, str]) -> dict[str, str]:
    """Return the slots that tell which alarm gets another time."""
    old = {name: slot for name, slot in slots.items() if name.startswith(OLD)}
    return {name.removeprefix(OLD): slot for name, slot in old.items()}


class TimerChanges:
    """Changes what is set; of an alarm that repeats, one day if that is named."""

    def __init__(self, manager: ActivityManager, running: RunningTimers) -> None:
        self._manager, self._running = manager, running

    def cancel(self, one: RunningTimer, slots: Mapping[str, str]) -> bool:
        """Let one ring no more; return whether it is only for one day."""
        if once := bool(one.repeat) and 'day' in slots:
            today = self._manager.now().date()
            self._running.leave_out(one, day_meant(today, slots))
        else:
            self._running.remove(one)
        return once

    def extend(self, one: RunningTimer, by_s: float) -> float | None:
        """Let a timer end so much later, and return what is left [s]; None if that is too much."""
        left_s = self._running.left_s(one) + by_s
        if left_s > LONGEST_S:
            return None
        self._running.set_left(one, max(0.0, left_s))
        return left_s

    def take(self, one: RunningTimer, length_s: float) -> None:
        """Let a timer take another length of time from now on."""
        one.length_s = length_s
        self._running.set_left(one, length_s)

    def move(self, one: RunningTimer, intent: UserIntent) -> RunningTimer | None:
        """Let an alarm ring at another time, and return it; None if that is over."""
        old, now = old_slots(intent.slots), self._manager.now()
        wall = one.wall or one.due.replace(tzinfo=None)
        named = old if 'day' in old else intent.slots
        once = bool(one.repeat) and 'day' in named and 'repeat' not in intent.slots
        day = day_meant(now.date(), named)
        if once:
            wall = datetime.combine(day, wall.time())
        new = self._another_time(wall if one.wall else None, wall, intent)
        if new is None:
            return None
        if once:
            if one.is_due_on(day):
                self._running.leave_out(one, day)
            one = RunningTimer(due=one.due, what=one.what, kind=one.kind, wall=new)
            self._running.add(one)
        else:
            one.wall, one.repeat = new, intent.slots.get('repeat', one.repeat)
            one.cancel()
            self._running.run(one)
        return one

    def _another_time(
        self, alarm: datetime | None, old: datetime, intent: UserIntent
    ) -> datetime | None:
        now = self._manager.now()
        if intent.name in TO_ANOTHER_TIME:
            return moved_wall_time(alarm, now, intent.slots)
        by = timedelta(seconds=float(intent.slots['duration']))
        wall = old + (-by if intent.name == 'alarm_earlier' else by)
        return wall if at_wall_time(wall, now) > now else None
