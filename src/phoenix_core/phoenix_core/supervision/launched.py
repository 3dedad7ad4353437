"""
The processes that the launcher of a toy has started: only these may be killed.

The launcher marks each with the identifier of the launch and the names of its nodes, in the
environment, which no message from outside can change.
"""

import os
import signal
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from phoenix_core.settings.environment import LAUNCH_ID, LAUNCHED_NODES
from phoenix_core.supervision.state import Process


def marks(launch_id: str, nodes: Iterable[str]) -> dict[str, str]:
    """Return the environment variables by which a launcher marks a process of these nodes."""
    return {LAUNCH_ID: launch_id, LAUNCHED_NODES: ','.join(nodes)}


class LaunchedProcesses:
    """
    Knows which nodes the launcher has started in which process of this machine, and kills those.

    :param environ: of the supervisor, whom the same launcher has started; without a mark there,
        no process is launched.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._launch_id = environ.get(LAUNCH_ID, '')

    def runs(self, process: Process, node: str) -> bool:
        """Return whether the launcher has started this process to run this node."""
        if not self._launch_id or process.host != socket.gethostname() or process.pid <= 0:
            return False
        try:
            marks = Path(f'/proc/{process.pid}/environ').read_bytes().split(b'\0')
        except OSError:  # it has ended, or is another user's
            return False
        if f'{LAUNCH_ID}={self._launch_id}'.encode() not in marks:
            return False
        prefix = f'{LAUNCHED_NODES}='.encode()
        nodes = next((mark for mark in marks if mark.startswith(prefix)), prefix)
        return node.encode() in nodes.removeprefix(prefix).split(b',')

    def open(self, process: Process, node: str) -> int | None:
        """
        Return a descriptor of a process that runs this node; None if it is not launched.

        Signals sent to it never reach another process that gets the same identifier later.
        """
        try:
            descriptor = os.pidfd_open(process.pid)
        except (OSError, OverflowError):
            return None
        if self.runs(process, node):
            return descriptor
        os.close(descriptor)
        return None


def send(descriptor: int, number: signal.Signals) -> None:
    """Send a signal to a process, unless it has ended."""
    try:
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return
