"""The decisions of the supervisor: what to do with each node, and what works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from phoenix_msgs.msg import CapabilityStatus, NodeStatus

from phoenix_core.supervision.lifecycle_manager import LifecycleManager
from phoenix_core.supervision.settings import SupervisorSettings
from phoenix_core.supervision.state import Command, Nodes, Process, State
from phoenix_core.supervision.watched_node import WatchedNode

OK, DEGRADED, LOST = CapabilityStatus.OK, CapabilityStatus.DEGRADED, CapabilityStatus.LOST
UNKNOWN = CapabilityStatus.UNKNOWN
STARVED_LIMIT = 10  # times hang_s that a process may be silent while it gets no processor
MESSAGE_LENGTH = 1000  # bound of CapabilityStatus.message


@dataclass
class Supervision:
    """
    Detects processes that have died or hang, and brings nodes up and down.

    Independent of ROS; it acts through a Nodes. Call `step` many times a second. Times are seconds
    of one monotonic clock.

    :param nodes: executes its decisions.
    :param capabilities: the nodes that each capability needs.
    :param settings: the limits of the supervisor.
    :param standbys: by the name of a node, the node that replaces it while it does not work, e.g.
        while the link to its machine is cut.
    :param up: whether the nodes are to be up; False takes them down in reverse order.
    """

    nodes: Nodes
    capabilities: Mapping[str, Iterable[str]]
    settings: SupervisorSettings
    standbys: Mapping[str, str] = field(default_factory=dict)
    up: bool = True

    def __post_init__(self) -> None:
        """Start without any node."""
        self._watched: dict[str, WatchedNode] = {}
        self._expected = {name for names in self.capabilities.values() for name in names}
        self._manager = LifecycleManager(
            self._watched, self._expected, self.standbys, self.settings.gather_s
        )

    def concerns(self, status: NodeStatus) -> bool:
        """Return whether to watch a node: it is expected, or does not start itself."""
        return status.header.producer in self._expected or not status.autostart

    def on_status(self, status: NodeStatus, now: float) -> None:
        """Process the status of a node to watch; refuse that of a stranger in its name."""
        name = status.header.producer
        node = self._watched.get(name)
        process = Process(status.host, status.process_id)
        if node is None:
            self._watched[name] = WatchedNode(status, self.nodes, self.settings, now)
        elif process == node.process:
            node.on_status(status, now)
        elif self._is_strange(node, process):
            message = f'process {process.pid} on {process.host} takes its name'
            self.nodes.report(name, 'node_strange', message, 'refused its status', lost=False)
        else:
            self._on_process_died(node.process, now)
            node.on_new_process(status, now)

    def _is_strange(self, node: WatchedNode, process: Process) -> bool:
        """Return whether a process is none of the launcher's, while one of these runs the node."""
        is_launched = self.nodes.runs(node.process, node.name)
        return is_launched and not self.nodes.runs(process, node.name)

    def on_liveliness(self, name: str, alive: bool, now: float) -> None:
        """Process a report of DDS on a watched node."""
        self._watched[name].on_liveliness(alive, now)

    def on_answer(self, name: str, command: Command, now: float, *, success: bool) -> None:
        """Process the result of a transition."""
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
        """Return the status of each capability."""
        return [
            self._capability(capability, names) for capability, names in self.capabilities.items()
        ]

    # Processes that die or hang.

    def _present(self) -> list[WatchedNode]:
        return [node for node in self._watched.values() if node.state is not State.DOWN]

    def _members(self, process: Process) -> list[WatchedNode]:
        return [node for node in self._present() if node.process == process]

    def _check_silent(self, process: Process, now: float) -> None:
        """Handle a process without a sign of life, which is dead, hung, or only busy."""
        members = self._members(process)
        if not self.nodes.exists(process):
            self._on_process_died(process, now)
        elif self.nodes.is_stopped(process):  # it does not continue by itself
            self._on_process_hung(process, members, 'stopped by a signal:', now)
        elif any(node.is_changing for node in members):
            # A transition, e.g. to load a model, blocks the executor that all its nodes share.
            for node in members:
                node.life.excuse(now)
        elif self.nodes.is_starved(process) and self._may_be_starved(members, now):
            return
        elif hung := [node for node in members if node.hangs(now)]:
            why = f'no sign of life for {self.settings.hang_s:g} s from'
            self._on_process_hung(process, hung, why, now)

    def _may_be_starved(self, members: list[WatchedNode], now: float) -> bool:
        """Return whether to wait for the processor, which no machine denies for ever."""
        limit_s = STARVED_LIMIT * self.settings.hang_s
        return all(node.life.silent_s(now) < limit_s for node in members)

    def _on_process_hung(
        self, process: Process, hung: list[WatchedNode], why: str, now: float
    ) -> None:
        """Report a process and kill it, unless its nodes start themselves."""
        managed = not any(node.status.autostart for node in hung)
        killed = managed and self.nodes.kill(process, hung[0].name)
        tried = 'killed the process' if killed else 'let it be: the launcher has not started it'
        message = f'{why} {_names(hung)}'
        self.nodes.report(hung[0].name, 'node_hung', message, tried, lost=False)
        for node in self._members(process) if killed else hung:
            node.on_process_lost(now, ended=False, failed=node in hung)

    def _on_process_died(self, process: Process, now: float) -> None:
        """Report a process that has ended, unless it was reported before."""
        members = self._members(process)
        if not members:
            return
        # Of composed nodes, the one in a transition counts as the cause.
        guilty = [node for node in members if node.is_changing] or members
        message = f'the process of {_names(members)} has ended'
        self.nodes.report(guilty[0].name, 'node_died', message, '', lost=False)
        for node in members:
            node.on_process_lost(now, ended=True, failed=node in guilty)

    # Status of capabilities.

    def _capability(self, capability: str, names: Iterable[str]) -> CapabilityStatus:
        found = [self._condition(name) for name in names]
        levels = [level for level, _ in found]
        level = next(level for level in (LOST, UNKNOWN, DEGRADED, OK) if level in levels)
        message = '; '.join(text for _, text in found if text)[:MESSAGE_LENGTH]
        return CapabilityStatus(capability=capability, level=level, message=message)

    def _condition(self, name: str) -> tuple[int, str]:
        """Return the level of a node that a capability needs, and the reason."""
        node, standby = self._watched.get(name), self._watched.get(self.standbys.get(name, ''))
        if standby is not None and standby.works and (node is None or not node.works):
            return DEGRADED, f'{name}: {standby.name} stands in'
        if node is None:
            return (LOST, f'{name}: not there') if self._manager.gathered else (UNKNOWN, '')
        if node.works and (node.life.alive or not node.life.ever_alive):
            level, message = node.status.level, node.status.message
            return level, f'{name}: {message}' if message else ''
        reason = node.status.message or 'comes back'
        if node.at_rest:
            return LOST, f'{name}: deactivated by an operator'
        if node.is_lost:
            return LOST, f'{name}: {reason}'
        if node.failures or node.was_active:
            return DEGRADED, f'{name}: {reason}'
        return UNKNOWN, ''


def _names(nodes: Iterable[WatchedNode]) -> str:
    return ', '.join(node.name for node in nodes)
