"""The stream of sound to a Wyoming wake word server, and the watch over that server."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phoenix_home.wyoming.connection import Connection, WyomingError, connected

if TYPE_CHECKING:
    from wyoming.event import Eventable

SAMPLE_RATE = 16000
FORM = {'rate': SAMPLE_RATE, 'width': 2, 'channels': 1}
MOST_WAITING = 60  # frames of 40 ms that the server has not taken
WATCH_S = 2.0  # from one answer to the next question whether the server keeps up
CHECK_S = 60.0  # from one test whether it hears to the next
MOST_IN_A_ROW = 8  # watches, each of which the server says to have heard a phrase in
MOST_BYTES = 500_000  # from the server, from one answer to the next
SILENCE = np.zeros(2 * SAMPLE_RATE, np.int16)  # before a recorded call: openWakeWord warms up
CHUNK = 1280  # samples


class WakeWordStream:
    """
    Sends sound for ever, unless the server fails: then `run` raises.

    A server is asked again and again to describe itself, which it does in its turn, so that who
    is slow or hangs is noticed; and it has to hear recorded calls and nothing in silence.
    All methods are called on one event loop.

    :param heard: called with the name and the time [ms], if known, of each phrase that was heard.
    """

    def __init__(
        self,
        host: str,
        port: int,
        names: Sequence[str],
        limit_s: float,
        calls: Mapping[str, NDArray[np.int16]],
        heard: Callable[[str, int | None], object],
    ) -> None:
        self.is_open = False
        self._where = host, port
        self._names = list(names)
        self._limit_s = limit_s
        self._calls = calls
        self._heard = heard
        self._out: asyncio.Queue[Eventable] = asyncio.Queue()
        self._answered = asyncio.Event()
        self._heard_something = False

    def begin(self) -> None:
        """Let the server forget what it has heard."""
        from wyoming.audio import AudioStart

        if self.is_open:
            self._out.put_nowait(AudioStart(**FORM))

    def put(self, sound: bytes, time_ms: int) -> None:
        """Send sound that begins at a time, unless it cannot be."""
        from wyoming.audio import AudioChunk

        if self.is_open:
            self._out.put_nowait(AudioChunk(audio=sound, timestamp=time_ms, **FORM))

    async def run(self) -> None:
        """
        Serve until the server fails.

        :raises WyomingError: it does.
        """
        from wyoming.audio import AudioStart
        from wyoming.wake import Detect

        try:
            await self._check()
            async with connected(*self._where, MOST_BYTES) as connection:
                await connection.send(Detect(names=self._names), AudioStart(**FORM))
                self.is_open = True
                await asyncio.gather(
                    self._send(connection), self._receive(connection), self._watch()
                )
        finally:
            self.is_open = False

    async def _send(self, connection: Connection) -> None:
        while True:
            await connection.send(await self._out.get())

    async def _receive(self, connection: Connection) -> None:
        from wyoming.info import Info
        from wyoming.wake import Detection

        async for event in connection.events():
            if Detection.is_type(event.type):
                self._heard_something = True
                self._heard(*_detection(event.data))
            elif Info.is_type(event.type) and not self._answered.is_set():
                connection.allow(MOST_BYTES)
                self._answered.set()
            elif event.type == 'error':
                raise WyomingError('reports an error')
        raise WyomingError('breaks off')

    async def _watch(self) -> None:
        from wyoming.info import Describe

        in_a_row, rounds = 0, 0
        while True:
            self._answered.clear()
            self._out.put_nowait(Describe())
            await self._within_limit(self._answered.wait(), 'gives no answer')
            await asyncio.sleep(WATCH_S)
            if self._out.qsize() > MOST_WAITING:
                raise WyomingError('does not take the sound in time')
            in_a_row = in_a_row + 1 if self._heard_something else 0
            self._heard_something = False
            if in_a_row > MOST_IN_A_ROW:
                raise WyomingError('hears a wake word without end')
            rounds += 1
            if rounds * WATCH_S >= CHECK_S:
                rounds = 0
                await self._check()

    async def _check(self) -> None:
        """Test, on connections beside the stream, that the server hears the calls."""
        for name, call in self._calls.items():
            async with connected(*self._where, MOST_BYTES) as connection:
                test = self._hears(connection, name, call)
                await self._within_limit(test, f'does not hear the recording of {name}')

    async def _hears(self, connection: Connection, name: str, call: NDArray[np.int16]) -> None:
        from wyoming.audio import AudioStart
        from wyoming.info import Describe, Info
        from wyoming.wake import Detect, Detection

        await connection.send(Detect(names=[name]), AudioStart(**FORM))
        await connection.send(*_chunks(SILENCE), Describe())
        called = False
        async for event in connection.events():
            if Info.is_type(event.type) and not called:
                called = True
                await connection.send(*_chunks(np.concatenate((call, SILENCE)), len(SILENCE)))
            elif Detection.is_type(event.type) and called:
                return
            elif Detection.is_type(event.type):
                raise WyomingError('hears a wake word in silence')
            elif event.type == 'error':
                raise WyomingError('reports an error')
        raise WyomingError('breaks off')

    async def _within_limit(self, work: Coroutine[Any, Any, Any], otherwise: str) -> None:
        try:
            async with asyncio.timeout(self._limit_s):
                await work
        except TimeoutError:
            raise WyomingError(f'{otherwise} within {self._limit_s:g} s') from None


def _chunks(sound: NDArray[np.int16], first: int = 0) -> 'list[Eventable]':
    from wyoming.audio import AudioChunk

    return [
        AudioChunk(
            audio=sound[start : start + CHUNK].tobytes(),
            timestamp=(first + start) * 1000 // SAMPLE_RATE + 1,
            **FORM,
        )
        for start in range(0, len(sound), CHUNK)
    ]


def _detection(data: dict[str, Any]) -> tuple[str, int | None]:
    """
    Return the name and the time of what was heard.

    :raises WyomingError: there is no name.
    """
    name, time_ms = data.get('name'), data.get('timestamp')
    if not isinstance(name, str):
        raise WyomingError('tells not what it has heard')
    return name, time_ms if isinstance(time_ms, int) else None
