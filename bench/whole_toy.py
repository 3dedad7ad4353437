"""A whole toy for measurements: started as `./phoenix run` starts it, with nothing kept."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from phoenix_bringup.launch_arguments import parse
from phoenix_bringup.launch_runner import LaunchRunner
from phoenix_bringup.process_table import node_names, processes
from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.settings import plugins
from phoenix_core.settings.plugins import NODES
from phoenix_core.supervision.readiness import Readiness
from phoenix_core.testing import NOTHING_KEPT, Probe, TestGraph
from phoenix_tools.run.console import Console

START_S = 60.0


@dataclass(frozen=True)
class WholeToy:
    """
    A toy that runs.

    :param ready_s: from the start of its first process until all nodes were ready.
    """

    probe: Probe
    runner: LaunchRunner
    ready_s: float

    def processes(self) -> dict[int, tuple[str, psutil.Process]]:
        """Return all its processes with the names of those that the runner has started."""
        found = {}
        for spec, pid in self.runner.running:
            root = psutil.Process(pid)
            for process in (root, *root.children(recursive=True)):
                name = spec.name if process.pid == pid else f'{spec.name}: {process.name()}'
                found[process.pid] = name, process
        return found


@asynccontextmanager
async def whole_toy(
    layout: str,
    *,
    publishes: Iterable[EventType] = (),
    records: Iterable[EventType] = (),
    **arguments: str,
) -> AsyncIterator[WholeToy]:
    """Start a toy, wait until it is ready, and stop it at the end."""
    loop = asyncio.get_running_loop()
    with TestGraph() as graph:
        os.environ['ROS_DOMAIN_ID'] = str(graph.domain)
        os.environ.update(NOTHING_KEPT)  # not the state of this user's toy, nor its limits
        os.environ['XDG_STATE_HOME'] = graph.state_home
        given = parse({'layout': layout, **arguments})
        runner = LaunchRunner(processes(given), lambda process, line: None)
        probe = graph.probe(publishes=list(publishes), records=list(records))
        nodes = {name: plugins.load(NODES, name) for name in node_names(given)}
        readiness = Readiness({**nodes, probe.get_name(): probe})
        ready = asyncio.Event()

        def on_event(event: EventType, message: Any) -> None:
            if event is events.NODE_STATUS:
                readiness.feed(message)
                if not readiness.missing:
                    loop.call_soon_threadsafe(ready.set)

        graph.add(Console, on_event=on_event)
        begin_s = loop.time()
        await runner.start()
        try:
            await asyncio.wait_for(ready.wait(), START_S)
            yield WholeToy(probe, runner, loop.time() - begin_s)
        finally:
            await runner.stop()
