"""Determines when the nodes of a toy are active and connected to each other."""

from collections import Counter
from collections.abc import Mapping

from phoenix_msgs.msg import CapabilityStatus, NodeStatus

from phoenix_core.node.event_node import EventNode
from phoenix_core.node.heartbeat import STATE_NAMES


class Readiness:
    """
    Follows the statuses of the nodes.

    DDS connects each publisher with each subscription separately and in its own time. Until then,
    what is published is lost without notice: nodes that are all active may miss events.
    """

    def __init__(self, nodes: Mapping[str, type[EventNode] | EventNode]) -> None:
        """
        Expect these nodes.

        :param nodes: by name; each with its declarations.
        """
        self._nodes = nodes
        self._statuses: dict[str, NodeStatus] = {}

    def feed(self, status: NodeStatus) -> None:
        """Note the status of a node."""
        if status.header.producer in self._nodes:
            self._statuses[status.header.producer] = status

    @property
    def without(self) -> dict[str, str]:
        """The reasons of the nodes that could not be brought up; the toy is ready without."""
        return {
            name: status.message
            for name, status in self._statuses.items()
            if status.state != NodeStatus.ACTIVE and status.level == CapabilityStatus.LOST
        }

    @property
    def missing(self) -> list[str]:
        """What is still missing, one line per node; empty when the toy is ready."""
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
