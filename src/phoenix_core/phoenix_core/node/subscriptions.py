"""The subscriptions of a node: they pass events to handlers while the node is active."""

from collections.abc import Callable
from functools import partial
from typing import Any

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
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
        # States received while the node was not active: the newest of each producer.
        self._held: dict[tuple[EventType, str], tuple[Handler, Any]] = {}

    def add(self, event: EventType, handler: Handler) -> None:
        """Subscribe to an event."""
        self._node.time.subscribed(event, 1)
        subscription = self._node.create_subscription(
            event.message_class,
            event.topic,
            partial(self._receive, event, handler),
            qos.subscription(event.qos),
        )
        self._subscriptions.append((event, subscription))

    def open(self) -> None:
        """Start to call handlers, first with the states that were received before."""
        self._open_since_ns = timing.now_ns()
        held, self._held = self._held, {}
        for (event, _), (handler, message) in held.items():
            self._dispatch(event, handler, message)

    def close(self) -> None:
        """Stop calling handlers."""
        self._open_since_ns = None

    def free(self) -> None:
        """Destroy all subscriptions."""
        for event, subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
            self._node.time.subscribed(event, -1)
        self._subscriptions.clear()

    def _receive(self, event: EventType, handler: Handler, message: Any) -> None:
        try:
            self._dispatch(event, handler, message)
        finally:
            self._node.time.received(event)

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
