"""The handle of a call that is due later, by which it is cancelled."""

from typing import Protocol


class TimerHandle(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Cancel the call; no effect when it is over."""
