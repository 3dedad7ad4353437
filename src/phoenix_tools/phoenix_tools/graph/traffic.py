"""Counts what travels on the topics of a toy, and keeps what its nodes say of themselves."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from phoenix_msgs.msg import Fault, NodeStatus
from rclpy.node import Node

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.node.registry import Registry


@dataclass
class Flow:
    """
    What one producer sends of one event.

    :param count: messages that were sent while we listened.
    :param last: when the newest was sent, system time [s].
    """

    count: int = 0
    last: float = 0.0


@dataclass
class Traffic:
    """
    What was heard so far.

    :param flows: by event, then by producer; '' for messages that name none.
    :param states: the newest NodeStatus state of each node.
    :param faults: the newest fault of each node.
    """

    started: float = field(default_factory=time.time)
    flows: dict[EventType, dict[str, Flow]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Flow))
    )
    states: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    ended: float = 0.0

    def listen(self, node: Node, registry: Registry) -> None:
        """Subscribe to every event; a latched one also tells of the time before."""
        for event in registry.events:
            node.create_subscription(
                event.message_class,
                event.topic,
                partial(self.feed, event),
                qos.subscription(event.qos),
            )

    def feed(self, event: EventType, message: Any) -> None:
        """Take a message."""
        sent, producer = time.time(), ''
        if event.has_header:
            producer = message.header.producer
            sent = seconds(message.header.published) or sent
        flow = self.flows[event][producer]
        flow.count += sent >= self.started
        flow.last = max(flow.last, sent)
        if event is events.NODE_STATUS:
            self.states[producer] = message.state
        elif event is events.FAULT:
            self.faults[message.node] = message

    def rate_hz(self, event: EventType, producer: str | None = None) -> float:
        """Messages a second of one producer, or of all."""
        counts = [
            flow.count
            for name, flow in self.flows[event].items()
            if producer is None or name in (producer, '')
        ]
        return sum(counts) / max(self.ended - self.started, 0.001)

    def age_s(self, event: EventType) -> float | None:
        """Return how long ago the newest message was sent [s]; None: not since we listen."""
        newest = max((flow.last for flow in self.flows[event].values()), default=0.0)
        return max(self.ended - newest, 0.0) if newest else None

    def health(self, name: str) -> str:
        """Say in a few words how a node is: its state, and its newest fault."""
        state = {
            NodeStatus.UNCONFIGURED: 'not configured',
            NodeStatus.INACTIVE: 'inactive',
            NodeStatus.ACTIVE: 'active',
        }.get(self.states.get(name, NodeStatus.UNKNOWN), 'silent')
        fault = self.faults.get(name)
        return f'{state}, fault {fault.code}' if fault else state
