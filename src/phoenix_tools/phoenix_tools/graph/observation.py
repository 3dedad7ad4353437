"""Observe the ROS graph: its nodes, and their publishers and subscriptions with types and QoS."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.topic_endpoint_info import TopicEndpointInfo, TopicEndpointTypeEnum

# DDS never tells that discovery is complete. A graph counts as complete when it has not changed
# for so long; participants repeat their announcements every 3 s.
SETTLED_S = 3.2  # if it is as expected,
SHOWN_S = 0.5  # the same, where it is only shown,
DOUBTFUL_S = 4.5  # and if not: discovery is slow on a busy machine.
LONGEST_S = 15.0
POLL_S = 0.1


@dataclass(frozen=True)
class Endpoint:
    """
    One publisher or subscription.

    :param node: with its namespace: /phoenix/listener.
    :param topic: absolute.
    :param type_hash: of the definition that its program was built with; empty: unknown.
    """

    node: str
    topic: str
    type: str
    type_hash: str
    qos: QoSProfile
    publishes: bool

    @property
    def verb(self) -> str:
        """What it does with messages."""
        return 'publishes' if self.publishes else 'expects'


@dataclass(frozen=True)
class Observation:
    """
    The graph at one moment, without the observing node.

    :param nodes: in alphabetical order, a name repeated for each node that has it.
    """

    nodes: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]


def observe(node: Node) -> Observation:
    """Observe the graph once."""
    nodes = sorted(
        full_name(name, namespace) for name, namespace in node.get_node_names_and_namespaces()
    )
    own = node.get_fully_qualified_name()
    endpoints = [
        _endpoint(topic, info)
        for topic, _ in node.get_topic_names_and_types()
        for info in (
            *node.get_publishers_info_by_topic(topic),
            *node.get_subscriptions_info_by_topic(topic),
        )
    ]
    return Observation(
        tuple(name for name in nodes if name != own),
        tuple(endpoint for endpoint in endpoints if endpoint.node != own),
    )


def settled(
    node: Node,
    as_expected: Callable[[Observation], bool],
    settled_s: float = SETTLED_S,
    *,
    wait: Callable[[float], object] = time.sleep,
    changes: Callable[[], object] = lambda: None,
) -> Observation:
    """
    Observe the graph until it does not change; longer while it is not as expected.

    :param settled_s: for how long it must not change.
    :param wait: is called between two looks, with seconds.
    :param changes: is called when it changes.
    """
    started = changed = time.monotonic()
    seen = observe(node)
    while True:
        wait(POLL_S)
        now = time.monotonic()
        newest = observe(node)
        if _names(newest) != _names(seen):
            changed = now
            changes()
        seen = newest
        if now - started > LONGEST_S or now - changed > DOUBTFUL_S:
            return seen
        if now - changed > settled_s and as_expected(seen):
            return seen


def full_name(name: str, namespace: str) -> str:
    """Return the absolute name of a node; a program that is no ROS node has none."""
    if 'UNKNOWN' in name:
        return '(a program that is no ROS node)'
    return f'{namespace.rstrip("/")}/{name}'


def _endpoint(topic: str, info: TopicEndpointInfo) -> Endpoint:
    return Endpoint(
        node=full_name(info.node_name, info.node_namespace),
        topic=topic,
        type=info.topic_type,
        type_hash=str(info.topic_type_hash) if any(info.topic_type_hash.value) else '',
        qos=info.qos_profile,
        publishes=info.endpoint_type == TopicEndpointTypeEnum.PUBLISHER,
    )


def _names(seen: Observation) -> tuple[object, ...]:
    ends = sorted((end.node, end.topic, end.type, end.publishes) for end in seen.endpoints)
    return (seen.nodes, ends)
