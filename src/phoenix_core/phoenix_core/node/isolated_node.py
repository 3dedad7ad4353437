"""
A lifecycle node whose work is isolated: what a handler, timer or worker raises becomes a fault.

The base of EventNode, which adds events, settings and the lifecycle.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from phoenix_msgs.msg import CapabilityStatus, Fault
from rclpy.lifecycle import LifecycleNode

from phoenix_core import events
from phoenix_core.clock.simulated_time import RealTime
from phoenix_core.node.declarations import Publishes
from phoenix_core.node.health import FaultLimit, Health, describe
from phoenix_core.node.timers import Timer, Timers
from phoenix_core.node.worker import Worker
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.telemetry import timing, tracing
from phoenix_core.telemetry.metrics import NodeMetrics
from phoenix_core.telemetry.timing import Timing
from phoenix_core.telemetry.tracing import TraceContext

Result = TypeVar('Result')


class IsolatedNode(LifecycleNode):
    """
    Runs handlers and timers on the executor's thread, slow work on a worker thread of its own.

    Each keeps the trace context of what caused it, and a failure of one leaves the others alone.
    """

    settings: NodeSettings
    metrics: NodeMetrics | None
    log: Any  # structlog's bound logger

    fault_event = Publishes(events.FAULT)

    def __init__(self, name: str, *, time: RealTime, **options: Any) -> None:
        """
        Create the ROS node.

        :param time: how time passes for the node and its devices.
        :param options: for rclpy's node: context, namespace, parameter_overrides, cli_args, ...
        """
        super().__init__(name, **options)
        self.time = time
        time.attach(self)
        self.health = Health()
        self._fault_limit = FaultLimit(time.now_s)
        self._running_timers = Timers(self)
        self._worker: Worker | None = None

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
        Publish and log that something went wrong; at most a few of the same code in a while.

        :param message: one line; must not hold what a person said.
        :param tried: what was done about it.
        :param impairs: DEGRADED or LOST of CapabilityStatus: how well the node does its work from
            now on, until it is healed of that code.
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
        """End what impaired the node under this code; without effect if nothing did."""
        if self.health.heal(code):
            self.log.info(f'{code}: over')

    # Work in the background.

    @property
    def stuck_work(self) -> str:
        """The background work without progress for work_limit_s; empty if there is none."""
        return self._worker.stuck(self.settings.work_limit_s) if self._worker else ''

    def in_background(
        self, function: Callable[..., Any], *args: Any, then: Callable[[Any], object] | None = None
    ) -> None:
        """
        Run slow work on the node's worker thread, one piece after another.

        Work that neither ends nor posts anything for work_limit_s makes the node count as hung.

        :param then: gets the result on the executor's thread. A failure becomes a fault.
        """
        assert self._worker is not None, 'in_background is for configured nodes'
        self._worker.do(function, *args, then=then, failed=self._handler_failed)

    def post(self, callback: Callable[..., object], *args: Any, **fields: Any) -> None:
        """Call back on the executor's thread with the caller's trace context; thread-safe."""
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
        """Count what is done within as a model's time, apart from Phoenix's own."""
        started_s = timing.handed_over().since_s
        with timing.model():
            yield
        if self.metrics is not None:
            self.metrics.model_answered(timing.handed_over().since_s - started_s)

    def by_model(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results, counting the wait for each as a model's time."""
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
        """Call back periodically until cancelled or deactivated."""
        return self._running_timers.start(
            period_s, lambda: self.isolated(callback, None, Timing.now())
        )

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call back once, with the trace context of now, unless cancelled or deactivated."""

        def once() -> None:
            timer.cancel()
            self.isolated(callback, cause, Timing.now())

        cause = tracing.current()
        timer = self._running_timers.start(delay_s, once)
        return timer

    def now_s(self) -> float:
        """Return the node's ROS time in seconds."""
        return float(self.get_clock().now().nanoseconds * 1e-9)

    # Isolation.

    def isolated(
        self,
        callback: Callable[..., object],
        cause: TraceContext | None,
        spent: Timing,
        *args: Any,
        **fields: Any,
    ) -> None:
        """Call back; what it raises becomes a fault in the trace of what was handled."""
        with tracing.caused_by(cause), timing.measured(spent):
            try:
                callback(*args, **fields)
            except Exception as error:  # the node and its other handlers go on
                self._handler_failed(callback, error)

    def _handler_failed(self, callback: Callable[..., Any], error: Exception) -> None:
        name = getattr(callback, '__name__', repr(callback))
        self.fault('handler_failed', f'{name} raised {describe(error)}')
