"""The timers, alarms and reminders that are set, and which of them a person means."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from pydantic import Field, PrivateAttr

from phoenix_activities.activities.alarm import Due
from phoenix_activities.state.safe_state import Kept
from phoenix_activities.timer_handle import TimerHandle

LAST, ALL = 'last', 'all'


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
    :param repeat: on which days it is due again, a key of REPEATS; empty: on none.
    :param ends_s: when it ends by the steady clock of this run; not kept.
    :param paused_left_s: what was left when it was paused.
    """

    kind: Kind = Kind.TIMER
    name: str = ''
    length_s: float = Field(0.0, ge=0)
    wall: datetime | None = None
    repeat: str = ''
    paused_left_s: float | None = Field(None, ge=0)
    ends_s: float = Field(0.0, exclude=True)
    _expiry: TimerHandle | None = PrivateAttr(None)

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


def meant(running: Iterable[RunningTimer], slots: Mapping[str, str]) -> list[RunningTimer]:
    """Return those that a person may mean; of several that are alike, the newest."""
    found = [one for one in running if _fits(one, slots)]
    which = slots.get('which', '')
    if which == ALL:
        return found
    if which == LAST:
        return found[-1:]
    if which.isdigit():
        return found[int(which) - 1 : int(which)]
    different = {(one.name, one.length_s, one.wall, one.what, one.repeat): one for one in found}
    return list(different.values())


def _fits(one: RunningTimer, slots: Mapping[str, str]) -> bool:
    if 'of' in slots and one.length_s != float(slots['of']):
        return False
    if 'name' in slots and one.name != slots['name']:
        return False
    if 'what' in slots and one.what != slots['what']:
        return False
    if 'hour' in slots:
        hour, minute = int(slots['hour']), int(slots.get('minute', 0))
        part = slots.get('day_part', '')
        hours = {hour % 24} if hour > 12 or hour == 0 else {hour % 12, hour % 12 + 12}
        if part and hour <= 12:
            hours = {hour % 12 + (12 if part == 'pm' else 0)}
        return one.wall is not None and one.wall.hour in hours and one.wall.minute == minute
    return 'repeat' not in slots or one.repeat == slots['repeat']
