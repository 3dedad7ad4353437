"""A peer in a process of its own, measured as Phoenix is."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
from environments import variables
from figures import Figures, Reply, reply_of
from load import cpu_percent, memory_mb
from recordings import Recording

START_S = 120.0
PATIENCE_S = 20.0
PAUSE_S = 1.0  # between a reply and the next recording
ENDS_S = 5.0


class PeerError(Exception):
    """A peer does not do what it should; the text is the last that it said."""


class Peer:
    """
    A peer that runs; see stage.py for what it is told and tells.

    :param log: what it writes besides.
    """

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._told: list[tuple[str, float]] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            self._told.append((told['event'], told['at']))

    def processes(self) -> list[psutil.Process]:
        """Return all its processes."""
        root = psutil.Process(self._process.pid)
        return [root, *root.children(recursive=True)]

    async def wait_for(self, event: str, after: int = 0, patience_s: float = PATIENCE_S) -> float:
        """
        Return when something happened first, of what was told after so many events.

        :raises PeerError: it has ended, or did not tell of it in time.
        """
        until_s = time.monotonic() + patience_s
        while time.monotonic() < until_s and not self._reading.done():
            for name, at_s in self._told[after:]:
                if name == event:
                    return at_s
            await asyncio.sleep(0.05)
        lines = self._log.read_text(errors='replace').strip().splitlines()
        raise PeerError(lines[-1] if lines else f'it did not tell of {event!r}')

    async def reply(self, recording: Recording, words: str) -> Reply:
        """Let it hear a recording and answer with these words."""
        assert self._process.stdin is not None
        before = len(self._told)
        play = json.dumps({'play': str(recording.path), 'words': words}) + '\n'
        self._process.stdin.write(play.encode())
        began_s = await self.wait_for('playing', before)
        until_s = began_s + recording.length_s
        while time.monotonic() < until_s or (
            self._is_called(before) and time.monotonic() < until_s + PATIENCE_S
        ):
            await asyncio.sleep(0.05)
        await asyncio.sleep(PAUSE_S)
        return reply_of(self._replies(before), began_s + recording.ends_s, words)

    def _replies(self, after: int) -> Iterator[tuple[float, float]]:
        decided_s = 0.0
        for name, at_s in self._told[after:]:
            if name == 'answering':
                decided_s = at_s
            elif name == 'reply':
                yield decided_s, at_s

    def _is_called(self, after: int) -> bool:
        states = [name for name, _ in self._told[after:] if name in ('called', 'resting')]
        return states[-1:] == ['called']

    async def end(self) -> None:
        """End it and what it has started."""
        family = self.processes() if self._process.returncode is None else []
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), ENDS_S)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        await self._reading


@asynccontextmanager
async def running(command: Sequence[str], log: Path) -> AsyncIterator[Peer]:
    """Start a peer and end it."""
    with log.open('w') as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=variables(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
        )
    peer = Peer(process, log)
    try:
        yield peer
    finally:
        await peer.end()


async def measured(
    name: str,
    command: Sequence[str],
    log: Path,
    heard: Sequence[tuple[Recording, str]],
    settle_s: float,
    idle_s: float,
) -> Figures:
    """
    Return the figures of a peer.

    :param heard: recordings, and the words with which each is answered.
    :raises PeerError: it does not run.
    """
    begin_s = time.monotonic()
    async with running(command, log) as peer:
        ready_s = await peer.wait_for('ready', patience_s=START_S) - begin_s
        await asyncio.sleep(settle_s)
        idle_percent = await cpu_percent(peer.processes(), idle_s)
        figures = Figures(name, ready_s, idle_percent, memory_mb(peer.processes()))
        for recording, words in heard:
            figures.replies.append(await peer.reply(recording, words))
        figures.used_mb = memory_mb(peer.processes())
    return figures
