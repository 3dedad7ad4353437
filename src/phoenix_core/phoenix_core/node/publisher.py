"""The publisher of one event of a node."""

from typing import Any, Generic

from builtin_interfaces.msg import Time

from phoenix_core.events.event_type import EventType, Fields
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
        context: TraceContext | None = self._node.publish_event(
            self.event, fields, self._stamp, self._cause
        )
        return context

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

    @property
    def __name__(self) -> str:
        return f'publish {self.event.topic}'
