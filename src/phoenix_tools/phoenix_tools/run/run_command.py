"""The `phoenix run` command: start the processes of the toy and show it."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import Fault

from phoenix_bringup import machine_limits
from phoenix_bringup.launch_arguments import (
    DECLARATIONS,
    LaunchArgumentError,
    LaunchArguments,
    parse,
)
from phoenix_bringup.launch_runner import LaunchError, LaunchRunner, ProcessSpec
from phoenix_bringup.machine_limits import MachineLimitError
from phoenix_bringup.process_table import dry_run, node_names, processes
from phoenix_core import events
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.events.printable import printable
from phoenix_core.node import discovery
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import SPIN_TIMEOUT_S, shut_down
from phoenix_core.settings import environment, plugins
from phoenix_core.settings.layers import resolve
from phoenix_core.settings.node_settings import SettingsError, languages
from phoenix_core.settings.plugins import NODES
from phoenix_core.settings.profile import load_profile, suggestion
from phoenix_core.storage.toy_file import nothing_kept
from phoenix_core.storage.toy_lock import ToyLock, ToyLockError
from phoenix_core.supervision.readiness import Readiness
from phoenix_tools.ros_context import ros_executor
from phoenix_tools.run.console import Console
from phoenix_tools.run.play_progress import PlayProgress
from phoenix_tools.run.private import PrivateError, enter
from phoenix_tools.run.screen import Screen

READY_S = 60.0  # loading all models takes some seconds, on a small Pi some ten
EXIT_INTERRUPTED = 130
POLL_S = 0.1
HIDDEN = '(words: --show-words)'


class RunError(Exception):
    """The toy could not be run; one line for the user."""


ERRORS = (
    LaunchArgumentError,
    LaunchError,
    MachineLimitError,
    SettingsError,
    RunError,
    PrivateError,
    ToyLockError,
)


def main(options: argparse.Namespace) -> int:
    """Run the toy and return the exit code."""
    if options.show_args:
        print(*DECLARATIONS.values(), sep='\n')
        return 0
    arguments = parse(given_arguments(options))
    if options.dry_run:
        print(dry_run(processes(arguments)), end='')
        return 0
    if options.private:
        if arguments.peer:
            raise RunError('--private has no network, so --peer cannot be reached')
        if arguments.studio:
            raise RunError('--private has no network, so no browser reaches --studio')
        enter([*sys.argv[1:]])
    os.environ.update(arguments.environment)  # for the console
    discovery.stay_private()
    if options.play:  # the same each time, whatever state the toy has stored
        os.environ.setdefault('PHOENIX_ACTIVITIES_STATE_FILE', '')
    check_profile(arguments.settings_file)
    if scarce := machine_limits.check(arguments.layout):
        print(f'phoenix: {scarce}; tries nevertheless', file=sys.stderr)
    show_words = options.show_words or bool(options.play) or sys.stdout.isatty()
    with ToyLock(arguments.namespace, arguments.sides, arguments.layout) as lock:
        os.environ.update(lock.environ)  # of every process of the toy
        return asyncio.run(RunningToy(arguments, options.play, show_words).run())


def given_arguments(options: argparse.Namespace) -> dict[str, str]:
    """Collect the launch arguments from the command line."""
    arguments = {}
    for text in options.arguments:
        name, separator, value = text.partition(':=')
        if not separator:
            raise RunError(f'{text}: launch arguments are NAME:=VALUE; --show-args lists them')
        arguments[name] = value
    arguments |= given_profile(options.profile)
    for name in ('layout', 'machine', 'peer'):
        if value := getattr(options, name):
            arguments[name] = value
    if options.studio:
        arguments['studio'] = 'true'
    if options.reply_to:
        arguments['reply_to'] = str(options.reply_to.resolve())
    return arguments


def given_profile(profile: str | None) -> dict[str, str]:
    """Return the launch argument for a profile: a name, or the path of a file."""
    if not profile:
        return {}
    own_file = '/' in profile or profile.endswith(('.yaml', '.yml'))
    return {'profile_file': str(Path(profile).resolve())} if own_file else {'profile': profile}


def check_profile(path: str) -> None:
    """
    Check a whole profile, and the environment, before anything is started.

    :raises SettingsError: as the node concerned would.
    """
    names = plugins.names(NODES)
    environment.check(os.environ, names)
    profile = load_profile(Path(path), names)
    for name in names:
        settings = resolve(plugins.load(NODES, name).settings_class(), name, profile)
        known = languages(settings.config_path)
        if settings.language not in known:
            raise SettingsError(
                f'language: no such language{suggestion(settings.language, known)}, is '
                f'{settings.language!r}; allowed: {", ".join(known)}; see {path} and '
                'PHOENIX_LANGUAGE'
            )


class RunningToy:
    """
    The processes of the toy, and the console node that observes it.

    :param recording: played to it; None: none.
    :param show_words: print what is said.
    """

    def __init__(
        self, arguments: LaunchArguments, recording: Path | None, show_words: bool
    ) -> None:
        self._show_words = show_words
        self._arguments = arguments
        self._nodes: dict[str, type[EventNode] | EventNode] = {
            name: plugins.load(NODES, name) for name in node_names(arguments)
        }
        self._recording = recording
        self._console_ends = threading.Event()
        self._progress: PlayProgress | None = None
        interactive = self._recording is None and sys.stdin.isatty() and sys.stdout.isatty()
        self._screen = Screen() if interactive else None

    async def run(self) -> int:
        """Start the toy, run it until it ends or is ended, stop it; return the exit code."""
        loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._console_failed: asyncio.Future[int] = loop.create_future()
        interrupted: asyncio.Future[int] = loop.create_future()
        length_s = recording_length(self._recording) if self._recording else 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, _resolve, interrupted, 128 + number)
        runner = LaunchRunner(processes(self._arguments), self._on_line)
        with self._console(loop) as console:
            try:
                await runner.start()
                task = self._converse(console, length_s)
                return await _first(task, self._watch(runner), self._console_failed, interrupted)
            finally:
                self._console_ends.set()  # at the same time
                await runner.stop()

    async def _converse(self, console: Console, length_s: float) -> int:
        """Wait until the toy is ready, then play the recording or let a person use it."""
        patience_s = READY_S if 'supervisor' in self._nodes else None  # it is on the other machine
        try:
            await asyncio.wait_for(self._ready, patience_s)
        except asyncio.TimeoutError:
            missing = '; '.join(self._readiness.missing)
            raise RunError(f'not ready after {READY_S:.0f} s: {missing}') from None
        for name, reason in self._readiness.without.items():
            self._print('without', f'{name}: {reason}')
        if reason := nothing_kept(os.environ, self._arguments.namespace):
            self._print('without', f'memory of anything over a restart: {reason}')
        self._print('ready', f'{len(self._nodes) - len(self._readiness.without)} nodes')
        if self._recording is not None:
            return await self._play(console, self._recording, length_s)
        if self._screen is not None:
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
            raise RunError(verdict)
        return 0

    async def _watch(self, runner: LaunchRunner) -> int:
        process, code = await runner.unexpected_end()
        raise RunError(f'{process.name} ended with exit code {code}')

    def _on_event(self, event: EventType, message: Any) -> None:
        if event is events.FAULT and message.severity == Fault.FATAL:
            _fail(self._ready, RunError(f'{message.node}: {message.message}'))
        if event is events.NODE_STATUS:
            self._readiness.feed(message)
            if not self._readiness.missing:
                _resolve(self._ready, None)
        if self._progress is not None:
            self._progress.feed(event, message, asyncio.get_running_loop().time())
        if self._screen is not None:
            self._screen.on_event(event, message)
        summary = event.summarize(message)
        if summary is not None:
            hidden = event.privacy is not Privacy.NONE and not self._show_words
            self._print(summary.label, HIDDEN if hidden else summary.text)

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
            console = Console(on_event, namespace=namespace, context=context, environ={})
            self._readiness = Readiness({**self._nodes, console.get_name(): console})
            thread = threading.Thread(target=spin, name='console')
            thread.start()
            try:
                yield console
            finally:
                self._console_ends.set()
                thread.join()


def recording_length(file: Path) -> float:
    """
    Return the length of a recording in seconds.

    :raises RunError: it is missing or no recording.
    """
    from phoenix_audio.wav import WavError, read_wav

    try:
        return len(read_wav(file)) / 16000
    except WavError as error:
        raise RunError(str(error)) from error


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


def _fail(future: 'asyncio.Future[Any]', error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _resolve(future: 'asyncio.Future[Any]', result: Any) -> None:
    if not future.done():
        future.set_result(result)
