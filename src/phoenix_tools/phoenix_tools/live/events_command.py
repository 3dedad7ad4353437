"""The `phoenix events` command: show the stream of events live."""

import argparse
import signal
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rclpy.node import Node
from rich.console import Console
from rich.live import Live

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.execution import SPIN_TIMEOUT_S, until_signalled
from phoenix_core.node.registry import Registry, UnknownEventError
from phoenix_tools.live.event_stream import Filter, Meters, event_line
from phoenix_tools.ros_context import ros_executor, subscribe

REDRAWS_HZ = 8
ERRORS = (UnknownEventError,)


def main(options: argparse.Namespace) -> int:
    """Show events until Ctrl-C; return the exit code."""
    chosen = [Registry({}).event(name) for name in options.event]
    shows = Filter(options.node, chosen, [trace.lower() for trace in options.trace])
    with until_signalled() as ended, ros_executor() as (context, executor):
        stream = Stream(shows, ended)
        node = Node('event_console', context=context, namespace=options.namespace)
        subscribe(node, (one for one in events.ALL if one.has_header), stream.on_event)
        executor.add_node(node)
        with stream.shown():
            while not ended:
                executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
    return 128 + ended[0]


class Stream:
    """
    Print a line per event; in a terminal with meters below them.

    :param ended: gets SIGPIPE when nobody reads any more, as in `phoenix events | head`.
    """

    def __init__(self, shows: Filter, ended: list[int]) -> None:
        self._filter = shows
        self._ended = ended
        self._meters = Meters()
        self._console = Console()

    def shown(self) -> AbstractContextManager[Any]:
        """Keep the meters at the bottom of the terminal meanwhile."""
        if not self._console.is_terminal:
            return nullcontext()
        return Live(
            get_renderable=lambda: self._meters.draw(time.monotonic()),
            console=self._console,
            refresh_per_second=REDRAWS_HZ,
            transient=True,
        )

    def on_event(self, event: EventType, message: Any) -> None:
        """Show an event."""
        self._meters.feed(event, message, time.monotonic())
        if self._filter.shows(event, message):
            if self._console.is_terminal:
                self._console.print(event_line(event, message))
                return
            try:
                print(event_line(event, message).plain, flush=True)
            except BrokenPipeError:
                self._ended.append(signal.SIGPIPE)
