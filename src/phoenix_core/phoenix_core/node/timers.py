"""Timers of a node, on its ROS clock."""

from collections.abc import Callable
from typing import Any

from rclpy.timer import Timer as RosTimer


class Timer:
    """A timer that can be cancelled; created by EventNode.after and EventNode.every."""

    def __init__(self, timers: 'Timers') -> None:
        self._timers = timers

    def cancel(self) -> None:
        """Stop and destroy the timer; without effect if it is cancelled already."""
        self._timers.stop(self)


class Timers:
    """
    The timers of a node that are not cancelled.

    :param node: an EventNode, whose ROS clock they use.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._running: dict[Timer, RosTimer] = {}

    def start(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call a function periodically until the timer is cancelled."""
        timer = Timer(self)
        self._running[timer] = self._node.create_timer(period_s, callback)
        return timer

    def stop(self, timer: Timer) -> None:
        """Stop and destroy a timer; without effect if it is cancelled already."""
        ros_timer = self._running.pop(timer, None)
        if ros_timer is not None:
            ros_timer.cancel()
            # Posted, because it may be called by the callback of this timer.
            self._node.post(self._node.destroy_timer, ros_timer)

    def cancel(self) -> None:
        """Cancel all timers."""
        for timer in list(self._running):
            timer.cancel()
