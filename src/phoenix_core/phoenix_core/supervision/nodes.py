"""What the supervision needs from the world: the nodes and processes that it acts on."""

from dataclasses import dataclass
from typing import Protocol

from phoenix_core.supervision.state import Command, State


@dataclass(frozen=True)
class Process:
    """Where a node runs; nodes composed in one process share their fate."""

    host: str
    pid: int


class Nodes(Protocol):
    """What the supervision does to nodes and processes, and where it reports."""

    def change(self, node: str, command: Command) -> bool:
        """Request a transition; return False when the node cannot be asked yet."""

    def exists(self, process: Process) -> bool:
        """Return whether a process exists; True for one of another machine."""

    def is_stopped(self, process: Process) -> bool:
        """Return whether a process of this machine is stopped by a signal (SIGSTOP)."""

    def listen_again(self, node: str) -> None:
        """Subscribe anew to the liveliness of a node."""

    def kill(self, process: Process) -> bool:
        """Kill a process; return False for one of another machine."""

    def entered(self, node: str, state: State, reason: str) -> None:
        """Log the state that a node has entered."""

    def report(self, node: str, code: str, message: str, tried: str, *, lost: bool) -> None:
        """Publish a fault of a node."""
