"""
A lifecycle node that publishes a fault for each exception in a handler, timer or worker.

EventNode adds events, settings and the lifecycle.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from builtin_interfaces.msg import Time
from phoenix_msgs.msg import CapabilityStatus, Fault
from rclpy.lifecycle import LifecycleNode

from phoenix_core import events
from phoenix_core.clock.simulated_time import RealTime
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds, to_stamp
from phoenix_core.node import pulse
from phoenix_core.node.admission import Admission, Source
from phoenix_core.node.declarations import Publishes
from phoenix_core.node.health import FaultLimit, Health, describe
from phoenix_core.node.timers import Timer
from phoenix_core.node.worker import Worker
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.telemetry import timing, tracing
from phoenix_core.telemetry.metrics import NodeMetrics
from phoenix_core.telemetry.timing import Timing
from phoenix_core.telemetry.tracing import TraceContext

Result = TypeVar('Result')

LONGEST_AGO_S = 60.0  # an older time stamp is of before the clock was set


class IsolatedNode(LifecycleNode):
    """
    Runs handlers and timers on the executor's thread, and slow work on a worker thread.

    Each runs in the trace context of its cause, and a failure of one does not affect the others.

    :param time: the time of the node and its devices.
    :param options: for rclpy's node: context, namespace, parameter_overrides, cli_args, ...
    """

    settings: NodeSettings
    metrics: NodeMetrics | None
    log: Any  # structlog's bound logger

    fault_event = Publishes(events.FAULT)

    def __init__(self, name: str, *, time: RealTime, **options: Any) -> None:
        super().__init__(name, **options)
        self.time = time
        time.attach(self)
        self.timer_clock = time.timer_clock(self)
        self.health = Health()
        self._fault_limit = FaultLimit(time.now_s)
        self._timers_running: set[Timer] = set()
        self._worker: Worker | None = None
        self.admission = Admission(time.now_s)
        self._source: Source | None = None  # of the event that is being handled

    # Faults.

    def fault(
        self,
        code: str,
        message: str,
        *,
        severity: int = Fault.ERROR,
        tried: str = '',
        self_healing: bool = False,
        impairs: int = CapabilityStatus.OK,
    ) -> None:
        """
        Publish and log a fault, unless there were too many with this code; see FaultLimit.

        :param code: stable name of the kind of fault, e.g. device_lost.
        :param message: one line; must not contain what a person said.
        :param tried: what was done about it.
        :param impairs: DEGRADED or LOST of CapabilityStatus: the level of the node from now on,
            until `healed` is called with this code.
        """
        if impairs != CapabilityStatus.OK:
            self.health.impair(code, impairs, message)
        left_out = self._fault_limit.admit(code)
        if left_out is None:
            return
        self.log.error(f'{code}: {message}')
        if self.metrics is not None:
            self.metrics.faulted(code, severity)
        self.fault_event(
            node=self.get_name(),
            code=code,
            severity=severity,
            message=message[:1000],
            tried=tried[:1000],
            self_healing=self_healing,
            left_out=left_out,
        )

    def healed(self, code: str) -> None:
        """Remove the impairment with this code; without effect if there is none."""
        if self.health.heal(code):
            self.log.info(f'{code}: over')

    # Work in the background.

    @property
    def stuck_work(self) -> str:
        """Name of the background work without progress for work_limit_s; empty if none."""
        return self._worker.stuck(self.settings.work_limit_s) if self._worker else ''

    def in_background(
        self, function: Callable[..., Any], *args: Any, then: Callable[[Any], object] | None = None
    ) -> None:
        """
        Run a function on the worker thread, after the ones before it.

        A function that neither ends nor posts anything for work_limit_s makes the node count as
        hung. An exception in it becomes a fault.

        :param then: is called with the result on the executor's thread.
        """
        assert self._worker is not None, 'in_background is for configured nodes'
        source, ended = self._source, None
        if source is not None:
            self.admission.pend(source, 1)
            ended = partial(self.admission.pend, source, -1)
        self._worker.do(function, *args, then=then, failed=self._handler_failed, ended=ended)

    @contextlib.contextmanager
    def working_for(self, source: Source) -> Iterator[None]:
        """Count the work that is begun meanwhile as that of a source of events."""
        self._source = source
        try:
            yield
        finally:
            self._source = None

    def post(self, callback: Callable[..., object], *args: Any, **fields: Any) -> None:
        """Call a function on the executor's thread in the caller's trace context; thread-safe."""
        executor = self.executor
        if executor is None:
            return
        if self._worker is not None:
            self._worker.progress()
        cause, spent = tracing.current(), timing.handed_over()

        def task() -> None:
            try:
                self.isolated(callback, cause, spent.resumed(), *args, **fields)
            finally:
                self.time.end()

        self.time.begin()
        executor.create_task(task)

    @contextlib.contextmanager
    def model_time(self) -> Iterator[None]:
        """Count the time of the with block as time of a model."""
        started_s = timing.handed_over().since_s
        with timing.model():
            yield
        if self.metrics is not None:
            self.metrics.model_answered(timing.handed_over().since_s - started_s)

    def by_model(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results, counting the time to produce each as time of a model."""
        iterator = iter(results)
        while True:
            with self.model_time():
                try:
                    result = next(iterator)
                except StopIteration:
                    return
            yield result

    # Timers.

    def every(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call a function periodically until the timer is cancelled or the node deactivated."""
        return self._timer(period_s, lambda: self.isolated(callback, None, Timing.now()))

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call a function once in the current trace context, unless cancelled or deactivated."""

        def once() -> None:
            timer.cancel()
            self.isolated(callback, cause, Timing.now())

        cause = tracing.current()
        timer = self._timer(delay_s, once)
        return timer

    def cancel_timers(self) -> None:
        """Cancel all timers."""
        for timer in list(self._timers_running):
            timer.cancel()

    def _timer(self, period_s: float, callback: Callable[[], None]) -> Timer:
        return Timer(self, self._timers_running, period_s, callback)

    # Times. `self.time.now_s()` is steady; the time of day may be set at any moment, as at each
    # start of a machine without a clock of its own, and is only for what people mean by it.

    def now_s(self) -> float:
        """Return the time of day, the node's ROS time, in seconds since 1970."""
        return float(self.get_clock().now().nanoseconds * 1e-9)

    def happened_s(self, stamp: Time) -> float:
        """
        Return when something happened, as `self.time.now_s()` tells it.

        Now, if the time of day was set since then.
        """
        ago_s = (self.get_clock().now().nanoseconds - nanoseconds(stamp)) * 1e-9
        return self.time.now_s() - (ago_s if abs(ago_s) < LONGEST_AGO_S else 0.0)

    def stamp_at(self, steady_s: float) -> Time:
        """Return the time stamp of what happened then, the reverse of `happened_s`."""
        ago_ns = round((self.time.now_s() - steady_s) * NANOSECONDS_PER_SECOND)
        return to_stamp(self.get_clock().now().nanoseconds - ago_ns)

    # Isolation.

    def isolated(
        self,
        callback: Callable[..., object],
        cause: TraceContext | None,
        spent: Timing,
        *args: Any,
        **fields: Any,
    ) -> None:
        """Call a function in a trace context; an exception in it becomes a fault."""
        pulse.get_on()
        with tracing.caused_by(cause), timing.measured(spent):
            try:
                callback(*args, **fields)
            except Exception as error:  # the node and its other handlers continue
                self._handler_failed(callback, error)

    def _handler_failed(self, callback: Callable[..., Any], error: Exception) -> None:
        name = getattr(callback, '__name__', repr(callback))
        self.fault('handler_failed', f'{name} raised {describe(error)}')
