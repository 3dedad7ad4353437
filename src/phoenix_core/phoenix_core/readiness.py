"""Tells when the nodes of a toy are active and hear each other."""

from collections import Counter
from collections.abc import Mapping

from phoenix_msgs.msg import NodeStatus

from phoenix_core.node import EventNode

STATES = {
    NodeStatus.UNCONFIGURED: 'not configured',
    NodeStatus.INACTIVE: 'inactive',
    NodeStatus.ACTIVE: 'active',
}


class Readiness:
    """
    Follows the nodes' statuses.

    DDS connects each publisher with each subscription by itself and in its own time. Until then,
    what is published is lost without a word: a toy whose nodes are all active may be half deaf.
    """

    def __init__(self, nodes: Mapping[str, type[EventNode] | EventNode]) -> None:
        """
        Expect these nodes.

        :param nodes: by name; each with what it produces and consumes.
        """
        consumed = Counter(event for node in nodes.values() for event in node.consumes)
        self._wanted = {
            name: {event.topic: consumed[event] for event in node.produces}
            for name, node in nodes.items()
        }
        self._missing = {name: ['not there'] for name in nodes}

    def feed(self, status: NodeStatus) -> None:
        """Take the status of a node."""
        name = status.header.producer
        if name not in self._wanted:
            return
        if status.state != NodeStatus.ACTIVE:
            self._missing[name] = [STATES.get(status.state, 'in an unknown state')]
            return
        reach = {entry.topic: entry.subscriptions for entry in status.topics}
        self._missing[name] = [
            f'{topic} reaches {reach.get(topic, 0)} of {wanted} subscribers'
            for topic, wanted in self._wanted[name].items()
            if reach.get(topic, 0) < wanted
        ]

    @property
    def missing(self) -> list[str]:
        """What is still missing, one line per node; empty when the toy is ready."""
        return [f'{name}: {", ".join(what)}' for name, what in self._missing.items() if what]
