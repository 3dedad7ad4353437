"""Publish one event of a node, with its header filled in and the catalogue's rules kept."""

from typing import Any, Generic

from builtin_interfaces.msg import Time

from phoenix_core.events.event_type import EventType, Fields
from phoenix_core.telemetry.tracing import TraceContext


class EventPublisher(Generic[Fields]):
    """
    Publish an event by a call with the fields of its message.

    self.transcript(kind=Transcript.FINAL, text='hello') on the executor's thread;
    self.post(self.transcript, kind=...) from another one.
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

        :param fields: the message's fields; the header is filled in.
        :returns: the event's trace context; None when it is untraced, or refused with a warning
            because the node is not active.
        :raises EventRuleError: a field breaks a rule of the catalogue, and event_rules is enforce.
        """
        return self._node.publish_event(self.event, fields, self._stamp, self._cause)

    def at(self, stamp: Time) -> 'EventPublisher[Fields]':
        """Return a publisher of the same event that happened at that time, instead of now."""
        return EventPublisher(self._node, self.event, stamp, self._cause)

    def caused_by(self, cause: TraceContext | None) -> 'EventPublisher[Fields]':
        """Return a publisher of the same event with that cause, instead of what is handled."""
        return EventPublisher(self._node, self.event, self._stamp, cause)

    @property
    def subscription_count(self) -> int:
        """How many subscriptions the event reaches now."""
        return self._node.events_out.subscription_count(self.event)

    @property
    def __name__(self) -> str:
        return f'publish {self.event.topic}'
