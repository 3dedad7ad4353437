"""
The time of a process: real, or simulated so that it only advances while nothing is pending.

In simulated time a session runs as fast as the machine allows and is reproducible: computation
(a model, a busy core) takes no simulated time.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.time import Time as RosTime

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType


class RealTime:
    """Real time; also the interface by which nodes and devices wait and report pending work."""

    def now_s(self) -> float:
        """Return the time of a monotonic clock in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)

    def wait_for(
        self,
        condition: threading.Condition,
        predicate: Callable[[], object],
        timeout_s: float | None = None,
    ) -> bool:
        """
        Wait for a predicate like Condition.wait_for; the caller holds the condition.

        Other threads make the predicate true; it must not depend on the time.
        """
        return bool(condition.wait_for(predicate, timeout_s))

    def begin(self) -> None:
        """Note that an activity is pending: a device thread, work, a posted callback."""

    def end(self) -> None:
        """Note that a pending activity has ended."""

    def attach(self, node: Any) -> None:
        """Control the ROS clock of a node and consider its timers."""

    def timer_clock(self, node: Any) -> Clock:
        """Return the clock for the timers of a node: it goes on when the time of day is set."""
        return Clock(clock_type=ClockType.STEADY_TIME)

    def subscribed(self, event: EventType, change: int) -> None:
        """Change the number of subscriptions of an event."""

    def published(self, event: EventType) -> None:
        """Note that an event was sent to its subscribers."""

    def received(self, event: EventType) -> None:
        """Note that one subscriber has handled an event."""


REAL_TIME = RealTime()


@dataclass(eq=False)
class _Wait:
    condition: threading.Condition
    predicate: Callable[[], object]
    due_ns: int | None


class SimulatedTime(RealTime):
    """
    Stands still until `advance` is called. Shared by all nodes of a process and its executor.

    The driver calls `quiet`, `next_due_ns` and `advance` on the executor's thread, between
    callbacks. All other methods are thread-safe.

    :param start_ns: initial ROS time.
    """

    def __init__(self, start_ns: int) -> None:
        self.now_ns = start_ns
        self._lock = threading.Lock()
        self._pending = 0
        self._waits: list[_Wait] = []
        self._nodes: list[Any] = []
        self._subscriptions: Counter[EventType] = Counter()
        self._in_transit: Counter[EventType] = Counter()
        self._counting = False
        self._released_s: float | None = None

    def now_s(self) -> float:
        """Return the simulated time in seconds."""
        since_s = 0.0 if self._released_s is None else time.monotonic() - self._released_s
        return self.now_ns / NANOSECONDS_PER_SECOND + since_s

    def sleep(self, seconds: float) -> None:
        """Block this thread until simulated time has advanced by so many seconds."""
        condition = threading.Condition()
        with condition:
            self.wait_for(condition, lambda: False, seconds)

    def wait_for(
        self,
        condition: threading.Condition,
        predicate: Callable[[], object],
        timeout_s: float | None = None,
    ) -> bool:
        """Wait for a predicate, or until simulated time has advanced by the timeout."""
        if self._released_s is not None:
            return super().wait_for(condition, predicate, timeout_s)
        due_ns = None
        if timeout_s is not None:
            due_ns = self.now_ns + max(0, round(timeout_s * NANOSECONDS_PER_SECOND))
        wait = _Wait(condition, predicate, due_ns)
        with self._lock:
            self._waits.append(wait)
            self._pending -= 1  # the caller counts as pending except while it waits
        try:
            while self._released_s is None and not self._over(wait):
                condition.wait()
        finally:
            with self._lock:
                self._pending += 1
                self._waits.remove(wait)
        return bool(predicate())

    def begin(self) -> None:
        """Keep time from advancing until `end`."""
        with self._lock:
            self._pending += 1

    def end(self) -> None:
        """Undo one `begin`."""
        with self._lock:
            self._pending -= 1

    def attach(self, node: Any) -> None:
        """Control the ROS clock of a node and consider its timers."""
        clock = node.get_clock()
        clock.set_ros_time_override(self._ros_time())
        clock._set_ros_time_is_active(True)
        self._nodes.append(node)

    def timer_clock(self, node: Any) -> Clock:
        """Return the ROS clock of a node, which is simulated."""
        clock: Clock = node.get_clock()
        return clock

    def subscribed(self, event: EventType, change: int) -> None:
        """Count the subscriptions of an event in this process."""
        with self._lock:
            self._subscriptions[event] += change

    def published(self, event: EventType) -> None:
        """Keep time from advancing until all subscribers of this process have handled it."""
        # A message of a lossy stream may never arrive.
        if self._counting and event.qos is not qos.LOSSY_STREAM:
            with self._lock:
                self._in_transit[event] += self._subscriptions[event]

    def received(self, event: EventType) -> None:
        """Note that one subscriber has handled an event."""
        with self._lock:
            if self._in_transit[event] > 0:  # a latched one may arrive without being counted
                self._in_transit[event] -= 1

    def count_events(self) -> None:
        """Count events from now on; call it once all publishers are matched with subscribers."""
        self._counting = True

    # For the driver.

    @property
    def under_way(self) -> list[str]:
        """What keeps time from advancing, for an error message; empty when quiet."""
        with self._lock:
            what = [f'{n} x {event.topic}' for event, n in self._in_transit.items() if n]
            if self._pending:
                what.append(f'{self._pending} pieces of work')
        return what

    def quiet(self) -> bool:
        """Return whether nothing more happens until time advances."""
        with self._lock:
            if self._pending or any(self._in_transit.values()):
                return False
            waits = list(self._waits)
        for wait in waits:
            with wait.condition:
                if self._over(wait):
                    return False
        due_ns = self._next_timer_ns()
        return due_ns is None or due_ns > self.now_ns

    def next_due_ns(self) -> int | None:
        """Return the earliest time at which a timer or a waiting thread is due, if any."""
        with self._lock:
            dues = [wait.due_ns for wait in self._waits if wait.due_ns is not None]
        if (timer_ns := self._next_timer_ns()) is not None:
            dues.append(timer_ns)
        return min(dues, default=None)

    def advance(self, to_ns: int) -> None:
        """Set the time and wake up what is due."""
        self.now_ns = to_ns
        now = self._ros_time()
        for node in self._nodes:
            node.get_clock().set_ros_time_override(now)
        self._wake([wait for wait in self._snapshot() if self._due(wait)])

    def release(self) -> None:
        """Wake up all waiting threads and continue in real time, so that devices can stop."""
        self._released_s = time.monotonic()
        self._wake(self._snapshot())

    def _snapshot(self) -> list[_Wait]:
        with self._lock:
            return list(self._waits)

    def _wake(self, waits: list[_Wait]) -> None:
        for wait in waits:
            with wait.condition:
                wait.condition.notify_all()

    def _due(self, wait: _Wait) -> bool:
        return wait.due_ns is not None and wait.due_ns <= self.now_ns

    def _over(self, wait: _Wait) -> bool:
        return bool(wait.predicate()) or self._due(wait)

    def _ros_time(self) -> RosTime:
        return RosTime(nanoseconds=self.now_ns, clock_type=ClockType.ROS_TIME)

    def _next_timer_ns(self) -> int | None:
        waits = [
            timer.time_until_next_call() for node in self._nodes for timer in _ros_timers(node)
        ]
        until_ns = min((wait for wait in waits if wait is not None), default=None)
        return None if until_ns is None else self.now_ns + until_ns


def _ros_timers(node: Any) -> Iterable[Any]:
    clock = node.get_clock()
    return (timer for timer in node.timers if timer.clock is clock and not timer.is_canceled())
