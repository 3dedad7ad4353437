"""The gate: whether an activity may begin or go on, whoever asks for it."""

from collections.abc import Callable
from enum import Enum

from phoenix_activities.engine.activity import Activity, Priority
from phoenix_activities.engine.gravity import Gravity
from phoenix_activities.engine.toy_interface import ToyInterface
from phoenix_activities.engine.use_of_time import KeptUse, UseOfTime
from phoenix_activities.state.retention import forget_old
from phoenix_activities.state.safe_state import KeptByToy, SafeState
from phoenix_core.limits.limits import Limits

# Rest is no activity to refuse, and somebody may be in danger or wait for an alarm.
ALWAYS = frozenset((Priority.REST, Priority.ALARM, Priority.CARE))


class Refusal(Enum):
    """Why not."""

    GRAVE = 'grave'  # a conversation is
    OFF = 'off'  # a parent has switched the activity off
    DAY = 'day'  # the time for today is used up
    SESSION = 'session'  # so is that until the next pause
    NIGHT = 'night'  # it is lively, and these are quiet hours

    @property
    def activity(self) -> str:
        """The activity that says so."""
        return 'care' if self is Refusal.GRAVE else 'limits'


def may_be_refused(activity: type[Activity]) -> bool:
    """Return whether a parent's limits can refuse an activity at all."""
    return not activity.essential and activity.priority not in ALWAYS


class Gate:
    """Decides by the limits in force, the use of time, and the gravity of the conversation."""

    def __init__(
        self,
        limits: Callable[[], Limits],
        safe_state: SafeState,
        own: KeptByToy,
        gravity: Gravity,
        toy: ToyInterface,
    ) -> None:
        self._limits = limits
        self._gravity = gravity
        self._toy = toy
        kept = safe_state.recall('use', KeptUse)
        self._use = UseOfTime(kept, toy.steady_s, lambda: toy.now().date())
        self._own = own
        forget_old(own, limits(), self._use.day, paused=True)

    @property
    def is_quiet_time(self) -> bool:
        """Whether the toy is to be quiet by itself now."""
        return self._limits().is_quiet(self._toy.now())

    def refusal(self, activity: Activity) -> Refusal | None:
        """Return why an activity may neither begin nor go on now; None: it may."""
        if not may_be_refused(type(activity)):
            return None
        if activity.name in self._limits().activities_off:
            return Refusal.OFF
        return self.no_fun() if activity.lively else self._time_over()

    def no_fun(self) -> Refusal | None:
        """Return why nothing lively may happen now; None: it may."""
        if self._gravity.is_grave:
            return Refusal.GRAVE
        if over := self._time_over():
            return over
        return Refusal.NIGHT if self.is_quiet_time else None

    def follow(self, activity: Activity) -> None:
        """Count the time of the activity that runs from now on; forget what is too old."""
        limits = self._limits()
        playing = may_be_refused(type(activity)) and self.refusal(activity) is None
        self._use.follow(in_use=playing)
        if limits.daily_minutes is None and limits.session_minutes is None:
            self._use.forget()
        forget_old(self._own, limits, self._use.day, paused=self._use.paused)

    def _time_over(self) -> Refusal | None:
        limits, use = self._limits(), self._use
        if limits.daily_minutes is not None and use.today_s >= 60 * limits.daily_minutes:
            return Refusal.DAY
        if limits.session_minutes is not None and use.session_s >= 60 * limits.session_minutes:
            return Refusal.SESSION
        return None
