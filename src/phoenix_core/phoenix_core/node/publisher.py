"""The publishers of a node: they fill in headers, check rules, and count and send events."""

from collections.abc import Iterable, Mapping
from typing import Any, Generic

from builtin_interfaces.msg import Time
from phoenix_msgs.msg import Fault
from rclpy.duration import Duration

from phoenix_core.events.event_type import EventRuleError, EventType, Fields
from phoenix_core.telemetry import timing, tracing
from phoenix_core.telemetry.tracing import TraceContext


class EventPublisher(Generic[Fields]):
    """
    Publishes an event when called with the fields of its message; fills in the header.

    On the executor's thread: self.transcript(kind=Transcript.FINAL, text='hello').
    On any other thread: self.post(self.transcript, kind=Transcript.FINAL, text='hello').
    """

    __slots__ = ('_cause', '_node', '_stamp', 'event')

    def __init__(
        self,
        node: Any,
        event: EventType[Fields, Any],
        stamp: Time | None = None,
        cause: TraceContext | None = None,
    ) -> None:
        self._node = node
        self.event = event
        self._stamp = stamp
        self._cause = cause

    def __call__(self, *_: Fields.args, **fields: Fields.kwargs) -> TraceContext | None:
        """
        Publish a message.

        :param fields: the fields of the message, without the header.
        :returns: the trace context of the event; None if it is untraced, or was not published
            because the node is not active, which is logged.
        :raises EventRuleError: a field breaks a rule of the catalogue, and event_rules is enforce.
        """
        publishers: EventPublishers = self._node.events_out
        return publishers.publish(self.event, fields, self._stamp, self._cause)

    def at(self, stamp: Time) -> 'EventPublisher[Fields]':
        """Return a publisher of the event with this time stamp instead of the current time."""
        return EventPublisher(self._node, self.event, stamp, self._cause)

    def caused_by(self, cause: TraceContext | None) -> 'EventPublisher[Fields]':
        """Return a publisher of the event with this cause instead of the event being handled."""
        return EventPublisher(self._node, self.event, self._stamp, cause)

    @property
    def subscription_count(self) -> int:
        """The number of subscriptions matched with this publisher."""
        return int(self._node.events_out.subscription_count(self.event))

    def wait_until_received(self, timeout_s: float) -> bool:
        """Return whether all matched subscriptions have received what was published, in time."""
        return bool(self._node.events_out.wait_until_received(self.event, timeout_s))

    @property
    def __name__(self) -> str:
        return f'publish {self.event.topic}'


class EventPublishers:
    """
    The ROS publishers of a node by event.

    :param node: an EventNode.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._producer = node.get_name()
        self._clock = node.get_clock()
        self._publishers: dict[EventType, Any] = {}
        self._rules_reported: set[str] = set()  # broken rules with a fault published

    def make(self, produced: Iterable[EventType]) -> None:
        """Create the publishers of these events that do not exist."""
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
        """Return the number of subscriptions matched with the publisher of an event."""
        publisher = self._publishers.get(event)
        return publisher.get_subscription_count() if publisher is not None else 0

    def wait_until_received(self, event: EventType, timeout_s: float) -> bool:
        """Return whether all matched subscriptions have acknowledged the event in time."""
        publisher = self._publishers.get(event)
        return publisher is None or publisher.wait_for_all_acked(Duration(seconds=timeout_s))

    def publish(
        self,
        event: EventType,
        fields: Mapping[str, Any],
        stamp: Time | None,
        cause: TraceContext | None,
    ) -> TraceContext | None:
        """Publish an event; see EventPublisher."""
        node = self._node
        if not node.is_active and not event.of_every_node:
            node.log.warning('attempted to publish while not active', topic=event.topic)
            return None
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
        if node.logs_events and event.rate_hz is None:
            with tracing.caused_by(context):
                node.log.debug('sent', topic=event.topic)
        return context

    def send(self, event: EventType, message: Any) -> None:
        """Send a message unchanged."""
        self._node.time.published(event)
        if self._node.metrics is not None:
            self._node.metrics.published(event)
        self._publishers[event].publish(message)

    def _now(self, system_time: Time) -> Time:
        """Return the ROS time: the system time, which is cheaper to get, unless simulated."""
        return self._clock.now().to_msg() if self._clock.ros_time_is_active else system_time

    def _check_rules(self, event: EventType, message: Any) -> None:
        """Raise for a broken rule, or publish one fault per rule, depending on event_rules."""
        try:
            event.check(message, self._node.known)
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
