"""
The event node: what every Phoenix node is made of.

A lifecycle node that declares what it produces and consumes and what its settings are; publishers,
subscriptions, parameters, trace context and the isolation of failing handlers come from here.
"""

import contextlib
import os
import re
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from phoenix_msgs.msg import CapabilityStatus, Fault, NodeStatus
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.logging import LoggingSeverity

from phoenix_core import events
from phoenix_core.clock.simulated_time import REAL_TIME, RealTime
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import check_handlers
from phoenix_core.node.health import FaultLimit, Health, describe
from phoenix_core.node.heartbeat import VitalSigns
from phoenix_core.node.publishers import EventPublishers
from phoenix_core.node.subscriptions import EventSubscriptions
from phoenix_core.node.timers import Alarm, Alarms
from phoenix_core.node.worker import Worker
from phoenix_core.settings.node_settings import NodeSettings, SettingsError
from phoenix_core.settings.parameters import SettingsParameters
from phoenix_core.telemetry import logs, timing, tracing
from phoenix_core.telemetry.metrics import NodeMetrics
from phoenix_core.telemetry.timing import Timing
from phoenix_core.telemetry.tracing import TraceContext

DEFAULT_NAMESPACE = '/phoenix'


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
        change_state = self._service_change_state
        change_state.callback = partial(_refuse_what_is_not_allowed, change_state.callback)
        self.time = time
        time.attach(self)
        self._active = False
        self._finalized = False
        self._health = Health()
        self._fault_limit = FaultLimit(time.now_s)
        self._alarms = Alarms(self)
        self._worker: Worker | None = None
        self._events_out = EventPublishers(self)
        self._events_in = EventSubscriptions(self, self._isolated)
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
        self._events_out.make(events.OF_EVERY_NODE)
        self._vital_signs = VitalSigns(
            self, self._health, self._tell_status, self._tell_diagnostics, self._tell_metrics
        )

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

    @property
    def stuck_work(self) -> str:
        """The work in the background that has not got on for work_limit_s; empty if none."""
        return self._worker.stuck(self.settings.work_limit_s) if self._worker else ''

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
        context = self._events_out.publish(event, fields, stamp, cause)
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
            self.metrics.faulted(code, severity)
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

    def reach(self, event: EventType) -> int:
        """Return how many subscriptions an event of this node reaches now."""
        return self._events_out.reach(event)

    @property
    def known(self) -> dict[str, Collection[str] | Mapping[str, Collection[str] | None]]:
        """
        What references of the catalogue are to.

        A subclass that knows the names fills them in, or maps each to those that belong to it
        (None: any do).
        """
        return self._events_out.known

    def observe(self, event: EventType, handler: Callable[[Any], None]) -> None:
        """
        Hear an event until cleanup.

        Called in configure, for what the class declares in `observes`: the node is an observer and
        no consumer, the toy does what it does without it, as without `ros2 topic echo`.

        :raises UndeclaredEventError: the node does not declare it.
        """
        if event not in (*self.observes, *self.consumes):
            raise UndeclaredEventError(f'{type(self).__name__}.observes lacks {event.name}')
        self._events_in.add(event, handler)

    def every(self, period_s: float, callback: Callable[[], None]) -> Alarm:
        """Call back periodically until cancelled or deactivated."""
        return self._alarms.start(period_s, lambda: self._isolated(callback, None, Timing.now()))

    def after(self, delay_s: float, callback: Callable[[], None]) -> Alarm:
        """Call back once, with the trace context of now, unless cancelled or deactivated."""

        def once() -> None:
            alarm.cancel()
            self._isolated(callback, cause, Timing.now())

        cause = tracing.current()
        alarm = self._alarms.start(delay_s, once)
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
        self._worker = Worker(self.get_name(), self.time, self.post)
        self._events_out.make(self.produces)
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
        try:
            with tracing.caused_by(TraceContext.root()):
                self.activate()
        except Exception as error:
            self._transition_failed('activate_failed', error)
            self._active = False
            return TransitionCallbackReturn.FAILURE
        for code in ('configure_failed', 'activate_failed'):
            self.healed(code)
        self._events_in.open()
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop timers and handlers, then deactivate; what it still publishes goes out."""
        self._alarms.cancel()
        self._events_in.close()
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

    def _set_log_level(self) -> None:
        logger, level = self.get_logger(), self.settings.log_level
        logger.set_level(logs.LEVELS[level] if level else LoggingSeverity.UNSET)
        self._logs_events = logger.is_enabled_for(LoggingSeverity.DEBUG)

    def _tell_status(self, status: NodeStatus) -> None:
        fields = {name: getattr(status, name) for name in status.get_fields_and_field_types()}
        del fields['header']
        self.publish(events.NODE_STATUS, **fields)

    def _tell_diagnostics(self, status: DiagnosticStatus) -> None:
        self.publish(events.DIAGNOSTICS, status=[status])

    def _tell_metrics(self) -> None:
        if self.metrics is not None and self.reach(events.NODE_METRICS):
            self.publish(events.NODE_METRICS, exposition=self.metrics.exposition())

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

    def _free(self) -> None:
        self._events_in.free()
        self._events_out.free(set(self.produces) - set(events.OF_EVERY_NODE))
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def _refuse_what_is_not_allowed(
    change_state: Callable[[Any, Any], Any], request: Any, response: Any
) -> Any:
    """Change the lifecycle state; rclpy raises where the state does not allow that."""
    try:
        return change_state(request, response)
    except RuntimeError:  # rcl has told it
        response.success = False
        return response
