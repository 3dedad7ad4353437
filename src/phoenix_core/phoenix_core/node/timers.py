"""A timer of a node, on a clock that nobody can set."""

from collections.abc import Callable
from typing import Any


class Timer:
    """
    Calls a function periodically; created by EventNode.after and EventNode.every.

    :param node: an EventNode.
    :param running: the timers of the node that are not cancelled.
    """

    def __init__(
        self, node: Any, running: set['Timer'], period_s: float, callback: Callable[[], None]
    ) -> None:
        self._node = node
        self._running = running
        self._timer = node.create_timer(period_s, callback, clock=node.timer_clock)
        running.add(self)

    def cancel(self) -> None:
        """Stop and destroy the timer; without effect if it is cancelled already."""
        if self in self._running:
            self._running.remove(self)
            self._timer.cancel()
            # Posted, because it may be called by the callback of this timer.
            self._node.post(self._node.destroy_timer, self._timer)
