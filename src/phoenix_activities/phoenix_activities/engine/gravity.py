"""Whether a conversation is grave: no fun until nobody has spoken for a while."""

from collections.abc import Callable
from typing import Protocol

from phoenix_activities.timer_handle import TimerHandle

PAUSE_S = 900.0  # nobody has said anything for so long: another conversation


class CallLater(Protocol):
    """ActivityManager.after."""

    def __call__(self, delay_s: float, callback: Callable[[], None], /) -> TimerHandle:
        """Call back after a delay."""
        ...


class Gravity:
    """Begins with something grave that a person says, and ends after a pause."""

    def __init__(self, call_later: CallLater) -> None:
        self._call_later = call_later
        self._pause: TimerHandle | None = None

    @property
    def is_grave(self) -> bool:
        """Whether there is to be no fun now."""
        return self._pause is not None

    def on_words(self, *, grave: bool) -> None:
        """Follow what a person says: something grave begins it, anything else prolongs it."""
        if not grave and self._pause is None:
            return
        if self._pause is not None:
            self._pause.cancel()
        self._pause = self._call_later(PAUSE_S, self._end)

    def _end(self) -> None:
        self._pause = None
