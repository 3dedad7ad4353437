"""What the supervision knows of a node, and the order in which nodes come up."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from phoenix_msgs.msg import NodeStatus


class Command(Enum):
    """A transition of a lifecycle node, and the state to which it leads."""

    CONFIGURE = NodeStatus.INACTIVE, 'configure'
    ACTIVATE = NodeStatus.ACTIVE, 'activate'
    DEACTIVATE = NodeStatus.INACTIVE, 'deactivate'
    CLEANUP = NodeStatus.UNCONFIGURED, 'cleanup'
    SHUTDOWN = NodeStatus.FINALIZED, 'shutdown'


@dataclass(frozen=True)
class Process:
    """Where a node runs; nodes composed in one process share their fate."""

    host: str
    pid: int


@dataclass
class WatchedNode:
    """One node, as it tells that it is and as it was treated; times as in Supervision."""

    name: str
    status: NodeStatus
    alive: bool = False
    alive_since: float = 0.0
    silent_since: float | None = None  # None while alive
    was_alive: bool = False
    heard: bool = False  # a sign of life of its process, or listened to it anew
    down: bool = False  # its process is dead or hung, and has not come back
    pending: Command | None = None
    asked_at: float = 0.0  # for what is pending, the last time
    deadline: float = 0.0  # of what is pending
    obeyed: bool = False  # what is pending is done; its status is on its way
    failures: int = 0  # in a row
    retry_at: float = 0.0
    active_since: float | None = None
    rebuild: bool = False  # make a new one before the next attempt
    harmful: bool = False  # took its process along when it was last brought up
    was_active: bool = False
    consumes: frozenset[str] = frozenset()
    produces: frozenset[str] = frozenset()

    @property
    def process(self) -> Process:
        """Where it runs."""
        return Process(self.status.host, self.status.process_id)

    @property
    def works(self) -> bool:
        """Whether it is active."""
        return self.status.state == NodeStatus.ACTIVE and not self.down

    def take_status(self, status: NodeStatus, now: float) -> None:
        """Take what it tells of itself."""
        self.status = status
        self.consumes = frozenset(status.consumes)
        self.produces = frozenset(topic.topic for topic in status.topics)
        if self.pending is not None and status.state == self.pending.value[0]:
            self.pending = None
        if status.state == NodeStatus.ACTIVE:
            self.active_since = self.active_since or now
            self.was_active = True
        else:
            self.active_since = None
        if status.state == NodeStatus.FINALIZED:
            self.rebuild = False

    def take_pulse(self, alive: bool, now: float) -> None:
        """Take what DDS says of its liveliness."""
        if alive and not self.alive:
            self.alive_since = now
        self.alive = alive
        self.was_alive |= alive
        self.heard |= alive
        self.silent_since = None if alive else now

    def lose(self) -> None:
        """Take it that its process is no more."""
        self.down = True
        self.pending = None
        self.active_since = None


def start_order(nodes: Collection[WatchedNode]) -> list[WatchedNode]:
    """Return the nodes so that who consumes events comes before who produces them."""
    consumers = {
        node.name: {other.name for other in nodes if other.consumes & node.produces}
        for node in nodes
    }
    reach = {name: {name} for name in consumers}
    for _ in consumers:
        for reached in reach.values():
            reached.update(*(consumers[name] for name in list(reached)))
    # Whom one's events reach, at last, is more than whom theirs reach, but within a circle.
    return sorted(
        nodes, key=lambda node: (len(reach[node.name]), len(consumers[node.name]), node.name)
    )
