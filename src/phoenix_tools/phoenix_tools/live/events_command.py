"""The `phoenix events` command: shows the stream of events as it happens."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rich.console import Console
from rich.live import Live

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.node.execution import SPIN_TIMEOUT_S
from phoenix_core.node.registry import Registry, UnknownEventError
from phoenix_tools.live.event_stream import Filter, Meters, event_line

REDRAWS_HZ = 8
EXIT_INTERRUPTED = 130
OBSERVED = tuple(event for event in events.ALL if event.has_header)


def main(options: argparse.Namespace) -> int:
    """Show events until Ctrl-C; return the exit code."""
    try:
        known = Registry({})
        chosen = [known.event(name) for name in options.event]
    except UnknownEventError as error:
        print(f'phoenix: {error}', file=sys.stderr)
        return 1
    stream = Stream(Filter(options.node, chosen, [trace.lower() for trace in options.trace]))
    ended: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: ended.append(number))
    context = Context()
    rclpy.init(args=[], context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        executor = EventsExecutor(context=context)
        executor.add_node(observer(context, options.namespace, stream.on_event))
        with stream.shown():
            while not ended:
                executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
    except BrokenPipeError:  # who reads has read enough
        sys.stdout = open(os.devnull, 'w')  # noqa: PTH123, SIM115 - for the flush at exit
        return 0
    finally:
        context.try_shutdown()
    return EXIT_INTERRUPTED


def observer(context: Context, namespace: str, on_event: Callable[[EventType, Any], None]) -> Node:
    """Make a node that hears every event of a toy."""
    node = Node('event_console', context=context, namespace=namespace)
    for event in OBSERVED:
        callback = partial(on_event, event)
        node.create_subscription(
            event.message_class, event.topic, callback, qos.subscription(event.qos)
        )
    return node


class Stream:
    """Prints lines as events come; in a terminal with meters below them."""

    def __init__(self, shows: Filter) -> None:
        """Prepare to show what the filter lets through."""
        self._filter = shows
        self._meters = Meters()
        self._console = Console()

    def shown(self) -> Any:
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
        """Take an event."""
        self._meters.feed(event, message, time.monotonic())
        if self._filter.shows(event, message):
            if self._console.is_terminal:
                self._console.print(event_line(event, message))
            else:
                print(event_line(event, message).plain, flush=True)
