"""Configures and activates nodes in the order of their events, and takes them down in reverse."""

from collections.abc import Collection, Mapping

from phoenix_msgs.msg import NodeStatus

from phoenix_core.supervision.state import Command, State
from phoenix_core.supervision.watched_node import WatchedNode


class LifecycleManager:
    """
    Requests nodes to configure as they appear, and to activate once all expected ones are there.

    Consumers of events become active before their producers.

    :param watched: the nodes that have appeared, by name; read at each step.
    :param expected: names of the nodes that activation waits for.
    :param standbys: by the name of a node, the node that replaces it while it does not work.
    :param gather_s: longest time to wait for the expected nodes.
    """

    def __init__(
        self,
        watched: Mapping[str, WatchedNode],
        expected: Collection[str],
        standbys: Mapping[str, str],
        gather_s: float,
    ) -> None:
        self.gathered = False
        self._watched = watched
        self._expected = frozenset(expected)
        self._principals = {standby: name for name, standby in standbys.items()}
        self._gather_s = gather_s
        self._began: float | None = None

    def step(self, now: float, *, up: bool) -> None:
        """
        Request the transitions that are due.

        :param up: whether the nodes are to be brought up; they are taken down otherwise.
        """
        if self._began is None:
            self._began = now
        self.gathered |= (
            self._expected <= self._watched.keys() or now - self._began >= self._gather_s
        )
        if up:
            for node in start_order(self._watched.values()):
                if node.can_be_asked and (command := self._next_command(node)) is not None:
                    node.ask(command, now)
        else:
            self._take_down(now)

    def _next_command(self, node: WatchedNode) -> Command | None:
        """Return the next transition towards the intended state of a node, if any."""
        match node.state, node.status.state:
            case State.WAITING, NodeStatus.UNCONFIGURED:
                return Command.SHUTDOWN if node.needs_rebuild else Command.CONFIGURE
            case State.WAITING, NodeStatus.INACTIVE if node.needs_rebuild:
                return Command.SHUTDOWN
            case State.WAITING, NodeStatus.INACTIVE if self.gathered and not self._rests(node):
                return Command.ACTIVATE if self._consumers_settled(node) else None
            case State.IN_SERVICE, _ if self._rests(node):
                return Command.DEACTIVATE
            case State.AT_REST, NodeStatus.UNCONFIGURED | NodeStatus.INACTIVE:
                return Command.REST  # so that the next supervisor learns it from the node
        return None

    def _rests(self, node: WatchedNode) -> bool:
        """Return whether a node is a standby whose principal works or is still starting."""
        name = self._principals.get(node.name)
        if name is None:
            return False
        principal = self._watched.get(name)
        if principal is None:
            return not self.gathered
        return principal.works or not principal.in_trouble

    def _consumers_settled(self, node: WatchedNode) -> bool:
        """Return whether the consumers of a node are active or are not to be waited for."""
        order = start_order(self._watched.values())
        before = order[: order.index(node)]
        return all(
            other.works
            or other.in_trouble
            or other.at_rest
            or other.status.autostart
            or self._rests(other)
            for other in before
            if other.consumes & node.produces
        )

    def _take_down(self, now: float) -> None:
        """Request the next node to deactivate, or to clean up once no node is active."""
        managed = [node for node in self._watched.values() if node.is_managed]
        order = start_order(managed)[::-1]
        for state, command in (
            (NodeStatus.ACTIVE, Command.DEACTIVATE),
            (NodeStatus.INACTIVE, Command.CLEANUP),
        ):
            remaining = [node for node in order if node.status.state == state]
            if remaining:
                if remaining[0].can_be_asked:
                    remaining[0].ask(command, now)
                return


def start_order(nodes: Collection[WatchedNode]) -> list[WatchedNode]:
    """Return the nodes in an order in which consumers of events come before producers."""
    consumers = {
        node.name: {other.name for other in nodes if other.consumes & node.produces}
        for node in nodes
    }
    reach = {name: {name} for name in consumers}
    for _ in consumers:
        for reached in reach.values():
            reached.update(*(consumers[name] for name in list(reached)))
    # A producer reaches more nodes than each of its consumers, except within a cycle.
    return sorted(
        nodes, key=lambda node: (len(reach[node.name]), len(consumers[node.name]), node.name)
    )
