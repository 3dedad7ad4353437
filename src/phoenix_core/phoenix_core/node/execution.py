"""Runs one or several nodes in this process until it receives SIGINT or SIGTERM."""

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import rclpy
from phoenix_msgs.msg import NodeStatus
from rclpy.executors import Executor
from rclpy.experimental import EventsExecutor
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from phoenix_core.node import discovery
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.process_end import end_process
from phoenix_core.settings import plugins, secrets
from phoenix_core.settings.node_settings import SettingsError
from phoenix_core.settings.plugins import NODES
from phoenix_core.storage import toy_lock
from phoenix_core.telemetry import logs

# EventsExecutor.spin() busy-loops in rclpy 7.1; signals are only seen between two spin_once().
SPIN_TIMEOUT_S = 0.2

# A callback that runs longer ends the process, if no supervisor does. Longer than the longest
# transition_s.
HANG_LIMIT_S = 660.0
REARM_PERIOD_S = 1.0
LOOK_PERIOD_S = 0.05  # looking after every callback would be a tenth of an idle toy's work

EXIT_BAD_SETTINGS = 2

_LIBC = ctypes.CDLL(None)


def run(
    node_classes: Sequence[type[EventNode]], each_turn: Callable[[], object] = lambda: None
) -> NoReturn:
    """
    Run nodes until SIGINT or SIGTERM, stop them in reverse order, and end this process.

    The exit code is 0, or EXIT_BAD_SETTINGS if a setting is refused, which is printed.

    A node that is finalized is replaced by a new instance. SIGUSR1 prints the stack of each
    thread. A callback that hangs for HANG_LIMIT_S does, too, and ends the process with exit
    code 1.

    :param each_turn: is called every LOOK_PERIOD_S, or SPIN_TIMEOUT_S later when nothing happens,
        unless a callback hangs.
    """
    discovery.stay_private()
    os.umask(0o077)  # whatever it writes is for its user alone
    secrets.withhold()
    toy_lock.share()
    faulthandler.register(signal.SIGUSR1)
    logs.console_format(os.environ)
    arguments = [*sys.argv, *logs.ros_arguments(os.environ)]
    rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    executor = EventsExecutor()
    nodes: list[EventNode] = []
    code, look_s = 0, 0.0
    with until_signalled() as ended, _hang_limit() as proceed:
        try:
            for node_class in node_classes:
                nodes.append(node_class())
            for node in nodes:
                _attend(executor, node)
            while not ended:
                executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
                if time.monotonic() >= look_s:
                    look_s = time.monotonic() + LOOK_PERIOD_S
                    _rebuild_finalized(executor, nodes)
                    each_turn()
                    proceed()
        except SettingsError as error:
            print(f'phoenix: {error}', file=sys.stderr)
            code = EXIT_BAD_SETTINGS
        finally:
            shut_down(executor, nodes)
            rclpy.try_shutdown()
    end_process(code)


@contextlib.contextmanager
def _hang_limit() -> Iterator[Callable[[], None]]:
    """Yield a function; end the process if it is not called for HANG_LIMIT_S."""
    armed_s = float('-inf')

    def proceed() -> None:
        nonlocal armed_s
        now_s = time.monotonic()
        if now_s - armed_s >= REARM_PERIOD_S:
            faulthandler.dump_traceback_later(HANG_LIMIT_S, exit=True)
            armed_s = now_s

    proceed()
    try:
        yield proceed
    finally:
        faulthandler.cancel_dump_traceback_later()


def _attend(executor: Executor, node: EventNode) -> None:
    node.executor = executor
    if node.settings.autostart:
        executor.create_task(node.start)


def _rebuild_finalized(executor: Executor, nodes: list[EventNode]) -> None:
    for index, node in enumerate(nodes):
        if node.lifecycle_state == NodeStatus.FINALIZED:
            executor.remove_node(node)
            executor.spin_once(timeout_sec=0.02)  # runs the tasks that are left
            # Create the new instance first: a process without nodes loses its DDS participant,
            # and the next one gets the same identity, so that others may confuse the two.
            nodes[index] = type(node)()
            node.destroy_node()
            _attend(executor, nodes[index])


def shut_down(executor: Executor, nodes: Sequence[EventNode]) -> None:
    """Stop and destroy nodes in reverse order, then shut down the executor."""
    for node in reversed(nodes):
        node.stop()
        executor.remove_node(node)
        node.destroy_node()
    executor.shutdown()


def alone() -> None:
    """Run the node that this program is named after; entry point of each node."""
    run([plugins.load(NODES, Path(sys.argv[0]).name)])


def compose() -> None:
    """Run the nodes given on the command line in one process; entry point of `compose`."""
    names = list(filter(None, remove_ros_args(sys.argv)[1:]))  # a launch argument may be empty
    try:
        classes = [plugins.load(NODES, name) for name in names]
    except plugins.PluginError as error:
        sys.exit(f'phoenix: {error}')
    if not classes:
        sys.exit(f'usage: compose NODE...; nodes: {", ".join(plugins.names(NODES))}')
    run(classes)


@contextlib.contextmanager
def until_signalled() -> Iterator[list[int]]:
    """
    Collect SIGINT and SIGTERM in a list instead of raising KeyboardInterrupt.

    After a first signal, further ones are ignored also after the with block: `ros2 launch`
    repeats the SIGINT of Ctrl-C, which must not interrupt the shutdown.
    """
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, previous)  # a launcher may have blocked them
    try:
        yield received
    finally:
        if received:
            # The kernel first: of a signal that arrives while signal.signal() takes its handler
            # away, Python would print a traceback.
            for number in previous:
                _LIBC.signal(int(number), ctypes.c_void_p(int(signal.SIG_IGN)))
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_IGN if received else handler)
