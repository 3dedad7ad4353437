"""Timers of a node, on its ROS clock."""

from collections.abc import Callable
from typing import Any

from rclpy.timer import Timer as RosTimer


class Timer:
    """
    A timer that can be cancelled; created by EventNode.after and EventNode.every.

    :param forget: destroys the ROS timer.
    """

    def __init__(self, timer: RosTimer, forget: Callable[[], None]) -> None:
        self._timer = timer
        self._forget: Callable[[], None] | None = forget

    def cancel(self) -> None:
        """Stop and destroy the timer; without effect if it is cancelled already."""
        if self._forget is not None:
            self._timer.cancel()
            self._forget()
            self._forget = None


class Timers:
    """
    The timers of a node that are not cancelled.

    :param node: an EventNode, whose ROS clock they use.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._set: set[Timer] = set()

    def start(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call back periodically until cancelled."""

        def forget() -> None:
            self._set.discard(started)
            # Posted, because it may be called by the callback of this timer.
            self._node.post(self._node.destroy_timer, timer)

        timer = self._node.create_timer(period_s, callback)
        started = Timer(timer, forget)
        self._set.add(started)
        return started

    def cancel(self) -> None:
        """Cancel all timers."""
        for started in list(self._set):
            started.cancel()
