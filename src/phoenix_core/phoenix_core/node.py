"""
The event node: what every Phoenix node is made of.

A lifecycle node that declares what it produces and consumes and what its settings are; publishers,
subscriptions, parameters, trace context and the isolation of failing handlers come from here.
"""

import contextlib
import os
import re
import threading
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from phoenix_msgs.msg import CapabilityStatus, Fault, NodeStatus
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.logging import LoggingSeverity
from rclpy.timer import Timer

from phoenix_core import events, logs, qos, timing, tracing
from phoenix_core.declarations import check_handlers
from phoenix_core.event_type import EventRuleError, EventType
from phoenix_core.health import FaultLimit, Health
from phoenix_core.metrics import NodeMetrics
from phoenix_core.parameters import SettingsParameters
from phoenix_core.settings import NodeSettings, SettingsError
from phoenix_core.simulated_time import REAL_TIME, RealTime
from phoenix_core.timing import Timing
from phoenix_core.tracing import TraceContext
from phoenix_core.vital_signs import VitalSigns

DEFAULT_NAMESPACE = '/phoenix'
METRICS_PERIOD_S = 5.0

SEVERITIES = {Fault.WARNING: 'warning', Fault.ERROR: 'error', Fault.FATAL: 'fatal'}

Result = TypeVar('Result')


class UndeclaredEventError(TypeError):
    """A node published an event it does not declare in `produces`."""


class EventNode(LifecycleNode):
    """
    Base of all nodes.

    A subclass declares `produces`, `consumes` (event to handler name) and the type of `settings`,
    and fills in configure (load models, check devices), activate (open streams), deactivate and
    cleanup. All of its methods run on the executor's thread; what takes longer than a few
    milliseconds goes through in_background, and other threads come back through post.
    """

    produces: ClassVar[tuple[EventType, ...]] = ()
    consumes: ClassVar[Mapping[EventType, str]] = {}
    observes: ClassVar[tuple[EventType, ...]] = ()
    settings: NodeSettings

    def __init__(
        self,
        *,
        environ: Mapping[str, str] = os.environ,
        time: RealTime = REAL_TIME,
        **options: Any,
    ) -> None:
        """
        Declare parameters and check the declarations.

        :param environ: where PHOENIX_<NODE>_<FIELD> is looked up.
        :param time: how time passes for the node and its devices.
        :param options: for rclpy's node: context, namespace, parameter_overrides, cli_args, ...
        :raises DeclarationError: when a handler is missing or takes another message.
        :raises SettingsError: when a setting is refused.
        """
        check_handlers(self)
        options.setdefault('namespace', DEFAULT_NAMESPACE)
        super().__init__(self.node_name(), **options)
        self.time = time
        time.attach(self)
        self._active = False
        self._active_since_ns = 0  # system time
        self._finalized = False
        self._health = Health()
        self._fault_limit = FaultLimit(time.now_s)
        self._alarms: set[Alarm] = set()
        self._worker: ThreadPoolExecutor | None = None
        self._jobs = 0  # given to the worker and not done
        self._jobs_lock = threading.Lock()
        self._event_publishers: dict[EventType, Any] = {}
        self._event_subscriptions: list[Any] = []
        # What references of the catalogue are to: a subclass that knows the names fills them in,
        # or maps each to those that belong to it (None: any do).
        self.known: dict[str, Collection[str] | Mapping[str, Collection[str] | None]] = {}
        self._rules_told: set[str] = set()  # broken ones, where a fault is all that follows
        # States that came while the node was not active, the newest of each producer.
        self._held: dict[tuple[EventType, str], Any] = {}
        try:
            self._settings_parameters = SettingsParameters(
                self, self.settings_class(), environ, self._settings_were_changed
            )
        except SettingsError:
            self._let_go()
            raise
        self.settings = self._settings_parameters.settings
        self.log = logs.node_log(self.get_logger(), self.get_name(), logs.log_format(environ))
        self._set_log_level()
        self.metrics = NodeMetrics(self.get_name()) if self.settings.metrics else None
        for event in events.OF_EVERY_NODE:
            self._create_publisher(event)
        self._vital_signs = VitalSigns(
            self, self._event_publishers, self._health, self._tell_status, self._tell_diagnostics
        )
        if self.metrics is not None:
            # Real time: a simulated clock that stands still is no reason to be silent.
            steady = Clock(clock_type=ClockType.STEADY_TIME)
            self.create_timer(METRICS_PERIOD_S, self._tell_metrics, clock=steady)

    @classmethod
    def node_name(cls) -> str:
        """Return the class name in snake case."""
        return re.sub(r'(?<!^)(?=[A-Z])', '_', cls.__name__).lower()

    @classmethod
    def settings_class(cls) -> type[NodeSettings]:
        """Return the model that the class declares as the type of `settings`."""
        return typing.get_type_hints(cls)['settings']

    # What a subclass fills in.

    def configure(self) -> None:
        """Load models and check devices; raise when that fails."""

    def activate(self) -> None:
        """Open streams and begin; raise when that fails."""

    def deactivate(self) -> None:
        """Stop what activate began."""

    def cleanup(self) -> None:
        """Free what configure loaded."""

    def settings_changed(self) -> None:
        """React to a runtime setting that was changed after configure; self.settings is new."""

    # What a subclass uses.

    @property
    def is_active(self) -> bool:
        """Tell whether the node is in the active state."""
        return self._active

    @property
    def lifecycle_state(self) -> int:
        """The lifecycle state, as in NodeStatus."""
        if self._finalized:
            return NodeStatus.FINALIZED
        if self._worker is None:
            return NodeStatus.UNCONFIGURED
        return NodeStatus.ACTIVE if self._active else NodeStatus.INACTIVE

    def publish(
        self,
        event: EventType,
        *,
        stamp: Time | None = None,
        cause: TraceContext | None = None,
        **fields: Any,
    ) -> TraceContext | None:
        """
        Publish an event; the header is filled in here.

        :param stamp: when it happened; default now.
        :param cause: the event that caused it; default the one being handled.
        :param fields: the message's fields.
        :returns: the new event's trace context; None when untraced or refused as inactive.
        :raises UndeclaredEventError: the node does not declare it.
        :raises EventRuleError: a field breaks a rule of the catalogue, and event_rules is enforce.
        """
        of_every_node = event in events.OF_EVERY_NODE
        if event not in self.produces and not of_every_node:
            raise UndeclaredEventError(f'{type(self).__name__} does not declare {event.name}')
        if not self._active and not of_every_node:
            self.log.warning('attempted to publish while not active', topic=event.topic)
            return None
        message = event.build(fields)
        if self.settings.event_rules != 'off':
            self._check_rules(event, message)
        context = None
        if event.has_header:
            header = message.header
            header.stamp = stamp or self.get_clock().now().to_msg()
            header.producer = self.get_name()
            timing.stamp(header)
            parent = cause or tracing.current()
            if event.traced and (parent or not event.needs_cause):
                context = self._fill_trace(event, header, parent)
        elif hasattr(message, 'header'):
            message.header.stamp = stamp or self.get_clock().now().to_msg()
        self._emit(event, message)
        if self._logs_events and event.rate_hz is None:
            with tracing.caused_by(context):
                self.log.debug('sent', topic=event.topic)
        return context

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
        Say that something went wrong; the same again and again is told now and then.

        :param message: one line; must not hold what a person said.
        :param tried: what was done about it.
        :param impairs: DEGRADED or LOST of CapabilityStatus: how well the node does its work from
            now on, until it is healed of that code.
        """
        if impairs != CapabilityStatus.OK:
            self._health.impair(code, impairs, message)
        left_out = self._fault_limit.admit(code)
        if left_out is None:
            return
        self.log.error(f'{code}: {message}')
        if self.metrics is not None:
            self.metrics.faulted(code, SEVERITIES[severity])
        self.publish(
            events.FAULT,
            node=self.get_name(),
            code=code,
            severity=severity,
            message=message[:1000],
            tried=tried[:1000],
            self_healing=self_healing,
            left_out=left_out,
        )

    def healed(self, code: str) -> None:
        """Say that what impaired the node under this code is over; without effect if nothing."""
        if self._health.heal(code):
            self.log.info(f'{code}: over')

    def in_background(
        self, function: Callable[..., Any], *args: Any, then: Callable[[Any], object] | None = None
    ) -> None:
        """
        Run slow work on the node's worker thread, one piece after another.

        :param then: gets the result on the executor's thread. A failure becomes a fault.
        """
        assert self._worker is not None, 'in_background is for configured nodes'
        cause, spent = tracing.current(), timing.handed_over()

        def work() -> None:
            with tracing.caused_by(cause), timing.measured(spent.resumed()):
                try:
                    result = function(*args)
                except Exception as error:  # whatever the provider raises
                    self.post(self._handler_failed, function, error)
                    return
                if then is not None:
                    self.post(then, result)

        self._count_jobs(1)
        self._worker.submit(work).add_done_callback(lambda _: self._count_jobs(-1))

    def post(self, callback: Callable[..., object], *args: Any, **fields: Any) -> None:
        """Call back on the executor's thread with the caller's trace context; thread-safe."""
        executor = self.executor
        if executor is None:
            return
        cause, spent = tracing.current(), timing.handed_over()

        def task() -> None:
            try:
                self._isolated(callback, cause, spent.resumed(), *args, **fields)
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
        """Count the wait for each result as a model's time."""
        iterator = iter(results)
        while True:
            with self.model_time():
                try:
                    result = next(iterator)
                except StopIteration:
                    return
            yield result

    def observe(self, event: EventType, handler: Callable[[Any], None]) -> None:
        """
        Hear an event until cleanup.

        Called in configure, for what the class declares in `observes`: the node is an observer and
        no consumer, the toy does what it does without it, as without `ros2 topic echo`.

        :raises UndeclaredEventError: the node does not declare it.
        """
        if event not in (*self.observes, *self.consumes):
            raise UndeclaredEventError(f'{type(self).__name__}.observes lacks {event.name}')
        self.time.subscribed(event, 1)
        callback = partial(self._receive, event, handler)
        self._event_subscriptions.append(
            self.create_subscription(
                event.message, event.topic, callback, qos.subscription(event.qos)
            )
        )

    def every(self, period_s: float, callback: Callable[[], None]) -> 'Alarm':
        """Call back periodically until cancelled or deactivated."""
        return self._alarm(period_s, lambda: self._isolated(callback, None, Timing.now()))

    def after(self, delay_s: float, callback: Callable[[], None]) -> 'Alarm':
        """Call back once, with the trace context of now, unless cancelled or deactivated."""

        def once() -> None:
            alarm.cancel()
            self._isolated(callback, cause, Timing.now())

        cause = tracing.current()
        alarm = self._alarm(delay_s, once)
        return alarm

    def now_s(self) -> float:
        """Return the node's ROS time in seconds."""
        return self.get_clock().now().nanoseconds * 1e-9

    # Lifecycle.

    def start(self) -> bool:
        """Configure and activate; False when that failed, which a fault has told."""
        success = TransitionCallbackReturn.SUCCESS
        return self.trigger_configure() == success and self.trigger_activate() == success

    def stop(self) -> None:
        """Deactivate and clean up from whatever state the node is in."""
        if self._active:
            self.trigger_deactivate()
        if self._worker is not None:
            self.trigger_cleanup()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Make publishers and subscriptions, then configure."""
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=self.get_name())
        for event in self.produces:
            self._create_publisher(event)
        try:
            self.configure()
        except Exception as error:  # a node that cannot start must not take the others along
            self._transition_failed('configure_failed', error)
            self._free()
            return TransitionCallbackReturn.FAILURE
        for event, handler in self.consumes.items():
            self.observe(event, getattr(self, handler))
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let events through, then activate."""
        self._active = True
        self._active_since_ns = timing.now_ns()
        try:
            with tracing.caused_by(TraceContext.root()):
                self.activate()
        except Exception as error:
            self._transition_failed('activate_failed', error)
            self._active = False
            return TransitionCallbackReturn.FAILURE
        for code in ('configure_failed', 'activate_failed'):
            self.healed(code)
        held, self._held = self._held, {}
        for (event, _), message in held.items():
            self._dispatch(event, getattr(self, self.consumes[event]), message)
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop timers and handlers, then deactivate; what it still publishes goes out."""
        for alarm in list(self._alarms):
            alarm.cancel()
        try:
            self._isolated(self.deactivate, None, Timing.now())
        finally:
            self._active = False
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Clean up and take publishers and subscriptions away."""
        self._isolated(self.cleanup, None, Timing.now())
        self._free()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Go down from any state."""
        if self._active:
            self.on_deactivate(state)
        if self._worker is not None:
            self.on_cleanup(state)
        self._finalized = True
        self._vital_signs.end()
        return super().on_shutdown(state)

    def destroy_node(self) -> None:
        """Free everything; call it on the executor's thread."""
        self._finalized = True
        self._vital_signs.end()
        self._let_go()

    # Inner workings.

    def _let_go(self) -> None:
        super().destroy_node()
        # rclpy's state machine holds the node's handle, and with it the DDS participant, as long
        # as this object lives: till some later garbage collection, as it is in reference cycles.
        self._state_machine = None

    def _settings_were_changed(self) -> None:
        self.settings = self._settings_parameters.settings
        self._set_log_level()
        if self._worker is not None:
            self._isolated(self.settings_changed, None, Timing.now())

    def _check_rules(self, event: EventType, message: Any) -> None:
        """Raise for a broken rule, or tell it by a fault, once per kind."""
        try:
            event.check(message, self.known)
        except EventRuleError as error:
            if self.settings.event_rules == 'enforce':
                raise
            if error.kind not in self._rules_told:
                self._rules_told.add(error.kind)
                self.fault('event_rule_broken', error.kind, severity=Fault.WARNING)

    def _set_log_level(self) -> None:
        logger, level = self.get_logger(), self.settings.log_level
        logger.set_level(logs.LEVELS[level] if level else LoggingSeverity.UNSET)
        self._logs_events = logger.is_enabled_for(LoggingSeverity.DEBUG)

    def _create_publisher(self, event: EventType) -> None:
        if event not in self._event_publishers:
            self._event_publishers[event] = self.create_publisher(
                event.message, event.topic, event.qos
            )

    def _tell_status(self, status: NodeStatus) -> None:
        fields = {name: getattr(status, name) for name in status.get_fields_and_field_types()}
        del fields['header']
        self.publish(events.NODE_STATUS, **fields)

    def _tell_diagnostics(self, status: DiagnosticStatus) -> None:
        self.publish(events.DIAGNOSTICS, status=[status])

    def _tell_metrics(self) -> None:
        if self._finalized:  # the executor may call a timer of a node that is no more
            return
        listeners = self._event_publishers[events.NODE_METRICS].get_subscription_count()
        if self.metrics is not None and listeners:
            self.publish(events.NODE_METRICS, exposition=self.metrics.exposition())

    def _fill_trace(
        self, event: EventType, header: Any, parent: TraceContext | None
    ) -> TraceContext:
        if parent is None or event.starts_trace:
            header.trace_id = tracing.new_trace_id()
        else:
            header.trace_id = parent.trace_id
            header.parent_span_id = parent.span_id
        header.span_id = tracing.new_span_id()
        return TraceContext(header.trace_id, header.span_id)

    def _emit(self, event: EventType, message: Any) -> None:
        self.time.published(event)
        if self.metrics is not None:
            self.metrics.published(event)
        self._event_publishers[event].publish(message)

    def _receive(self, event: EventType, handler: Callable[[Any], None], message: Any) -> None:
        try:
            self._dispatch(event, handler, message)
        finally:
            self.time.received(event)

    def _dispatch(self, event: EventType, handler: Callable[[Any], None], message: Any) -> None:
        if not self._active:
            if event.qos is qos.STATE:
                self._held[event, message.header.producer] = message
            elif self.metrics is not None:
                self.metrics.dropped(event)
            return
        cause, queued_s = None, 0.0
        if event.has_header:
            queued_s = timing.age_s(message.header, self._active_since_ns)
            cause = TraceContext.of(message.header)
            if cause is None and event.traced and not event.needs_cause:
                cause = TraceContext.root()  # sent by hand: what comes of it is one interaction
        begun = Timing.now(queued_s)
        self._isolated(handler, cause, begun, message)
        if self.metrics is not None:
            handler_s = Timing.now().since_s - begun.since_s
            self.metrics.handled(event, message, queued_s, handler_s)

    def _isolated(
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

    def _count_jobs(self, change: int) -> None:
        """Hold simulated time while the worker has something to do, however much it is."""
        with self._jobs_lock:
            before, self._jobs = self._jobs, self._jobs + change
            if not before:
                self.time.begin()
            elif not self._jobs:
                self.time.end()

    def _handler_failed(self, callback: Callable[..., Any], error: Exception) -> None:
        name = getattr(callback, '__name__', repr(callback))
        self.fault('handler_failed', f'{name} raised {describe(error)}')

    def _transition_failed(self, code: str, error: Exception) -> None:
        # Bad configuration; no attempt will succeed before somebody has mended it.
        bad = isinstance(error, ValueError)
        self.fault(
            code,
            f'{type(error).__name__}: {error}',
            severity=Fault.FATAL if bad else Fault.ERROR,
            self_healing=not bad,
            impairs=CapabilityStatus.LOST,
        )

    def _alarm(self, period_s: float, callback: Callable[[], None]) -> 'Alarm':
        def forget() -> None:
            self._alarms.discard(alarm)
            # Not at once: it may be the timer whose callback runs now.
            self.post(self.destroy_timer, timer)

        timer = self.create_timer(period_s, callback)
        alarm = Alarm(timer, forget)
        self._alarms.add(alarm)
        return alarm

    def _free(self) -> None:
        for subscription in self._event_subscriptions:
            self.destroy_subscription(subscription)
        for event in self.consumes if self._event_subscriptions else ():
            self.time.subscribed(event, -1)
        self._event_subscriptions.clear()
        for event in set(self._event_publishers) - set(events.OF_EVERY_NODE):
            self.destroy_publisher(self._event_publishers.pop(event))
        if self._worker is not None:
            self._worker.shutdown(wait=False, cancel_futures=True)
            self._worker = None


class Alarm:
    """A call that is due later, once or periodically; made by EventNode.after and .every."""

    def __init__(self, timer: Timer, forget: Callable[[], None]) -> None:
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


def describe(error: BaseException) -> str:
    """
    Say what was raised and where, without the error's own text: it may hold what a person said.

    A broken rule is told whole, but for its value.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ''
    if trace is not None:
        place = f' at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}'
    text = f': {error.kind}' if isinstance(error, EventRuleError) else ''
    return f'{type(error).__name__}{place}{text}'
