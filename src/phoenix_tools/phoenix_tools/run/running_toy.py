"""The toy of `phoenix run`: its processes, and the console node that observes it."""

import asyncio
import contextlib
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix_msgs.msg import Fault, NodeStatus

from phoenix_bringup.launch_arguments import LaunchArguments
from phoenix_bringup.launch_runner import LaunchRunner, ProcessSpec
from phoenix_bringup.process_table import node_names, processes, vital_capabilities
from phoenix_core import events
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.events.printable import printable
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import SPIN_TIMEOUT_S, shut_down
from phoenix_core.settings import plugins
from phoenix_core.settings.plugins import NODES
from phoenix_core.storage.toy_file import nothing_kept
from phoenix_core.supervision.readiness import Readiness
from phoenix_tools.command_error import CommandError
from phoenix_tools.ros_context import ros_executor
from phoenix_tools.run.condition import Condition
from phoenix_tools.run.console import SUPERVISOR, Console
from phoenix_tools.run.play_progress import PlayProgress
from phoenix_tools.run.service_manager import ServiceManager
from phoenix_tools.run.service_report import report

if TYPE_CHECKING:
    from phoenix_tools.run.screen import Screen

READY_S = 60.0  # loading all models takes some seconds, on a small Pi some ten
END_LIMIT_S = 8.0  # LaunchRunner.stop takes at most seven, and systemd waits for ten
EXIT_INTERRUPTED = 130
POLL_S = 0.1
HIDDEN = '(words: --show-words)'


class RunningToy:
    """
    The processes of the toy, and the console node that observes it.

    :param recording: played to it; None: none.
    :param show_words: print what is said.
    :param manager: is told how the toy is.
    """

    def __init__(
        self,
        arguments: LaunchArguments,
        recording: Path | None,
        show_words: bool,
        manager: ServiceManager,
    ) -> None:
        self._manager = manager
        self._show_words = show_words
        self._arguments = arguments
        self._nodes: dict[str, type[EventNode] | EventNode] = {
            name: plugins.load(NODES, name) for name in node_names(arguments)
        }
        self._up: set[str] = set()  # of the nodes, while it starts
        # Of two machines, the one without a supervisor answers for its own processes alone.
        self._supervised = SUPERVISOR in self._nodes
        self._condition = Condition(vital_capabilities() if self._supervised else ())
        if not self._supervised:
            self._condition.on_status((), 0.0)
        self._recording = recording
        self._console_ends = threading.Event()
        self._progress: PlayProgress | None = None
        interactive = self._recording is None and sys.stdin.isatty() and sys.stdout.isatty()
        self._screen = _screen() if interactive else None

    async def run(self) -> int:
        """Start the toy, run it until it ends or is ended, stop it; return the exit code."""
        loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._console_failed: asyncio.Future[int] = loop.create_future()
        interrupted: asyncio.Future[int] = loop.create_future()
        length_s = recording_length(self._recording) if self._recording else 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, _interrupt, interrupted, 128 + number)
        runner = LaunchRunner(processes(self._arguments), self._on_line)
        with contextlib.ExitStack() as last, self._console(loop) as console:
            last.callback(faulthandler.cancel_dump_traceback_later)
            try:
                self._tell_start()
                await runner.start()
                task = self._converse(console, length_s)
                told = report(self._manager, self._condition, console, self._is_connected)
                ends = (task, told, self._watch(runner), self._console_failed, interrupted)
                return await _first(*ends)
            finally:
                _limit_end()
                self._manager.stops()
                self._console_ends.set()  # at the same time
                await runner.stop()

    async def _converse(self, console: Console, length_s: float) -> int:
        """Wait until the toy is ready, then play the recording or let a person use it."""
        patience_s = READY_S if self._supervised else None  # it is on the other machine
        try:
            await asyncio.wait_for(self._ready, patience_s)
        except asyncio.TimeoutError:
            missing = '; '.join(self._readiness.missing)
            raise CommandError(f'not ready after {READY_S:.0f} s: {missing}') from None
        for name, reason in self._readiness.without.items():
            self._print('without', f'{name}: {reason}')
        if reason := nothing_kept(os.environ, self._arguments.namespace):
            self._print('without', f'memory of anything over a restart: {reason}')
        self._print('ready', f'{len(self._nodes) - len(self._readiness.without)} nodes')
        if self._recording is not None:
            return await self._play(console, self._recording, length_s)
        if self._screen is not None:
            print()
            await self._screen.run(console)
            return EXIT_INTERRUPTED
        await asyncio.Event().wait()
        return 0

    async def _play(self, console: Console, file: Path, length_s: float) -> int:
        clock = asyncio.get_running_loop().time
        self._progress = PlayProgress(str(file), length_s, clock())
        console.play(file.resolve())
        while (verdict := self._progress.verdict(clock())) is None:
            await asyncio.sleep(POLL_S)
        if verdict:
            raise CommandError(verdict)
        return 0

    async def _watch(self, runner: LaunchRunner) -> int:
        process, code = await runner.unexpected_end()
        raise CommandError(f'{process.name} ended with exit code {code}')

    def _on_event(self, event: EventType, message: Any) -> None:
        if event is events.FAULT and message.severity == Fault.FATAL:
            _fail(self._ready, CommandError(f'{message.node}: {message.message}'))
        if event is events.SYSTEM_STATUS and self._supervised:
            self._condition.on_status(message.capabilities, asyncio.get_running_loop().time())
        if event is events.NODE_STATUS:
            self._readiness.feed(message)
            if not self._readiness.missing:
                _resolve(self._ready, None)
            if message.state == NodeStatus.ACTIVE and message.header.producer in self._nodes:
                self._up.add(message.header.producer)
            if self._screen is not None and not self._ready.done():
                self._tell_start()
        if self._progress is not None:
            self._progress.feed(event, message, asyncio.get_running_loop().time())
        if self._screen is not None:
            self._screen.on_event(event, message)
        summary = event.summarize(message)
        if summary is not None:
            hidden = event.privacy is not Privacy.NONE and not self._show_words
            self._print(summary.label, HIDDEN if hidden else summary.text)

    def _tell_start(self) -> None:
        """Show how far the start is; in a terminal in one line, until the screen is there."""
        text = f'{len(self._up)} of {len(self._nodes)} nodes are up'
        if self._screen is not None:
            print(f'\r{"starting":>10}  {text}', end='', flush=True)
        else:
            self._print('starting', f'{len(self._nodes)} nodes')

    def _is_connected(self) -> bool:
        return not self._readiness.missing

    def _on_line(self, process: ProcessSpec, text: str) -> None:
        if text.startswith('{') and self._screen is None:
            print(printable(text), flush=True)  # JSON, for a machine
        else:
            self._print(process.name, text)

    def _print(self, label: str, text: str) -> None:
        label, text = printable(label), printable(text)
        if self._screen is not None:
            self._screen.add_line(label, text)
        else:
            print(f'{label:>10}  {text}', flush=True)

    @contextlib.contextmanager
    def _console(self, loop: asyncio.AbstractEventLoop) -> Any:
        """Run the console node in a thread; its callbacks run on the event loop."""

        def on_event(event: EventType, message: Any) -> None:
            loop.call_soon_threadsafe(self._on_event, event, message)

        def on_supervisor(alive: bool) -> None:
            loop.call_soon_threadsafe(self._condition.on_supervisor, alive)

        def spin() -> None:
            try:
                console.executor = executor
                console.start()
                while not self._console_ends.is_set():
                    executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
                shut_down(executor, [console])
            except Exception as error:  # without the console nothing would be noticed
                loop.call_soon_threadsafe(_fail, self._console_failed, error)

        with ros_executor() as (context, executor):
            namespace = self._arguments.namespace
            watch = on_supervisor if self._manager and self._supervised else None
            console = Console(on_event, watch, namespace=namespace, context=context, environ={})
            self._readiness = Readiness({**self._nodes, console.get_name(): console})
            thread = threading.Thread(target=spin, name='console')
            thread.start()
            try:
                yield console
            finally:
                self._console_ends.set()
                thread.join()


def _screen() -> 'Screen':
    from phoenix_tools.run.screen import Screen  # takes long to import, and few need it

    return Screen()


def recording_length(file: Path) -> float:
    """
    Return the length of a recording in seconds.

    :raises CommandError: it is missing or no recording.
    """
    from phoenix_audio.wav import WavError, read_wav

    try:
        return len(read_wav(file)) / 16000
    except WavError as error:
        raise CommandError(str(error)) from error


async def _first(*awaitables: Awaitable[int]) -> int:
    """Return or raise what ends first; cancel the others."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _interrupt(interrupted: 'asyncio.Future[int]', code: int) -> None:
    _limit_end()
    _resolve(interrupted, code)


def _limit_end() -> None:
    """Let this process print all stacks and end if it has not ended by itself in time."""
    faulthandler.dump_traceback_later(END_LIMIT_S, exit=True)


def _fail(future: 'asyncio.Future[Any]', error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _resolve(future: 'asyncio.Future[Any]', result: Any) -> None:
    if not future.done():
        future.set_result(result)
