"""The supervisor node: keeps the nodes of a toy in service and publishes its condition."""

import os
import signal
import socket
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from phoenix_msgs.msg import CapabilityStatus, Fault, NodeStatus, SystemStatus

from phoenix_core import events
from phoenix_core.node import transition_requests
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.supervision import launched
from phoenix_core.supervision.launched import LaunchedProcesses
from phoenix_core.supervision.liveliness import LivelinessMonitor
from phoenix_core.supervision.other_toy import FAULT, REMEDY, OtherToy
from phoenix_core.supervision.settings import SupervisorSettings
from phoenix_core.supervision.starvation import Starvation, WatchedTime
from phoenix_core.supervision.state import Command, Process, State
from phoenix_core.supervision.supervision import Supervision
from phoenix_core.supervision.watchdog import Watchdog

STEP_PERIOD_S = 0.05
LOOK_AROUND_S = 5.0  # for another toy
CONTRADICT_S = 1.0  # seldom: two toys of the same name contradict each other
OWN_HANG_S = 2.0  # limit for the supervisor itself, which loads no model
STACK_DUMP_S = 0.1  # time for a hung process to print its stacks
TRANSITIONS = {
    Command.CONFIGURE: Transition.TRANSITION_CONFIGURE,
    Command.ACTIVATE: Transition.TRANSITION_ACTIVATE,
    Command.DEACTIVATE: Transition.TRANSITION_DEACTIVATE,
    Command.CLEANUP: Transition.TRANSITION_CLEANUP,
}
SHUTDOWNS = {
    NodeStatus.UNCONFIGURED: Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    NodeStatus.INACTIVE: Transition.TRANSITION_INACTIVE_SHUTDOWN,
}


class Supervisor(EventNode):
    """
    Executes the decisions of a Supervision (it implements the Nodes protocol).

    The nodes continue when it ends; a new supervisor gets their latched statuses.
    """

    system_status = Publishes(events.SYSTEM_STATUS)
    settings: SupervisorSettings

    def configure(self) -> None:
        """Create a supervision without any node."""
        settings = self.settings
        capabilities = {
            capability: nodes.split(',') for capability, nodes in _pairs(settings.capabilities)
        }
        standbys = dict(_pairs(settings.standbys))
        self._launched = LaunchedProcesses(self.environ)
        self._watched_time = WatchedTime(self.time.now_s)
        self._starvation = Starvation()
        self._other_toy = OtherToy()
        self._supervision = Supervision(self, capabilities, settings, standbys, settings.up)
        self._monitors: dict[str, LivelinessMonitor] = {}
        self._changes: dict[str, Any] = {}
        self._states: dict[str, int] = {}
        self._published: list[CapabilityStatus] = []
        self._contradicted = False

    def activate(self) -> None:
        """Start the timers."""
        self.every(STEP_PERIOD_S, self._step)
        self.every(LOOK_AROUND_S, self._look_around)
        self.every(CONTRADICT_S, self._contradict)

    def cleanup(self) -> None:
        """Stop monitoring the nodes."""
        for monitor in self._monitors.values():
            monitor.end()
        for change in self._changes.values():
            self.destroy_client(change)

    def settings_changed(self) -> None:
        """Apply `up`."""
        self._supervision.up = self.settings.up

    @subscribes(events.NODE_STATUS)
    def on_node_status(self, status: NodeStatus) -> None:
        """Process the status of a node, and monitor the node from its first one on."""
        name = status.header.producer
        if name == self.get_name() or not self._supervision.concerns(status):
            return
        self._supervision.on_status(status, self._watched_time.now_s())
        self._states[name] = status.state
        if name not in self._monitors:
            self._changes[name] = self.create_client(ChangeState, f'{name}/change_state')
            self._monitors[name] = LivelinessMonitor(
                self, name, partial(self._on_liveliness, name)
            )
        self._step()  # so that the next node need not wait for the timer

    @subscribes(events.SYSTEM_STATUS)
    def on_system_status(self, status: SystemStatus) -> None:
        """Notice a status of somebody else, which nodes would believe until the next change."""
        self._contradicted = list(status.capabilities) != self._published

    def _contradict(self) -> None:
        if self._contradicted:
            self.system_status(capabilities=self._published)

    def _on_liveliness(self, name: str, alive: bool) -> None:
        self._supervision.on_liveliness(name, alive, self._watched_time.now_s())

    def _step(self) -> None:
        self._supervision.step(self._watched_time.now_s())
        status = self._supervision.status()
        if status != self._published:
            self._published = status
            self.system_status(capabilities=status)

    def _look_around(self) -> None:
        """Report another toy of this name; both would answer, and move each other's nodes."""
        publishers = self.count_publishers(events.SYSTEM_STATUS.topic)
        if self._other_toy.is_news(publishers, self.time.now_s()):
            name = f'{self.get_namespace()} in domain {self.environ.get("ROS_DOMAIN_ID") or 0}'
            self.fault(FAULT, f'another machine runs a toy {name}, too; {REMEDY}')

    # The Nodes protocol.

    def change(self, node: str, command: Command) -> bool:
        """Call the lifecycle service of a node."""
        client = self._changes[node]
        if not client.service_is_ready():
            return False
        request = ChangeState.Request()
        if command is Command.REST:
            request.transition.label = transition_requests.AT_REST
        else:
            request.transition.label = transition_requests.SUPERVISOR
            request.transition.id = TRANSITIONS.get(command) or SHUTDOWNS[self._states[node]]

        def answered(future: Any) -> None:
            success = future.exception() is None and future.result().success
            self._supervision.on_answer(node, command, self._watched_time.now_s(), success=success)

        client.call_async(request).add_done_callback(answered)
        return True

    def exists(self, process: Process) -> bool:
        """Return whether a process of this machine exists."""
        return _state(process) not in ('', 'Z')  # Z is a zombie, which has ended

    def is_stopped(self, process: Process) -> bool:
        """Return whether a process of this machine is stopped."""
        return _state(process) == 'T'

    def is_starved(self, process: Process) -> bool:
        """Return whether a process of this machine gets no processor."""
        return process.host == socket.gethostname() and self._starvation.holds(process.pid)

    def listen_again(self, node: str) -> None:
        """Subscribe again to the liveliness of a node."""
        self.log.debug(f'{node}: no sign of life yet, subscribing again')
        self._monitors[node].listen_again()

    def runs(self, process: Process, node: str) -> bool:
        """Return whether the launcher has started a process of this machine for a node."""
        return self._launched.runs(process, node)

    def kill(self, process: Process, node: str) -> bool:
        """Make a process print its stacks, and kill it; launch starts it again."""
        descriptor = self._launched.open(process, node)
        if descriptor is None:
            return False

        def end() -> None:
            launched.send(descriptor, signal.SIGKILL)
            os.close(descriptor)

        if self.is_stopped(process):
            end()
        else:
            launched.send(descriptor, signal.SIGUSR1)
            self.after(STACK_DUMP_S, end)
        return True

    def entered(self, node: str, state: State, reason: str) -> None:
        """Log the state that a node has entered."""
        self.log.debug(f'{node}: {state.value}: {reason}')

    def report(self, node: str, code: str, message: str, tried: str, *, lost: bool) -> None:
        """Publish a fault of another node."""
        severity = Fault.ERROR if lost else Fault.WARNING
        self.log.error(f'{node}: {code}: {message}')
        if self.metrics is not None:
            self.metrics.faulted(code, severity, node)
        self.fault_event(
            node=node,
            code=code,
            severity=severity,
            message=message,
            tried=tried,
            self_healing=True,
        )


def _pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Split each `NAME=VALUE`; ignore empty texts."""
    for text in filter(None, texts):
        name, _, value = text.partition('=')
        yield name, value


def _state(process: Process) -> str:
    """Return the state of a process as the letter that `ps` shows; empty if there is none."""
    if process.host != socket.gethostname():
        return 'S'  # on another machine, so its state is unknown
    try:
        stat = Path(f'/proc/{process.pid}/stat').read_text()
    except OSError:
        return ''
    return stat.rpartition(')')[2].split()[0]


def main() -> None:
    """Run the node alone; if it hangs, its watchdog kills it and launch starts it again."""
    run([Supervisor], each_turn=Watchdog(OWN_HANG_S).feed)
