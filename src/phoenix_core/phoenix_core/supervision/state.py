"""The states of supervised nodes, and the interface through which the supervision changes them."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from phoenix_msgs.msg import NodeStatus


class State(Enum):
    """The state of a node in the view of the supervision."""

    WAITING = 'waiting'  # can be requested to configure or to activate
    CONFIGURING = 'configuring'
    ACTIVATING = 'activating'
    DEACTIVATING = 'deactivating'
    CLEANING_UP = 'cleaning up'
    SHUTTING_DOWN = 'shutting down'
    REBUILDING = 'rebuilding'  # finalized; its process creates a new instance
    IN_SERVICE = 'in service'  # active
    BACKING_OFF = 'backing off'  # has failed; gets no requests until a pause is over
    AT_REST = 'at rest'  # an operator has deactivated it; gets no requests until one activates it
    GIVEN_UP = 'given up'  # has ended its process too often; gets no more requests
    DOWN = 'down'  # its process has ended or hangs


class Command(Enum):
    """A transition of a lifecycle node: its goal, and the state while it is under way."""

    CONFIGURE = NodeStatus.INACTIVE, State.CONFIGURING
    ACTIVATE = NodeStatus.ACTIVE, State.ACTIVATING
    DEACTIVATE = NodeStatus.INACTIVE, State.DEACTIVATING
    CLEANUP = NodeStatus.UNCONFIGURED, State.CLEANING_UP
    SHUTDOWN = NodeStatus.FINALIZED, State.SHUTTING_DOWN
    REST = NodeStatus.AT_REST, State.AT_REST  # no transition: a new process learns it

    @property
    def goal(self) -> int:
        """The lifecycle state after the transition, as in NodeStatus."""
        return int(self.value[0])

    @property
    def state(self) -> State:
        """The state during the transition."""
        return self.value[1]


@dataclass(frozen=True)
class Process:
    """The process of a node, which composed nodes share."""

    host: str
    pid: int


class Nodes(Protocol):
    """Actions on nodes and processes, and reports."""

    def change(self, node: str, command: Command) -> bool:
        """Request a transition; return False if the node cannot receive requests yet."""

    def exists(self, process: Process) -> bool:
        """Return whether a process exists; True for one of another machine."""

    def is_stopped(self, process: Process) -> bool:
        """Return whether a process of this machine is stopped by a signal (SIGSTOP)."""

    def is_starved(self, process: Process) -> bool:
        """Return whether a process of this machine gets no processor, as that is busy."""

    def listen_again(self, node: str) -> None:
        """Subscribe again to the liveliness of a node."""

    def runs(self, process: Process, node: str) -> bool:
        """Return whether the launcher has started a process of this machine for a node."""

    def kill(self, process: Process, node: str) -> bool:
        """Kill a process that runs a node; return False unless the launcher has started it."""

    def entered(self, node: str, state: State, reason: str) -> None:
        """Log the state that a node has entered."""

    def report(self, node: str, code: str, message: str, tried: str, *, lost: bool) -> None:
        """Publish a fault of a node."""
