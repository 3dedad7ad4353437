"""Measure the traffic on the topics of a toy, and keep the newest states of its nodes."""

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
from phoenix_core.node.heartbeat import STATE_NAMES
from phoenix_core.node.registry import Registry


@dataclass
class Traffic:
    """
    What was received so far; times are system time [s].

    :param counts: of each event, the messages sent since `started`.
    :param last_s: of each event, when the newest message was sent.
    :param states: the newest NodeStatus state of each node.
    :param faults: the newest fault of each node.
    """

    started: float = field(default_factory=time.time)
    ended: float = 0.0
    counts: dict[EventType, int] = field(default_factory=lambda: defaultdict(int))
    last_s: dict[EventType, float] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def subscribe(self, node: Node, registry: Registry) -> None:
        """Subscribe to every event; latched ones may be from before `started`."""
        for event in registry.events:
            node.create_subscription(
                event.message_class,
                event.topic,
                partial(self.feed, event),
                qos.subscription(event.qos),
            )

    def feed(self, event: EventType, message: Any) -> None:
        """Process a message."""
        sent_s = time.time()
        if event.has_header:
            sent_s = seconds(message.header.published) or sent_s
        self.counts[event] += sent_s >= self.started
        self.last_s[event] = max(self.last_s.get(event, 0.0), sent_s)
        if event is events.NODE_STATUS:
            self.states[message.header.producer] = message.state
        elif event is events.FAULT:
            self.faults[message.node] = message

    def pulse(self, event: EventType) -> str:
        """Describe the rate of an event, or the age of the newest message; empty: none came."""
        rate_hz = self.counts[event] / max(self.ended - self.started, 0.001)
        if rate_hz:
            wanted = f' of {event.rate_hz:g}' if event.rate_hz else ''
            return f'{rate_hz:.1f}{wanted}/s'
        if event not in self.last_s:
            return ''
        return f'{_duration(max(self.ended - self.last_s[event], 0.0))} ago'

    def health(self, name: str) -> str:
        """Describe a node: its state, and the code of its newest fault."""
        state = STATE_NAMES.get(self.states.get(name, NodeStatus.UNKNOWN), 'silent')
        fault = self.faults.get(name)
        return f'{state}, fault {fault.code}' if fault else state


def _duration(seconds: float) -> str:
    for unit, length in (('h', 3600), ('min', 60)):
        if seconds >= length:
            return f'{seconds / length:.0f} {unit}'
    return f'{seconds:.1f} s'
