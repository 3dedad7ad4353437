"""The subscriptions of a node: they pass events to handlers while the node is active."""

from collections.abc import Callable
from functools import partial
from typing import Any

from phoenix_msgs.msg import Fault

from phoenix_core.events import qos
from phoenix_core.events.bounds import too_long
from phoenix_core.events.event_type import EventRuleError, EventType
from phoenix_core.node.admission import LATE_S
from phoenix_core.node.timers import Timer
from phoenix_core.telemetry import timing
from phoenix_core.telemetry.timing import Timing
from phoenix_core.telemetry.tracing import TraceContext

Handler = Callable[[Any], None]


class EventSubscriptions:
    """
    Calls the handler of each event with its trace context and the time that it was queued.

    :param node: an EventNode.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._subscriptions: list[tuple[EventType, Any]] = []
        self._open_since_ns: int | None = None  # system time
        self._late_timer: Timer | None = None
        self._told_flood = False
        # States received while the node was not active: the newest of each producer.
        self._held: dict[tuple[EventType, str], tuple[Handler, Any]] = {}

    def add(self, event: EventType, handler: Handler, *, observes: bool = False) -> None:
        """
        Subscribe to an event.

        :param observes: the handler wants each event, whatever it says, and however many one
            source brings; it acts on none. What is longer than its type allows it does not get.
        """
        self._node.time.subscribed(event, 1)
        subscription = self._node.create_subscription(
            event.message_class,
            event.topic,
            partial(self._receive, event, handler, observes),
            qos.subscription(event.qos),
        )
        self._subscriptions.append((event, subscription))

    def open(self) -> None:
        """Start to call handlers, first with the states that were received before."""
        self._open_since_ns = timing.now_ns()
        held, self._held = self._held, {}
        for (event, _), (handler, message) in held.items():
            if self._keeps_rules(event, message):
                self._dispatch(event, handler, message)

    def close(self) -> None:
        """Stop calling handlers."""
        self._open_since_ns = self._late_timer = None
        self._node.admission.forget_late()

    def free(self) -> None:
        """Destroy all subscriptions."""
        for event, subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
            self._node.time.subscribed(event, -1)
        self._subscriptions.clear()

    def _receive(self, event: EventType, handler: Handler, observes: bool, message: Any) -> None:
        try:
            if self._open_since_ns is None:
                self._dispatch(event, handler, message)
            elif observes:
                if not too_long(message):
                    self._dispatch(event, handler, message)
            elif not self._keeps_rules(event, message):
                return
            elif event.has_header and event.rate_hz is None:
                self._admit(event, handler, message)
            else:
                self._dispatch(event, handler, message)
        finally:
            self._node.time.received(event)

    def _keeps_rules(self, event: EventType, message: Any) -> bool:
        """Refuse an event that no node of Phoenix would publish; it comes from outside."""
        if self._node.settings.event_rules == 'off':
            return True
        try:
            if found := too_long(message):
                raise EventRuleError(f'{event.name}: {found}')
            event.check(message)
        except EventRuleError as error:
            if self._node.metrics is not None:
                self._node.metrics.dropped(event)
            tried = 'ignores the event'
            self._node.fault('event_refused', error.kind, severity=Fault.WARNING, tried=tried)
            return False
        return True

    def _admit(self, event: EventType, handler: Handler, message: Any) -> None:
        """Dispatch an event, or let it wait if its source brings too many."""
        admission = self._node.admission
        source = admission.source(event, message)

        def deliver() -> None:
            with self._node.working_for(source):
                self._dispatch(event, handler, message)

        left_out = admission.left_out.total()
        if admission.admit(source, deliver):
            deliver()
            return
        if self._late_timer is None:
            self._late_timer = self._node.after(LATE_S, self._deliver_late)
        if admission.left_out.total() > left_out:
            self._tell_flood(event, message)

    def _deliver_late(self) -> None:
        self._late_timer = None
        if self._node.admission.deliver_late():
            self._late_timer = self._node.after(LATE_S, self._deliver_late)
        else:
            self._told_flood = False

    def _tell_flood(self, event: EventType, message: Any) -> None:
        if self._node.metrics is not None:
            self._node.metrics.dropped(event)
        if not self._told_flood:
            self._told_flood = True
            self._node.fault(
                'flooded',
                f'{message.header.producer[:64]!r} sends too many {event.topic}',
                severity=Fault.WARNING,
                tried='handles some of them, and the newest',
                self_healing=True,
            )

    def _dispatch(self, event: EventType, handler: Handler, message: Any) -> None:
        metrics = self._node.metrics
        if self._open_since_ns is None:
            if event.qos is qos.STATE:
                self._held[event, message.header.producer] = handler, message
            elif metrics is not None:
                metrics.dropped(event)
            return
        cause, queued_s = None, 0.0
        if event.has_header:
            queued_s = timing.age_s(message.header, self._open_since_ns)
            cause = TraceContext.of(message.header)
            if cause is None and event.traced and not event.needs_cause:
                cause = TraceContext.root()  # published by hand: it starts an interaction
        begun = Timing.now(queued_s)
        self._node.isolated(handler, cause, begun, message)
        if metrics is not None:
            metrics.handled(event, message, queued_s, Timing.now().since_s - begun.since_s)
