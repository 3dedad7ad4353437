"""A time-out: a call after a while, which can be put off."""

from collections.abc import Callable
from typing import Protocol

from phoenix_activities.timer_handle import TimerHandle


class After(Protocol):
    """ActivityManager.after."""

    def __call__(
        self, delay_s: float, callback: Callable[[], None], /, *, new_interaction: bool = False
    ) -> TimerHandle:
        """Call back after a delay."""
        ...


class TimeOut:
    """Calls back after a while, unless it is started anew or stopped before."""

    def __init__(self, after: After) -> None:
        self._after = after
        self._timer: TimerHandle | None = None

    def start(
        self, seconds: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> None:
        """Call back after some seconds."""
        self.stop()
        self._timer = self._after(seconds, callback, new_interaction=new_interaction)

    def stop(self) -> None:
        """Do not call back."""
        if self._timer is not None:
            self._timer.cancel()
