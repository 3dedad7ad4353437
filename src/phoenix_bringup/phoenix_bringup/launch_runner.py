"""Starts the processes of a launch file, watches and respawns them, and stops them for sure."""

import asyncio
import contextlib
import itertools
import os
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from phoenix_bringup.launch_file import ProcessSpec
from phoenix_core.node.execution import EXIT_BAD_SETTINGS

# In the environment of every process of one runner: finds what left its process group, too.
_MARK = 'PHOENIX_LAUNCH_ID'
# Waits until its input is closed, be it because the runner was killed by SIGKILL, then kills what
# bears the mark until nothing is left. PR_SET_PDEATHSIG would reach the children but not theirs,
# and needs Python code between fork and exec, which can deadlock. A shell costs a megabyte.
_GUARD = f"""
read -r _
while marked=$(grep -lszxF "{_MARK}=$1" /proc/[0-9]*/environ); [ -n "$marked" ]; do
  for file in $marked; do pid=${{file#/proc/}}; kill -KILL "${{pid%/environ}}"; done
  sleep 0.01
done
"""
_LONGEST_LINE = 65536  # bytes; output without line ends is handed on in pieces of this size
_LAST_OUTPUT_S = 0.2  # how long to read on after a process has ended
_GUARD_S = 0.4  # how long the guard may take; SIGKILL works at once unless the kernel hangs
_POLL_S = 0.01  # the kernel does not tell when a process group becomes empty


class LaunchError(Exception):
    """A process could not be started or stopped."""


class LaunchRunner:
    """Runs processes, each in a session of its own, from `start` to `stop`.

    `on_line` gets every line they print (stdout and stderr in their order, without line end) and
    the notices about respawns, on the event loop. `stop` sends SIGINT, after `sigint_grace`
    seconds SIGTERM, after `sigterm_grace` more seconds SIGKILL.
    """

    def __init__(
        self,
        processes: Sequence[ProcessSpec],
        on_line: Callable[[ProcessSpec, str], None],
        sigint_grace: float = 1.0,
        sigterm_grace: float = 0.2,
    ) -> None:
        self._processes = processes
        self._on_line = on_line
        self._graces = ((signal.SIGINT, sigint_grace), (signal.SIGTERM, sigterm_grace))
        self._mark = secrets.token_hex(16)
        self._guard: asyncio.subprocess.Process | None = None
        self._running: dict[int, ProcessSpec] = {}
        self._groups: set[int] = set()  # process groups that may have members
        self._watches: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._ended: asyncio.Queue[tuple[ProcessSpec, int]] = asyncio.Queue()

    @property
    def running(self) -> list[tuple[ProcessSpec, int]]:
        """The processes that run now, with their pids."""
        return [(process, pid) for pid, process in self._running.items()]

    async def start(self) -> None:
        """Start all processes.

        :raises LaunchError: when one cannot be started; those already started are stopped.
        """
        self._guard = await asyncio.create_subprocess_exec(
            *('/bin/sh', '-c', _GUARD, 'launch_guard', self._mark),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C must not end it.
        )
        for process in self._processes:
            try:
                _write_params(process)
                child, pump = await self._spawn(process)
            except OSError as error:
                await self.stop()
                raise LaunchError(f'{process.name}: {process.argv[0]}: {error}') from error
            self._watches.append(asyncio.create_task(self._watch(process, child, pump)))

    async def unexpected_end(self) -> tuple[ProcessSpec, int]:
        """Wait for the next end of a process that should run on and is not respawned.

        The exit code is that of the process, or minus the number of the signal that killed it.
        """
        return await self._ended.get()

    async def stop(self) -> None:
        """Stop all processes and everything they started; return when nothing is left.

        Takes at most the two grace times and `_GUARD_S`.

        :raises LaunchError: when something survives SIGKILL.
        """
        self._stopping.set()
        for number, grace in self._graces:
            self._signal(number)
            if await self._all_gone(grace):
                break
        self._signal(signal.SIGKILL)
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            try:
                await asyncio.wait_for(self._guard.wait(), _GUARD_S)
            except asyncio.TimeoutError as error:
                raise LaunchError(f'still running after SIGKILL: {self.running}') from error
        await asyncio.gather(*self._watches)
        for process in self._processes:
            _remove_params(process)

    def _signal(self, number: int) -> None:
        for group in tuple(self._groups):
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                self._groups.discard(group)

    async def _all_gone(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while self._groups and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_S)
            self._signal(0)
        return not self._groups

    async def _spawn(
        self, process: ProcessSpec
    ) -> tuple[asyncio.subprocess.Process, asyncio.Task[None]]:
        # A pipe of our own: with asyncio's, wait() may not return while a grandchild that
        # outlives the process holds the other end.
        read_end, write_end = os.pipe()
        # A Python process that is interrupted while it imports prints a traceback: it is to begin
        # with SIGINT held back, until it has its own handler and unblocks it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            child = await asyncio.create_subprocess_exec(
                *process.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                env={**os.environ, **process.env, _MARK: self._mark},
                start_new_session=True,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            os.close(write_end)
        self._running[child.pid] = process
        self._groups.add(child.pid)
        return child, asyncio.create_task(self._pump(process, read_end))

    async def _pump(self, process: ProcessSpec, read_end: int) -> None:
        """Hand on the lines of a process until all that hold its output have closed it."""
        output = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(read_end, 'rb', buffering=0)
        )
        rest = b''
        try:
            while chunk := await output.read(_LONGEST_LINE):
                *lines, rest = (rest + chunk).split(b'\n')
                if len(rest) >= _LONGEST_LINE:
                    lines, rest = [*lines, rest], b''
                for line in lines:
                    self._on_line(process, line.decode(errors='replace'))
        finally:
            transport.close()
            if rest:
                self._on_line(process, rest.decode(errors='replace'))

    async def _watch(
        self,
        process: ProcessSpec,
        child: asyncio.subprocess.Process,
        pump: asyncio.Task[None],
    ) -> None:
        while True:
            code = await child.wait()
            del self._running[child.pid]
            if not self._stopping.is_set():
                # What it left behind must not keep its devices from its successor.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                self._groups.discard(child.pid)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(pump, _LAST_OUTPUT_S)
            if self._stopping.is_set():
                return
            if not process.respawn or code == EXIT_BAD_SETTINGS:  # will never start
                self._ended.put_nowait((process, code))
                return
            delay = process.respawn_delay
            self._on_line(process, f'ended with exit code {code}, starts again in {delay:g} s')
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
                return
            try:
                child, pump = await self._spawn(process)
            except OSError as error:
                self._on_line(process, f'cannot start again: {error}')
                self._ended.put_nowait((process, code))
                return
            if self._stopping.is_set():
                self._signal(signal.SIGKILL)


def line_printer(
    processes: Sequence[ProcessSpec], stream: TextIO
) -> Callable[[ProcessSpec, str], None]:
    """Return an `on_line` that writes to `stream`: `[name] line`, in colors on a terminal."""
    width = max((len(process.name) for process in processes), default=0)
    prefixes = {}
    for process, color in zip(processes, itertools.cycle(range(31, 37))):
        label = f'[{process.name}]'.ljust(width + 2)
        prefixes[process.name] = f'\x1b[{color}m{label}\x1b[0m' if stream.isatty() else label

    def print_line(process: ProcessSpec, line: str) -> None:
        print(prefixes[process.name], line, file=stream, flush=True)

    return print_line


def _write_params(process: ProcessSpec) -> None:
    for path, text in process.params_files.items():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text)


def _remove_params(process: ProcessSpec) -> None:
    for path in process.params_files:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # The last one finds the directory empty.
            path.parent.rmdir()
