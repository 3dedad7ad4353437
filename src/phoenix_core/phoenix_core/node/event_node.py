"""
The event node: what every Phoenix node is made of.

A lifecycle node that declares the events it publishes and subscribes to and its settings.
Publishers, subscriptions, parameters, trace context and isolation come from here.
"""

import gc
import os
import re
import typing
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, ClassVar

from phoenix_msgs.msg import CapabilityStatus, Fault, NodeStatus
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.logging import LoggingSeverity

from phoenix_core import events
from phoenix_core.clock.simulated_time import REAL_TIME, RealTime
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.node.declarations import Declarations, Publishes
from phoenix_core.node.heartbeat import Heartbeat
from phoenix_core.node.isolated_node import IsolatedNode
from phoenix_core.node.publisher import EventPublishers
from phoenix_core.node.subscriptions import EventSubscriptions
from phoenix_core.node.transition_requests import TransitionRequests
from phoenix_core.node.worker import Worker
from phoenix_core.settings.node_settings import NodeSettings, SettingsError
from phoenix_core.settings.parameters import SettingsParameters
from phoenix_core.telemetry import logs, tracing
from phoenix_core.telemetry.metrics import NodeMetrics
from phoenix_core.telemetry.timing import Timing
from phoenix_core.telemetry.tracing import TraceContext

DEFAULT_NAMESPACE = '/phoenix'


class EventNode(IsolatedNode):
    """
    Base of all nodes.

    A subclass declares events (Publishes, @subscribes, @observes) and the type of `settings`, and
    fills in configure, activate, deactivate and cleanup. All of its methods run on the executor's
    thread; what takes longer than a few milliseconds goes through in_background, and other threads
    come back through post.
    """

    declarations: ClassVar[Declarations]

    node_status = Publishes(events.NODE_STATUS)
    node_metrics = Publishes(events.NODE_METRICS)
    diagnostics = Publishes(events.DIAGNOSTICS)

    def __init_subclass__(cls, **options: Any) -> None:
        """
        Collect the declarations.

        :raises DeclarationError: they cannot be.
        """
        super().__init_subclass__(**options)
        cls.declarations = Declarations.of(cls)

    def __init__(
        self,
        *,
        environ: Mapping[str, str] = os.environ,
        time: RealTime = REAL_TIME,
        declares: Declarations | None = None,
        **options: Any,
    ) -> None:
        """
        Create the node with its parameters.

        :param environ: where PHOENIX_<NODE>_<FIELD> is looked up, and where the toy's files are.
        :param time: how time passes for the node and its devices.
        :param declares: what this node declares beside what its class does.
        :param options: for rclpy's node: context, namespace, parameter_overrides, cli_args, ...
        :raises SettingsError: when a setting is refused.
        """
        if declares is not None:
            self.declarations = type(self).declarations + declares  # type: ignore[misc]
        options.setdefault('namespace', DEFAULT_NAMESPACE)
        super().__init__(self.node_name(), time=time, **options)
        self.environ = environ
        self.parent_file = ParentFile.of(environ, self.get_namespace())
        self._active = self._finalized = False
        self._transition_requests = TransitionRequests(self)
        # The names to which references of the catalogue are; a subclass that knows them fills them
        # in, or maps each to those that belong to it (None: any do).
        self.known: dict[str, Collection[str] | Mapping[str, Collection[str] | None]] = {}
        self.events_out = EventPublishers(self)
        self._events_in = EventSubscriptions(self)
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
        self.events_out.make(events.OF_EVERY_NODE)
        self._heartbeat = Heartbeat(self)

    @classmethod
    def node_name(cls) -> str:
        """Return the class name in snake case."""
        return re.sub(r'(?<!^)(?=[A-Z])', '_', cls.__name__).lower()

    @classmethod
    def settings_class(cls) -> type[NodeSettings]:
        """Return the model that the class declares as the type of `settings`."""
        found: type[NodeSettings] = typing.get_type_hints(cls)['settings']
        return found

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
        """Whether the node is in the active state."""
        return self._active

    @property
    def lifecycle_state(self) -> int:
        """The lifecycle state, as in NodeStatus."""
        if self._finalized:
            return int(NodeStatus.FINALIZED)
        if self._transition_requests.at_rest:
            return int(NodeStatus.AT_REST)
        if self._worker is None:
            return int(NodeStatus.UNCONFIGURED)
        return int(NodeStatus.ACTIVE if self._active else NodeStatus.INACTIVE)

    # Lifecycle.

    def start(self) -> bool:
        """Configure and activate; return False when that failed, which a fault has reported."""
        success = TransitionCallbackReturn.SUCCESS
        return bool(self.trigger_configure() == success and self.trigger_activate() == success)

    def stop(self) -> None:
        """Deactivate and clean up from whatever state the node is in."""
        if self._active:
            self.trigger_deactivate()
        if self._worker is not None:
            self.trigger_cleanup()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Make publishers and subscriptions, then configure."""
        self._worker = Worker(self.get_name(), self.time, self.post)
        self.events_out.make(self.declarations.publishes)
        gc.disable()  # it would look through what is loaded, which stays, again and again
        try:
            self.configure()
        except Exception as error:  # a node that cannot start must not take the others along
            self._transition_failed('configure_failed', error)
            self._free()
            return TransitionCallbackReturn.FAILURE
        finally:
            gc.enable()
        for event, name in self.declarations.subscribes.items():
            self._events_in.add(event, getattr(self, name))
        for event, name in self.declarations.observes.items():
            self._events_in.add(event, partial(getattr(self, name), event), observes=True)
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
        self.cancel_timers()
        self._events_in.close()
        try:
            self.isolated(self.deactivate, None, Timing.now())
        finally:
            self._active = False
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Clean up and take publishers and subscriptions away."""
        self.isolated(self.cleanup, None, Timing.now())
        self._free()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Go down from any state."""
        if self._active:
            self.on_deactivate(state)
        if self._worker is not None:
            self.on_cleanup(state)
        self._finalized = True
        self._heartbeat.end()
        return super().on_shutdown(state)

    def destroy_node(self) -> None:
        """Free everything; call it on the executor's thread."""
        self._finalized = True
        self._heartbeat.end()
        self._let_go()

    def _let_go(self) -> None:
        super().destroy_node()
        # rclpy's state machine holds the node's handle, and with it the DDS participant, as long
        # as this object lives: until some later garbage collection, as it is in reference cycles.
        self._state_machine = None

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
        self.events_out.free(set(self.declarations.publishes) - set(events.OF_EVERY_NODE))
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    # Settings and reports.

    def _settings_were_changed(self) -> None:
        self.settings = self._settings_parameters.settings
        self._set_log_level()
        if self._worker is not None:
            self.isolated(self.settings_changed, None, Timing.now())

    def _set_log_level(self) -> None:
        logger, level = self.get_logger(), self.settings.log_level
        logger.set_level(logs.LEVELS[level] if level else LoggingSeverity.UNSET)
        self.logs_events = logger.is_enabled_for(LoggingSeverity.DEBUG)
