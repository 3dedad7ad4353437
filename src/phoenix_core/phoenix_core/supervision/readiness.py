"""Readiness of a toy: its nodes are active and connected to each other."""

from collections import Counter
from collections.abc import Mapping

from phoenix_msgs.msg import CapabilityStatus, NodeStatus

from phoenix_core.node.event_node import EventNode
from phoenix_core.node.heartbeat import STATE_NAMES


class Readiness:
    """
    Determines from the statuses of the nodes what the toy is still waiting for.

    DDS matches each publisher with each subscription separately. Until then, messages are lost
    without notice: even if all nodes are active, they may miss events.

    :param nodes: the expected nodes by name, for their declarations.
    """

    def __init__(self, nodes: Mapping[str, type[EventNode] | EventNode]) -> None:
        self._nodes = nodes
        self._statuses: dict[str, NodeStatus] = {}

    def feed(self, status: NodeStatus) -> None:
        """Process the status of a node."""
        if status.header.producer in self._nodes:
            self._statuses[status.header.producer] = status

    @property
    def without(self) -> dict[str, str]:
        """Nodes that could not be brought up, with the reason; the toy is ready without them."""
        return {
            name: status.message
            for name, status in self._statuses.items()
            if status.state != NodeStatus.ACTIVE and status.level == CapabilityStatus.LOST
        }

    @property
    def missing(self) -> list[str]:
        """One line for each node that is not ready or connected; empty when the toy is ready."""
        needed = {name: node for name, node in self._nodes.items() if name not in self.without}
        consumed = Counter(event for node in needed.values() for event in node.declarations.hears)
        lines = []
        for name, node in needed.items():
            wanted = {event.topic: consumed[event] for event in node.declarations.publishes}
            if what := self._missing_of(name, wanted):
                lines.append(f'{name}: {", ".join(what)}')
        return lines

    def _missing_of(self, name: str, wanted: Mapping[str, int]) -> list[str]:
        status = self._statuses.get(name)
        if status is None:
            return ['not there']
        if status.state != NodeStatus.ACTIVE:
            return [STATE_NAMES.get(status.state, 'in an unknown state')]
        reach = {entry.topic: entry.subscriptions for entry in status.topics}
        return [
            f'{topic} reaches {reach.get(topic, 0)} of {count} subscribers'
            for topic, count in wanted.items()
            if reach.get(topic, 0) < count
        ]
