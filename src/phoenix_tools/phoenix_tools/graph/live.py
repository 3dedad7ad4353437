"""Observe a running toy for a while: its nodes, their connections, traffic and health."""

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from phoenix_msgs.msg import Fault, NodeStatus

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.events.event_type import EventType
from phoenix_core.node.heartbeat import STATE_NAMES
from phoenix_core.node.registry import EventFlow, Registry
from phoenix_tools.graph.diagram import Box, Diagram, ends_of, lines_of
from phoenix_tools.graph.graph_check import GraphCheck
from phoenix_tools.graph.observation import Observation, settled
from phoenix_tools.ros_context import command_node, subscribe
from phoenix_tools.topics import absolute_topic


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

    def begin(self) -> None:
        """Count from now on."""
        self.started = time.time()
        self.counts.clear()

    def feed(self, event: EventType, message: Any) -> None:
        """Process a message; a latched one may be from before `started`."""
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


@dataclass
class LiveGraph:
    """
    A running toy.

    :param expected: nodes that should run.
    """

    registry: Registry
    expected: Collection[str]
    namespace: str
    observation: Observation
    traffic: Traffic = field(default_factory=Traffic)

    @property
    def is_running(self) -> bool:
        """Whether any of its nodes runs."""
        return any(map(self.runs, self.expected))

    def runs(self, name: str) -> bool:
        """Return whether a node runs in the namespace of the toy."""
        return f'{self.namespace}/{name}' in self.observation.nodes

    def event_flow(self, event: EventType) -> EventFlow:
        """Return who publishes and hears an event; in the namespace by their short names."""
        topic = absolute_topic(event, self.namespace)
        ends = {
            (end.publishes, end.node.removeprefix(f'{self.namespace}/'))
            for end in self.observation.endpoints
            if end.topic == topic
        }
        producers, consumers = (
            tuple(sorted(name for publishes, name in ends if publishes is wanted))
            for wanted in (True, False)
        )
        return EventFlow(producers, consumers)

    def missing(self) -> list[str]:
        """List the nodes that should run and do not."""
        return [name for name in sorted(self.expected) if not self.runs(name)]

    def diagram(self) -> Diagram:
        """Return the diagram of the graph, with traffic and health."""
        flows = {event: self.event_flow(event) for event in self.registry.events}
        lines = lines_of(flows, self.traffic.pulse)
        boxes = [self._box(name) for name in sorted(ends_of(lines))]
        boxes += [Box(name, 'not running', 'absent') for name in self.missing()]
        return Diagram(tuple(boxes), tuple(lines))

    def _box(self, name: str) -> Box:
        if name not in self.registry.nodes:
            return Box(name, color='other', aside=True)
        health = self.traffic.health(name)
        color = 'well' if health == 'active' else 'unwell'
        return Box(name, health, color, aside=name not in self.expected)


def observe_toy(
    registry: Registry, expected: Collection[str], namespace: str, settled_s: float
) -> LiveGraph:
    """
    Observe the graph until it has not changed for a while, and the traffic in that time.

    Rare events are missed.
    """

    def as_expected(seen: Observation) -> bool:
        return not GraphCheck(registry, expected, namespace, seen).differences()

    # ROS tools leave out nodes whose names begin with an underscore.
    with command_node('_graph', namespace) as (node, executor):
        traffic = Traffic()
        subscribe(node, registry.events, traffic.feed)

        def receive(seconds: float) -> None:
            end_s = time.monotonic() + seconds
            while (left_s := end_s - time.monotonic()) > 0:
                executor.spin_once(timeout_sec=left_s)

        seen = settled(node, as_expected, settled_s, wait=receive, changes=traffic.begin)
        traffic.ended = time.time()
    return LiveGraph(registry, expected, namespace, seen, traffic)


def _duration(seconds: float) -> str:
    for unit, length in (('h', 3600), ('min', 60)):
        if seconds >= length:
            return f'{seconds / length:.0f} {unit}'
    return f'{seconds:.1f} s'
