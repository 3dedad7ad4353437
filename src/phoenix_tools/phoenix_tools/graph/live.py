"""Observe a running toy for a while: its nodes, their connections, traffic and health."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field

from rclpy.node import Node

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.execution import SPIN_TIMEOUT_S
from phoenix_core.node.registry import Registry
from phoenix_tools.graph.diagram import EVERY_NODE, Box, Diagram, Line, ends_of
from phoenix_tools.graph.graph_check import GraphCheck
from phoenix_tools.graph.observation import Observation, settled
from phoenix_tools.graph.traffic import Traffic
from phoenix_tools.ros_context import ros_executor
from phoenix_tools.topics import absolute_topic


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

    def ends(self, event: EventType, *, publish: bool) -> tuple[str, ...]:
        """List the nodes that publish or hear an event, in the namespace by their short names."""
        topic = absolute_topic(event, self.namespace)
        names = {
            end.node.removeprefix(f'{self.namespace}/')
            for end in self.observation.endpoints
            if end.topic == topic and end.publishes is publish
        }
        return tuple(sorted(names))

    def missing(self) -> list[str]:
        """List the nodes that should run and do not."""
        return [name for name in sorted(self.expected) if not self.runs(name)]

    def diagram(self) -> Diagram:
        """Return the diagram of the graph, with traffic and health."""
        lines = []
        for event in self.registry.events:
            producers = self.ends(event, publish=True)
            consumers = self.ends(event, publish=False)
            if event in events.OF_EVERY_NODE:
                producers = (EVERY_NODE,)
            if producers and consumers:
                lines.append(Line(event.topic, producers, consumers, self.traffic.pulse(event)))
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
    registry: Registry, expected: Collection[str], namespace: str, seconds: float
) -> LiveGraph:
    """
    Observe the graph, and the traffic if a toy runs.

    :param seconds: how long to observe the traffic; rare events are missed.
    """

    def as_expected(seen: Observation) -> bool:
        return not GraphCheck(registry, expected, namespace, seen).differences()

    with ros_executor() as (context, executor):
        # ROS tools leave out nodes whose names begin with an underscore.
        node = Node(
            '_graph',
            namespace=namespace,
            context=context,
            start_parameter_services=False,
            enable_rosout=False,
        )
        live = LiveGraph(registry, expected, namespace, settled(node, as_expected))
        if live.is_running and seconds:
            executor.add_node(node)
            live.traffic.started = time.time()
            live.traffic.subscribe(node, registry)
            while time.time() < live.traffic.started + seconds:
                executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
        live.traffic.ended = time.time()
    return live
