"""Keeps all nodes of a toy in service, and says how well each capability works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from phoenix_msgs.msg import CapabilityStatus, NodeStatus

from phoenix_core.supervision.lifecycle_manager import LifecycleManager
from phoenix_core.supervision.nodes import Nodes, Process
from phoenix_core.supervision.policy import Policy
from phoenix_core.supervision.state import Command, State
from phoenix_core.supervision.watched_node import WatchedNode

OK, DEGRADED, LOST = CapabilityStatus.OK, CapabilityStatus.DEGRADED, CapabilityStatus.LOST
UNKNOWN = CapabilityStatus.UNKNOWN
MESSAGE_LENGTH = 1000  # bound of CapabilityStatus.message


@dataclass
class Supervision:
    """
    Finds out which processes have died or hang, and has the nodes brought up (again).

    It knows no ROS; it acts by a Nodes. Call `step` many times a second. Times are seconds of one
    clock that never goes back.

    :param nodes: what it acts on.
    :param capabilities: the nodes that make up each capability.
    :param policy: how patient it is.
    :param standbys: by the name of a node, which other one works while that one does not, e.g.
        while the link to its machine is cut.
    :param up: whether the nodes are to be up; False takes them down in reverse order.
    """

    nodes: Nodes
    capabilities: Mapping[str, Iterable[str]]
    policy: Policy = field(default_factory=Policy)
    standbys: Mapping[str, str] = field(default_factory=dict)
    up: bool = True

    def __post_init__(self) -> None:
        """Begin without any node."""
        self._watched: dict[str, WatchedNode] = {}
        self._expected = {name for names in self.capabilities.values() for name in names}
        self._manager = LifecycleManager(
            self._watched, self._expected, self.standbys, self.policy.gather_s
        )

    def concerns(self, status: NodeStatus) -> bool:
        """Return whether to watch a node: it is expected, or waits to be brought up."""
        return status.header.producer in self._expected or not status.autostart

    def on_status(self, status: NodeStatus, now: float) -> None:
        """Note the status of a node that is to be watched."""
        name = status.header.producer
        node = self._watched.get(name)
        if node is None:
            self._watched[name] = WatchedNode(status, self.nodes, self.policy, now)
        elif Process(status.host, status.process_id) != node.process:
            self._on_process_died(node.process, now)
            node.on_new_process(status, now)
        else:
            node.on_status(status, now)

    def on_liveliness(self, name: str, alive: bool, now: float) -> None:
        """Note what DDS says of the liveliness of a watched node."""
        self._watched[name].on_liveliness(alive, now)

    def on_answer(self, name: str, command: Command, now: float, *, success: bool) -> None:
        """Note that a transition has succeeded or failed."""
        self._watched[name].on_answer(command, now, success=success)

    def step(self, now: float) -> None:
        """Do what is due."""
        for node in self._watched.values():
            node.step(now)
        silent = [node for node in self._present() if not node.life.alive]
        for process in dict.fromkeys(node.process for node in silent):
            self._check_silent(process, now)
        self._manager.step(now, up=self.up)

    def status(self) -> list[CapabilityStatus]:
        """Return how well each capability works."""
        return [
            self._capability(capability, names) for capability, names in self.capabilities.items()
        ]

    # Processes that die or hang.

    def _present(self) -> list[WatchedNode]:
        return [node for node in self._watched.values() if node.state is not State.DOWN]

    def _members(self, process: Process) -> list[WatchedNode]:
        return [node for node in self._present() if node.process == process]

    def _check_silent(self, process: Process, now: float) -> None:
        """Find out whether a process without a sign of life is dead, hung, or only busy."""
        members = self._members(process)
        if not self.nodes.exists(process):
            self._on_process_died(process, now)
        elif self.nodes.is_stopped(process):  # it will not go on by itself
            self._on_process_hung(process, members, 'stopped by a signal:', now)
        elif any(node.is_changing for node in members):
            # One loads a model, on the executor that all nodes of the process share.
            for node in members:
                node.on_busy_process(now)
        elif hung := [node for node in members if node.hangs(now)]:
            why = f'no sign of life for {self.policy.hang_s:g} s from'
            self._on_process_hung(process, hung, why, now)

    def _on_process_hung(
        self, process: Process, hung: list[WatchedNode], why: str, now: float
    ) -> None:
        """Report and kill a process, unless its nodes bring themselves up."""
        killed = not any(node.status.autostart for node in hung) and self.nodes.kill(process)
        tried = 'killed the process' if killed else ''
        message = f'{why} {_names(hung)}'
        self.nodes.report(hung[0].name, 'node_hung', message, tried, lost=False)
        for node in self._members(process) if killed else hung:
            node.on_process_hung(now, failed=node in hung)

    def _on_process_died(self, process: Process, now: float) -> None:
        """Report a process that has ended, unless that was done before."""
        members = self._members(process)
        if not members:
            return
        # Of nodes composed in one process, blame the one that was being brought up.
        guilty = [node for node in members if node.is_changing] or members
        message = f'the process of {_names(members)} has ended'
        self.nodes.report(guilty[0].name, 'node_died', message, '', lost=False)
        for node in members:
            node.on_process_died(now, failed=node in guilty)

    # How well the capabilities work.

    def _capability(self, capability: str, names: Iterable[str]) -> CapabilityStatus:
        found = [self._condition(name) for name in names]
        levels = [level for level, _ in found]
        level = next(level for level in (LOST, UNKNOWN, DEGRADED, OK) if level in levels)
        message = '; '.join(text for _, text in found if text)[:MESSAGE_LENGTH]
        return CapabilityStatus(capability=capability, level=level, message=message)

    def _condition(self, name: str) -> tuple[int, str]:
        """Return the level of a node that a capability needs, and why."""
        node, standby = self._watched.get(name), self._watched.get(self.standbys.get(name, ''))
        if standby is not None and standby.works and (node is None or not node.works):
            return DEGRADED, f'{name}: {standby.name} stands in'
        if node is None:
            return (LOST, f'{name}: not there') if self._manager.gathered else (UNKNOWN, '')
        if node.works and (node.life.alive or not node.life.ever_alive):
            level, message = node.status.level, node.status.message
            return level, f'{name}: {message}' if message else ''
        reason = node.status.message or 'comes back'
        if node.is_lost:
            return LOST, f'{name}: {reason}'
        if node.failures or node.was_active:
            return DEGRADED, f'{name}: {reason}'
        return UNKNOWN, ''


def _names(nodes: Iterable[WatchedNode]) -> str:
    return ', '.join(node.name for node in nodes)
