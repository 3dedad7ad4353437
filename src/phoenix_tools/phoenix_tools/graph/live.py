"""Looks at a running toy for a while: who is there, what travels, and how everybody is."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import rclpy
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.execution import SPIN_TIMEOUT_S
from phoenix_core.node.registry import Registry
from phoenix_tools.graph.diagram import EVERY_NODE, Box, Diagram, Line
from phoenix_tools.graph.graph_check import GraphCheck
from phoenix_tools.graph.observation import Observation, settled
from phoenix_tools.graph.traffic import Traffic


@dataclass
class LiveGraph:
    """
    A running toy.

    :param expected: nodes that should be there.
    """

    registry: Registry
    expected: Collection[str]
    namespace: str
    observation: Observation
    traffic: Traffic

    @property
    def is_running(self) -> bool:
        """Tell whether any of its nodes is there."""
        return any(f'{self.namespace}/{name}' in self.observation.nodes for name in self.expected)

    def name(self, node: str) -> str:
        """Shorten a node's name where it is within the namespace."""
        return node.removeprefix(f'{self.namespace}/')

    def ends(self, event: EventType, *, publish: bool) -> tuple[str, ...]:
        """List who really publishes or hears an event."""
        topic = event.topic if event.topic.startswith('/') else f'{self.namespace}/{event.topic}'
        names = {
            self.name(end.node)
            for end in self.observation.endpoints
            if end.topic == topic and end.publishes is publish
        }
        return tuple(sorted(names))

    def missing(self) -> list[str]:
        """List the nodes that should run and do not."""
        return [
            name
            for name in sorted(self.expected)
            if f'{self.namespace}/{name}' not in self.observation.nodes
        ]

    def diagram(self) -> Diagram:
        """Draw it, with rates, last seen and health."""
        lines = []
        for event in self.registry.events:
            producers = self.ends(event, publish=True)
            consumers = self.ends(event, publish=False)
            if event in events.OF_EVERY_NODE:
                producers = (EVERY_NODE,)
            if producers and consumers:
                lines.append(Line(event.topic, producers, consumers, self.pulse(event)))
        touched = {name for line in lines for name in (*line.producers, *line.consumers)}
        boxes = [self._box(name) for name in sorted(touched)]
        boxes += [Box(name, 'not running', 'absent') for name in self.missing()]
        return Diagram(tuple(boxes), tuple(lines))

    def pulse(self, event: EventType) -> str:
        """Say how often an event comes, or how long ago it came last."""
        rate, age_s = self.traffic.rate_hz(event), self.traffic.age_s(event)
        if rate:
            wanted = f' of {event.rate_hz:g}' if event.rate_hz else ''
            return f'{rate:.1f}{wanted}/s'
        return f'{_duration(age_s)} ago' if age_s is not None else ''

    def _box(self, name: str) -> Box:
        if name not in self.registry.nodes:
            return Box(name, color='other', aside=True)
        health = self.traffic.health(name)
        color = 'well' if health == 'active' else 'unwell'
        return Box(name, health, color, aside=name not in self.expected)


@contextmanager
def on_graph(namespace: str) -> Iterator[Node]:
    """Join the ROS graph as a node that ROS tools leave out."""
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = Node('_graph', namespace=namespace, start_parameter_services=False, enable_rosout=False)
    try:
        yield node
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def look(
    registry: Registry, expected: Collection[str], namespace: str, seconds: float
) -> LiveGraph:
    """
    Look at the graph, and listen for a while if a toy is there.

    :param seconds: how long to listen; what comes seldom is missed.
    """
    with on_graph(namespace) as node:
        found = settled(node, as_expected(registry, expected, namespace))
        live = LiveGraph(registry, expected, namespace, found, Traffic())
        if live.is_running and seconds:
            executor = EventsExecutor()
            executor.add_node(node)
            live.traffic.started = time.time()
            live.traffic.listen(node, registry)
            while time.time() < live.traffic.started + seconds:
                executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
            executor.shutdown()
        live.traffic.ended = time.time()
    return live


def as_expected(
    registry: Registry, expected: Collection[str], namespace: str
) -> Callable[[Observation], bool]:
    """Tell of a graph whether nothing differs from what is declared."""
    return lambda seen: not GraphCheck(registry, expected, namespace, seen).differences()


def _duration(seconds: float) -> str:
    for unit, length in (('h', 3600), ('min', 60)):
        if seconds >= length:
            return f'{seconds / length:.0f} {unit}'
    return f'{seconds:.1f} s'
