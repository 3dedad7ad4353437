"""Send the events of a node: headers, the rules of the catalogue, the trace."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from builtin_interfaces.msg import Time
from phoenix_msgs.msg import Fault

from phoenix_core.events.event_type import EventRuleError, EventType
from phoenix_core.telemetry import timing, tracing
from phoenix_core.telemetry.tracing import TraceContext


class EventPublishers:
    """The ROS publishers of a node. Fills in headers, checks, counts and sends."""

    def __init__(self, node: Any) -> None:
        """
        Begin without a publisher.

        :param node: an EventNode.
        """
        self._node = node
        self._producer = node.get_name()
        self._clock = node.get_clock()
        self._publishers: dict[EventType, Any] = {}
        self._rules_reported: set[str] = set()  # broken, where a fault is all that follows
        self.known: dict[str, Collection[str] | Mapping[str, Collection[str] | None]] = {}

    def make(self, produced: Iterable[EventType]) -> None:
        """Make the publishers of these events, unless they are there."""
        for event in produced:
            if event not in self._publishers:
                self._publishers[event] = self._node.create_publisher(
                    event.message_class, event.topic, event.qos
                )

    def free(self, produced: Iterable[EventType]) -> None:
        """Destroy the publishers of these events."""
        for event in produced:
            if publisher := self._publishers.pop(event, None):
                self._node.destroy_publisher(publisher)

    def subscription_count(self, event: EventType) -> int:
        """Return how many subscriptions an event of this node reaches now."""
        publisher = self._publishers.get(event)
        return publisher.get_subscription_count() if publisher is not None else 0

    def publish(
        self,
        event: EventType,
        fields: Mapping[str, Any],
        stamp: Time | None,
        cause: TraceContext | None,
    ) -> TraceContext | None:
        """Send an event; see EventPublisher."""
        node = self._node
        message = event.build(fields)
        if node.settings.event_rules != 'off':
            self._check_rules(event, message)
        context = None
        if event.has_header:
            header = message.header
            timing.stamp(header)
            header.stamp = stamp or self._now(header.published)
            header.producer = self._producer
            parent = cause or tracing.current()
            if event.traced and (parent or not event.needs_cause):
                context = _fill_trace(event, header, parent)
        elif hasattr(message, 'header'):
            message.header.stamp = stamp or self._clock.now().to_msg()
        self.send(event, message)
        return context

    def send(self, event: EventType, message: Any) -> None:
        """Send a message as it is."""
        self._node.time.published(event)
        if self._node.metrics is not None:
            self._node.metrics.published(event)
        self._publishers[event].publish(message)

    def _now(self, system_time: Time) -> Time:
        """Return the ROS time; unless simulated the system time, a third of the cost of asking."""
        return self._clock.now().to_msg() if self._clock.ros_time_is_active else system_time

    def _check_rules(self, event: EventType, message: Any) -> None:
        """Raise for a broken rule, or publish a fault, once per kind."""
        try:
            event.check(message, self.known)
        except EventRuleError as error:
            if self._node.settings.event_rules == 'enforce':
                raise
            if error.kind not in self._rules_reported:
                self._rules_reported.add(error.kind)
                self._node.fault('event_rule_broken', error.kind, severity=Fault.WARNING)


def _fill_trace(event: EventType, header: Any, parent: TraceContext | None) -> TraceContext:
    if parent is None or event.starts_trace:
        header.trace_id = tracing.new_trace_id()
    else:
        header.trace_id = parent.trace_id
        header.parent_span_id = parent.span_id
    header.span_id = tracing.new_span_id()
    return TraceContext(header.trace_id, header.span_id)
