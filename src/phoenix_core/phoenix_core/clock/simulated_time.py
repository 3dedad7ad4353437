"""
The time of a process: as it passes, or simulated, advancing only when nothing is under way.

On simulated time a session runs as fast as the machine can, and the same way each time: whatever
takes the machine long (a model, a busy core) takes no time of the session.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rclpy.clock_type import ClockType
from rclpy.time import Time as RosTime

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType


class RealTime:
    """Time as it passes: the methods by which nodes and devices wait, and say what they do."""

    def now_s(self) -> float:
        """Return the seconds of a clock that is never set."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass in this thread."""
        time.sleep(seconds)

    def wait_for(
        self,
        condition: threading.Condition,
        predicate: Callable[[], object],
        timeout_s: float | None = None,
    ) -> bool:
        """
        Wait for a predicate as Condition.wait_for does; the caller holds the condition.

        The predicate becomes true by what other threads do, not by the passing of time.
        """
        return bool(condition.wait_for(predicate, timeout_s))

    def begin(self) -> None:
        """Say that something is under way: a device's thread, work, a callback to come."""

    def end(self) -> None:
        """Say that it is done."""

    def attach(self, node: Any) -> None:
        """Take in a node: its ROS clock and its timers."""

    def subscribed(self, event: EventType, change: int) -> None:
        """Take it that there are so many more subscriptions of an event."""

    def published(self, event: EventType) -> None:
        """Take it that an event is on its way to its subscribers."""

    def received(self, event: EventType) -> None:
        """Take it that one of them is done with it."""


REAL_TIME = RealTime()


@dataclass(eq=False)
class _Wait:
    condition: threading.Condition
    predicate: Callable[[], object]
    due_ns: int | None


class SimulatedTime(RealTime):
    """
    Stands still until `advance` sets it; one for all nodes of a process, which share an executor.

    Whoever drives it calls `quiet`, `next_due_ns` and `advance` on the executor's thread, between
    two callbacks. All else may be called from any thread.
    """

    def __init__(self, start_ns: int) -> None:
        """Begin at that ROS time."""
        self.now_ns = start_ns
        self._lock = threading.Lock()
        self._under_way = 0
        self._waits: list[_Wait] = []
        self._nodes: list[Any] = []
        self._subscriptions: Counter[EventType] = Counter()
        self._on_the_way: Counter[EventType] = Counter()
        self._counting = False
        self._released_s: float | None = None

    def now_s(self) -> float:
        """Return the simulated time."""
        since_s = 0.0 if self._released_s is None else time.monotonic() - self._released_s
        return self.now_ns / NANOSECONDS_PER_SECOND + since_s

    def sleep(self, seconds: float) -> None:
        """Wait until simulated time has advanced so far."""
        condition = threading.Condition()
        with condition:
            self.wait_for(condition, lambda: False, seconds)

    def wait_for(
        self,
        condition: threading.Condition,
        predicate: Callable[[], object],
        timeout_s: float | None = None,
    ) -> bool:
        """Wait for a predicate, or until simulated time has advanced so far."""
        if self._released_s is not None:
            return super().wait_for(condition, predicate, timeout_s)
        due_ns = None
        if timeout_s is not None:
            due_ns = self.now_ns + max(0, round(timeout_s * NANOSECONDS_PER_SECOND))
        wait = _Wait(condition, predicate, due_ns)
        with self._lock:
            self._waits.append(wait)
            self._under_way -= 1  # the caller is under way, but for now it waits
        try:
            while self._released_s is None and not self._over(wait):
                condition.wait()
        finally:
            with self._lock:
                self._under_way += 1
                self._waits.remove(wait)
        return bool(predicate())

    def begin(self) -> None:
        """Hold time still until `end`."""
        with self._lock:
            self._under_way += 1

    def end(self) -> None:
        """Let time go on, as far as this was under way."""
        with self._lock:
            self._under_way -= 1

    def attach(self, node: Any) -> None:
        """Set the ROS clock of a node; its ROS timers count."""
        clock = node.get_clock()
        clock.set_ros_time_override(self._ros_time())
        clock._set_ros_time_is_active(True)
        self._nodes.append(node)

    def subscribed(self, event: EventType, change: int) -> None:
        """Count the subscriptions of an event in this process."""
        with self._lock:
            self._subscriptions[event] += change

    def published(self, event: EventType) -> None:
        """Hold time still until all subscribers of this process are done with the event."""
        # What may be lost without harm must not hold anything up.
        if self._counting and event.qos is not qos.LOSSY_STREAM:
            with self._lock:
                self._on_the_way[event] += self._subscriptions[event]

    def received(self, event: EventType) -> None:
        """Count one subscriber less."""
        with self._lock:
            if self._on_the_way[event] > 0:  # latched ones may come late and unannounced
                self._on_the_way[event] -= 1

    def count_events(self) -> None:
        """Hold time still for events from now on: all publishers know their subscribers."""
        self._counting = True

    # For whoever drives it.

    @property
    def under_way(self) -> list[str]:
        """What holds time still, for an error message; empty when quiet."""
        with self._lock:
            what = [f'{n} x {event.topic}' for event, n in self._on_the_way.items() if n]
            if self._under_way:
                what.append(f'{self._under_way} pieces of work')
        return what

    def quiet(self) -> bool:
        """Tell whether nothing happens any more unless time advances."""
        with self._lock:
            if self._under_way or any(self._on_the_way.values()):
                return False
            waits = list(self._waits)
        for wait in waits:
            with wait.condition:
                if self._over(wait):
                    return False
        due_ns = self._next_timer_ns()
        return due_ns is None or due_ns > self.now_ns

    def next_due_ns(self) -> int | None:
        """Return the earliest time that a timer or a waiting thread waits for; None: nothing."""
        with self._lock:
            dues = [wait.due_ns for wait in self._waits if wait.due_ns is not None]
        if (timer_ns := self._next_timer_ns()) is not None:
            dues.append(timer_ns)
        return min(dues, default=None)

    def advance(self, to_ns: int) -> None:
        """Set the time; whatever is due then begins to happen."""
        self.now_ns = to_ns
        now = self._ros_time()
        for node in self._nodes:
            node.get_clock().set_ros_time_override(now)
        self._wake([wait for wait in self._snapshot() if self._due(wait)])

    def release(self) -> None:
        """End what is waited for now, then let time pass as it does: devices can be stopped."""
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
