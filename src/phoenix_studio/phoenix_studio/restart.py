"""Restarts the processes of nodes, so that they read anew what they read at their start."""

import asyncio
import os
import signal
import time
from collections.abc import Collection, Mapping
from typing import Any

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.supervision import launched
from phoenix_core.supervision.launched import LaunchedProcesses
from phoenix_core.supervision.state import Process
from phoenix_studio.fault_trial import FaultTrial, Phase
from phoenix_tools.faults.observed_toy import OBSERVED, ObservedToy

STEP_S = 0.5
RESTART = 'restart'


class NotOursError(Exception):
    """The launcher of this node has not started the others."""


class NotWellError(Exception):
    """After the restart the toy is not as well as before; says why."""


class Restart:
    """
    Ends processes in good order; the launcher starts them again, and the supervisor their nodes.

    Everything here happens on one event loop.

    :param environ: with the mark of the launcher, whose processes alone may be ended.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._launched = LaunchedProcesses(environ)
        self._toy = ObservedToy()
        self._failed: dict[str, str] = {}  # nodes that cannot be configured, and why

    def feed(self, event: EventType, message: Any) -> None:
        """Process a status or a fault."""
        if event in OBSERVED:
            self._toy.feed(event, message)
        elif event is events.FAULT and message.code == 'configure_failed':
            self._failed[message.node] = message.message

    async def restart(self, names: Collection[str]) -> None:
        """
        Restart the processes of nodes, and wait until all is as well as before.

        :raises NotOursError: nothing was done.
        :raises NotWellError: they run again, but not as well.
        """
        nodes = self._toy.nodes
        processes = {
            Process(nodes[name].host, nodes[name].process_id): name
            for name in names
            if name in nodes
        }
        if not processes or any(
            not self._launched.runs(process, name) for process, name in processes.items()
        ):
            raise NotOursError
        self._failed.clear()
        trials = [self._end(process, name) for process, name in processes.items()]
        while not all(trial.is_over for trial in trials):
            await asyncio.sleep(STEP_S)
            for trial in trials:
                trial.step()
            failed = [why for name, why in self._failed.items() if name in names]
            if failed:
                raise NotWellError(failed[0])
        if any(trial.phase is Phase.NOT_RECOVERED for trial in trials):
            raise NotWellError('the toy is not as well as before')

    def _end(self, process: Process, name: str) -> FaultTrial:
        members = self._toy.members(process.pid)
        trial = FaultTrial(
            RESTART, name, self._toy, time.monotonic, time.time(), lasts=False, members=members
        )
        descriptor = self._launched.open(process, name)
        if descriptor is not None:  # otherwise it has just ended
            launched.send(descriptor, signal.SIGINT)
            os.close(descriptor)
        return trial
