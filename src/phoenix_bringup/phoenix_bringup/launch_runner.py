"""Start processes, respawn those that end, and stop them all with everything they started."""

import asyncio
import contextlib
import errno
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from phoenix_core.node.execution import EXIT_BAD_SETTINGS
from phoenix_core.settings.environment import LAUNCH_ID
from phoenix_core.settings.secrets import is_secret
from phoenix_core.supervision import launched

# In the environment of every process of one runner: also finds what has left its process group.
_MARK = LAUNCH_ID
# Waits until its input is closed, even by a SIGKILL of the runner, then kills every process that
# has the mark until none is left. A shell costs a megabyte.
_GUARD = f"""
read -r _
while marked=$(grep -lszxF "{_MARK}=$1" /proc/[0-9]*/environ); [ -n "$marked" ]; do
  for file in $marked; do pid=${{file#/proc/}}; kill -KILL "${{pid%/environ}}"; done
  sleep 0.01
done
"""
# Ends a process with the runner when the guard was killed, too. It reaches no grandchildren. Of
# util-linux, since Python code between fork and exec can deadlock.
_BOUND_TO_RUNNER = ('setpriv', '--pdeathsig', 'KILL', '--')
_LONGEST_LINE = 65536  # bytes; output without line ends is passed on in pieces of this size
_LAST_OUTPUT_S = 0.2  # how long to keep reading after a process has ended
_GUARD_S = 5.0  # time limit of the guard: looking at all processes takes time on a busy machine
# A process that ends so soon, so often in a row, is started again with pauses that double.
_SHORT_LIFE_S = 3.0
_SHORT_LIVES = 4
_LONGEST_PAUSE_S = 30.0
_POLL_S = 0.01  # the kernel does not report when a process group becomes empty


class LaunchError(Exception):
    """A process could not be started or stopped."""


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """One process to start."""

    name: str  # the label of its output
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)  # added to the inherited environment
    respawn: bool = False
    respawn_delay: float = 0.0  # seconds
    nodes: tuple[str, ...] = ()  # those that it runs


class LaunchRunner:
    """
    Run processes, each in its own session, from `start` to `stop`.

    `on_line` receives every line that they print (stdout and stderr interleaved, without line
    end) and the notices about respawns, on the event loop. `stop` sends SIGINT, SIGTERM after
    `sigint_grace` seconds, and SIGKILL after `sigterm_grace` more seconds.
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
        self._groups: dict[int, ProcessSpec] = {}  # process groups that may have members
        self._watches: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._ended: asyncio.Queue[tuple[ProcessSpec, int]] = asyncio.Queue()

    @property
    def running(self) -> list[tuple[ProcessSpec, int]]:
        """The processes that run now, with their pids."""
        return [(process, pid) for pid, process in self._running.items()]

    async def start(self) -> None:
        """
        Start all processes.

        :raises LaunchError: one cannot be started; those already started are stopped.
        """
        self._guard = await asyncio.create_subprocess_exec(
            *('/bin/sh', '-c', _GUARD, 'launch_guard', self._mark),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: text for name, text in os.environ.items() if not is_secret(name)},
            start_new_session=True,  # Ctrl-C must not end it.
        )
        for process in self._processes:
            try:
                child, pump = await self._spawn(process)
            except OSError as error:
                await self.stop()
                raise LaunchError(f'{process.name}: {process.argv[0]}: {error}') from error
            self._watches.append(asyncio.create_task(self._watch(process, child, pump)))

    async def unexpected_end(self) -> tuple[ProcessSpec, int]:
        """
        Wait for the next process that ends without being stopped or respawned.

        :returns: the process, and its exit code or minus the number of the signal that killed it.
        """
        return await self._ended.get()

    async def stop(self) -> None:
        """
        Stop all processes and everything they started; return when nothing is left.

        Takes at most the two grace times and `_GUARD_S`.

        :raises LaunchError: something survives SIGKILL.
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

    def _signal(self, number: int) -> None:
        # In the order of starting: what watches the others must not take their end for a death.
        order = self._processes.index
        for group in sorted(self._groups, key=lambda pid: order(self._groups[pid])):
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                del self._groups[group]

    async def _all_gone(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while self._groups and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_S)
            self._signal(0)
        return not self._groups

    async def _spawn(
        self, process: ProcessSpec
    ) -> tuple[asyncio.subprocess.Process, asyncio.Task[None]]:
        # Not a pipe of asyncio: its wait() may not return while a grandchild that outlives the
        # process holds the other end.
        argv = process.argv
        if shutil.which(_BOUND_TO_RUNNER[0]):
            if not shutil.which(argv[0]):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])
            argv = (*_BOUND_TO_RUNNER, *argv)
        read_end, write_end = os.pipe()
        # A Python process that is interrupted while it imports prints a traceback: SIGINT is
        # blocked at its start, until it has installed its own handler and unblocks it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            child = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                env={
                    **os.environ,
                    **process.env,
                    **launched.marks(self._mark, process.nodes),
                },
                start_new_session=True,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            os.close(write_end)
        self._running[child.pid] = process
        self._groups[child.pid] = process
        return child, asyncio.create_task(self._pump(process, read_end))

    async def _pump(self, process: ProcessSpec, read_end: int) -> None:
        """Pass on the lines of a process until every holder of its output has closed it."""
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
        short_lives = 0  # in a row
        while True:
            begun_s = time.monotonic()
            code = await child.wait()
            del self._running[child.pid]
            is_short = time.monotonic() - begun_s < _SHORT_LIFE_S
            short_lives = short_lives + 1 if is_short else 0
            if not self._stopping.is_set():
                # Its children must not keep the devices from its successor.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                self._groups.pop(child.pid, None)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(pump, _LAST_OUTPUT_S)
            if self._stopping.is_set():
                return
            if not process.respawn or code == EXIT_BAD_SETTINGS:  # will never start
                self._ended.put_nowait((process, code))
                return
            delay = process.respawn_delay
            if short_lives >= _SHORT_LIVES:  # it cannot live here: do not spin
                delay = max(delay, min(2.0 ** (short_lives - _SHORT_LIVES), _LONGEST_PAUSE_S))
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
