"""
Brings nodes up in the order of their events, brings back what dies or hangs, says what is lost.

It knows no ROS; what it decides goes out through a Nodes. Times are seconds of one clock that
never goes back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from phoenix_msgs.msg import CapabilityStatus, NodeStatus

from phoenix_core.supervision.watched_node import Command, Process, WatchedNode, start_order

OK, DEGRADED, LOST = CapabilityStatus.OK, CapabilityStatus.DEGRADED, CapabilityStatus.LOST
UNKNOWN = CapabilityStatus.UNKNOWN


class Nodes(Protocol):
    """What the supervision can do to nodes."""

    def change(self, node: str, command: Command) -> bool:
        """Ask for a transition; False when the node cannot be asked yet."""

    def exists(self, process: Process) -> bool:
        """Tell whether a process exists; True also for one of another machine."""

    def is_stopped(self, process: Process) -> bool:
        """Tell whether a process of this machine was stopped by a signal (SIGSTOP)."""

    def listen_again(self, node: str) -> None:
        """Listen anew for the signs of life of a node."""

    def kill(self, process: Process) -> bool:
        """End a process that does not answer; False for one of another machine."""

    def report(self, node: str, code: str, message: str, tried: str, *, lost: bool) -> None:
        """Tell of a fault of a node."""


@dataclass(frozen=True)
class Policy:
    """How patient the supervision is; all in seconds but the number of attempts."""

    gather_s: float = 10.0  # for nodes that are expected, before the others become active
    transition_s: float = 60.0  # for a transition; a hung one ends then
    answer_s: float = 1.0  # for one that lives to begin it; the request was lost then
    hang_s: float = 1.0  # without a sign of life, outside of transitions
    retry_s: float = 0.5  # pause after the second failure in a row; doubles with each further one
    retry_max_s: float = 30.0
    attempts: int = 4  # failures in a row after which the node counts as lost
    stable_s: float = 5.0  # in service; forgets the failures before


@dataclass
class Supervision:
    """The state machine of all nodes; `step` is called many times a second."""

    nodes: Nodes
    capabilities: Mapping[str, Iterable[str]]  # the nodes that make up each
    policy: Policy = field(default_factory=Policy)
    # Who works while another node does not, e.g. while the link to its machine is cut.
    standbys: Mapping[str, str] = field(default_factory=dict)
    up: bool = True  # whether the nodes are to be up; False takes them down in reverse order

    def __post_init__(self) -> None:
        """Begin without knowing any node."""
        self._seen: dict[str, WatchedNode] = {}
        self._expected = {name for names in self.capabilities.values() for name in names}
        self._began: float | None = None
        self._gathered = False

    def concerns(self, status: NodeStatus) -> bool:
        """Tell whether a node is to be watched: it is expected, or waits to be brought up."""
        return status.header.producer in self._expected or not status.autostart

    def on_status(self, status: NodeStatus, now: float) -> None:
        """Take the status of a node that is to be watched."""
        name = status.header.producer
        node = self._seen.get(name)
        if node is None:
            node = self._seen[name] = WatchedNode(name, status, silent_since=now)
        elif Process(status.host, status.process_id) != node.process:
            self._died(node.process, now)
            node.down = node.rebuild = node.heard = False
            if not node.alive:
                node.silent_since = now  # the silence until now was that of its predecessor
        node.take_status(status, now)

    def on_alive(self, name: str, alive: bool, now: float) -> None:
        """Take what DDS says of the liveliness of a node that was seen."""
        node = self._seen[name]
        node.take_pulse(alive, now)
        if alive and self.nodes.exists(node.process):  # else it is its successor that lives
            node.down = False
            if node.status.state == NodeStatus.ACTIVE:
                node.active_since = node.active_since or now

    def on_answer(self, name: str, command: Command, now: float, *, success: bool) -> None:
        """Take it that a transition has succeeded or failed."""
        node = self._seen[name]
        if node.pending is not command:
            return
        if success:
            node.obeyed = True
        elif not node.obeyed:  # else it was asked twice, and does not allow it again
            node.pending = None
            self._failed(node, now)

    def step(self, now: float) -> None:
        """Do what is due."""
        self._began = self._began or now
        self._gathered |= (
            self._expected <= self._seen.keys() or now - self._began >= self.policy.gather_s
        )
        for node in self._seen.values():
            self._check_pending(node, now)
            if node.active_since and now - node.active_since >= self.policy.stable_s:
                node.failures = 0
        silent = [node for node in self._seen.values() if node.silent_since and not node.down]
        for process in dict.fromkeys(node.process for node in silent):
            self._check_silent(process, now)
        if self.up:
            for node in start_order(self._seen.values()):
                self._raise(node, now)
        else:
            self._lower(now)

    def status(self) -> list[CapabilityStatus]:
        """Say how well each capability works."""
        return [
            self._capability(capability, names) for capability, names in self.capabilities.items()
        ]

    # Bringing up and taking down.

    def _raise(self, node: WatchedNode, now: float) -> None:
        if not self._may_be_asked(node) or now < node.retry_at or self._given_up(node):
            return
        match node.status.state:
            case NodeStatus.UNCONFIGURED:
                self._ask(node, Command.SHUTDOWN if node.rebuild else Command.CONFIGURE, now)
            case NodeStatus.INACTIVE if node.rebuild:
                self._ask(node, Command.SHUTDOWN, now)
            case NodeStatus.INACTIVE if (
                self._gathered and not self._rests(node) and self._consumers_settled(node)
            ):
                self._ask(node, Command.ACTIVATE, now)
            case NodeStatus.ACTIVE if self._rests(node):
                self._ask(node, Command.DEACTIVATE, now)

    def _rests(self, node: WatchedNode) -> bool:
        """Tell whether a standby has nothing to do: whom it stands in for works, or may yet."""
        principals = [name for name, standby in self.standbys.items() if standby == node.name]
        if not principals:
            return False
        principal = self._seen.get(principals[0])
        if principal is None:
            return not self._gathered
        return principal.works or not (principal.down or principal.failures)

    def _consumers_settled(self, node: WatchedNode) -> bool:
        """Tell whether those before it in the order that hear this node do so, or never will."""
        order = start_order(self._seen.values())
        before = order[: order.index(node)]
        return all(
            other.works
            or other.failures > 0
            or other.down
            or other.status.autostart
            or self._rests(other)
            for other in before
            if other.consumes & node.produces
        )

    def _lower(self, now: float) -> None:
        managed = [node for node in self._seen.values() if self._managed(node)]
        order = start_order(managed)[::-1]
        for state, command in (
            (NodeStatus.ACTIVE, Command.DEACTIVATE),
            (NodeStatus.INACTIVE, Command.CLEANUP),
        ):
            remaining = [node for node in order if node.status.state == state]
            if remaining:
                if self._may_be_asked(remaining[0]):
                    self._ask(remaining[0], command, now)
                return

    def _managed(self, node: WatchedNode) -> bool:
        return not node.status.autostart and not node.down

    def _may_be_asked(self, node: WatchedNode) -> bool:
        return self._managed(node) and node.alive and node.pending is None

    def _ask(self, node: WatchedNode, command: Command, now: float) -> None:
        if self.nodes.change(node.name, command):
            node.pending, node.asked_at, node.obeyed = command, now, False
            node.deadline = now + self.policy.transition_s

    # What goes wrong.

    def _check_pending(self, node: WatchedNode, now: float) -> None:
        if node.pending is None:
            return
        # Who does what was asked shows no sign of life meanwhile. While DDS takes the service of a
        # dead process for that of its successor, a request is late, or lost.
        asked_s = now - max(node.asked_at, node.alive_since)
        if node.alive and not node.obeyed and asked_s >= self.policy.answer_s:
            node.asked_at = now
            self.nodes.change(node.name, node.pending)
        if now >= node.deadline:
            command, node.pending = node.pending, None
            message = f'{command.value[1]} has not ended within {self.policy.transition_s:g} s'
            self.nodes.report(node.name, 'transition_late', message, '', lost=False)
            self._failed(node, now)

    def _check_silent(self, process: Process, now: float) -> None:
        """Find out whether a process that gives no sign of life is dead, hung, or only busy."""
        if not self.nodes.exists(process):
            self._died(process, now)
            return
        members = self._members(process)
        if self.nodes.is_stopped(process):  # and will not go on by itself
            hung, why = members, 'stopped by a signal:'
        elif any(node.pending for node in members):
            # Loads a model on the executor that all of the process share: that is no silence.
            for node in members:
                node.silent_since = node.silent_since and now
            return
        else:
            hung = [node for node in members if self._is_hung(node, now)]
            unheard = [node for node in hung if not node.heard]
            for node in unheard:
                # Fast DDS may have missed that it lives, see Pulse.
                node.heard, node.silent_since = True, now
                self.nodes.listen_again(node.name)
            hung = [node for node in hung if node not in unheard]
            why = f'no sign of life for {self.policy.hang_s:g} s from'
        if not hung:
            return
        mine = not any(node.status.autostart for node in hung)
        killed = mine and self.nodes.kill(process)
        message = f'{why} {_names(hung)}'
        tried = 'killed the process' if killed else ''
        self.nodes.report(hung[0].name, 'node_hung', message, tried, lost=False)
        for node in hung:
            self._failed(node, now)
            node.active_since = node.pending = None
        for node in members if killed else hung:
            node.down = True

    def _is_hung(self, node: WatchedNode, now: float) -> bool:
        # One that is rebuilt is silent till DDS has found the new one.
        rebuilt = node.status.state == NodeStatus.FINALIZED
        patience_s = self.policy.gather_s if rebuilt else self.policy.hang_s
        return node.silent_since is not None and now - node.silent_since >= patience_s

    def _died(self, process: Process, now: float) -> None:
        """Take note of a process that is no more, unless that has been done."""
        members = self._members(process)
        if not members:
            return
        # Of nodes composed in one process, it is the one that was being brought up.
        guilty = [node for node in members if node.pending is not None]
        message = f'the process of {_names(members)} has ended'
        self.nodes.report((guilty or members)[0].name, 'node_died', message, '', lost=False)
        for node in members:
            node.harmful = node in guilty
            if node in (guilty or members):
                self._failed(node, now)
            node.lose()

    def _members(self, process: Process) -> list[WatchedNode]:
        return [node for node in self._seen.values() if node.process == process and not node.down]

    def _failed(self, node: WatchedNode, now: float) -> None:
        node.failures += 1
        pause_s = self.policy.retry_s * 2 ** (node.failures - 2) if node.failures > 1 else 0.0
        node.retry_at = now + min(pause_s, self.policy.retry_max_s)
        node.rebuild = node.failures > 1
        if node.failures == self.policy.attempts:
            message = f'failed {node.failures} times in a row'
            tried = 'given up' if self._given_up(node) else 'tries again now and then'
            self.nodes.report(node.name, 'node_lost', message, tried, lost=True)

    def _given_up(self, node: WatchedNode) -> bool:
        """Tell whether a further attempt would do more harm than good to the others."""
        return node.harmful and node.failures >= self.policy.attempts

    # How it is.

    def _capability(self, capability: str, names: Iterable[str]) -> CapabilityStatus:
        found = [self._condition(name) for name in names]
        levels = [level for level, _ in found]
        level = next(level for level in (LOST, UNKNOWN, DEGRADED, OK) if level in levels)
        message = '; '.join(text for _, text in found if text)[:1000]
        return CapabilityStatus(capability=capability, level=level, message=message)

    def _condition(self, name: str) -> tuple[int, str]:
        node, standby = self._seen.get(name), self._seen.get(self.standbys.get(name, ''))
        if standby is not None and standby.works and (node is None or not node.works):
            return DEGRADED, f'{name}: {standby.name} stands in'
        if node is None:
            return (LOST, f'{name}: not there') if self._gathered else (UNKNOWN, '')
        if node.works and (node.alive or not node.was_alive):
            level, message = node.status.level, node.status.message
            return level, f'{name}: {message}' if message else ''
        reason = node.status.message or 'comes back'
        if node.failures >= self.policy.attempts:
            return LOST, f'{name}: {reason}'
        if node.failures or node.was_active:
            return DEGRADED, f'{name}: {reason}'
        return UNKNOWN, ''


def _names(nodes: Iterable[WatchedNode]) -> str:
    return ', '.join(node.name for node in nodes)
