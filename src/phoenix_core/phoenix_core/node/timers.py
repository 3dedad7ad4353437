"""Timers of a node, on its ROS clock."""

from collections.abc import Callable
from typing import Any

from rclpy.timer import Timer as RosTimer


class Timer:
    """A call that is due later, once or periodically; made by EventNode.after and .every."""

    def __init__(self, timer: RosTimer, forget: Callable[[], None]) -> None:
        """
        Keep what is needed to cancel.

        :param forget: frees the timer.
        """
        self._timer = timer
        self._forget: Callable[[], None] | None = forget

    def cancel(self) -> None:
        """Do not call any more, and free the timer; again has no effect."""
        if self._forget is not None:
            self._timer.cancel()
            self._forget()
            self._forget = None


class Timers:
    """The timers of a node that are not cancelled."""

    def __init__(self, node: Any) -> None:
        """
        Begin without any.

        :param node: an EventNode; its ROS clock counts.
        """
        self._node = node
        self._set: set[Timer] = set()

    def start(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call back periodically until cancelled."""

        def forget() -> None:
            self._set.discard(started)
            # Not at once: it may be the timer whose callback runs now.
            self._node.post(self._node.destroy_timer, timer)

        timer = self._node.create_timer(period_s, callback)
        started = Timer(timer, forget)
        self._set.add(started)
        return started

    def cancel(self) -> None:
        """Cancel all."""
        for started in list(self._set):
            started.cancel()
