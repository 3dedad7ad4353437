"""
A wake word engine in a Wyoming server on this machine, such as wyoming-openwakeword.

It gets all that the microphone hears, so that its server may be on no other machine, whoever
allows that: what the closed ear hears stays in the toy.
"""

import re
from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_home.event_loop import EventLoop
from phoenix_home.wyoming.recorded_calls import read_calls
from phoenix_home.wyoming.settings import WyomingAddress
from phoenix_home.wyoming.wake_word_stream import SAMPLE_RATE, WakeWordStream

LAG = round(0.24 * SAMPLE_RATE)  # for the answer of a server; a phrase that it hears waits less
HELD = round(0.6 * SAMPLE_RATE)  # for so long a phrase scores 1, which is longer than any patience
ENDS_S = 1.0  # within which a stream that is no longer open says why
VERSION = re.compile(r'_v[0-9.]+$')  # of a model, at the end of its name


class WyomingWakeWordSettings(WyomingAddress):
    """Settings of the wake words on a server."""

    port: int = setting(10400, 'Port of the server.', ge=1, le=65535)
    names: list[str] = setting(
        ['hey_jarvis'], 'Wake words, as the server names them; `models` are of the fallback.'
    )
    limit_s: float = setting(3.0, 'Longest time for an answer [s].', gt=0, le=30)

    @field_validator('host')
    @classmethod
    def _is_here(cls, host: str) -> str:
        if not cls.is_here(host):
            raise ValueError(
                'must be this machine, as 127.0.0.1: the server hears all that the microphone does'
            )
        return host


class WyomingWakeWord:
    """
    Sends the sound to a server and scores what it answers: 1 for a phrase from its end on, else 0.

    Its steps come later than the sound, so that a phrase is told where the server heard it.

    :param calls: a recording of each phrase that the server has to hear before it is used, and
        now and then, int16 mono at 16 kHz.
    """

    step_samples = 480  # 30 ms

    def __init__(
        self, own: WyomingWakeWordSettings, calls: Mapping[str, NDArray[np.int16]]
    ) -> None:
        import wyoming.wake  # noqa: F401  # so that a toy without it says so at its start

        self._names = own.names
        self._heard: deque[tuple[str, int]] = deque()  # name and time [ms]; from the other thread
        self._stream = WakeWordStream(
            own.host, own.port, own.names, own.limit_s, calls, self._hear
        )
        self._sent = self._told = self._begin = 0  # samples since the engine was made
        self._held: dict[str, range] = {}
        self._fresh = True
        self._loop = EventLoop('wyoming wake word')
        self._work = self._loop.submit(self._stream.run())

    def is_ready(self) -> bool:
        """Return whether the server hears; raise WyomingError when it no longer does."""
        if self._work.done():
            self._work.result()
        return self._stream.is_open

    def close(self) -> None:
        """End the connection."""
        self._loop.close()

    def reset(self) -> None:
        """Forget all audio; see WakeWordEngine."""
        self._begin = self._told = self._sent
        self._held.clear()
        self._fresh = True
        self._loop.call(self._stream.begin)

    def scores(self, samples: NDArray[np.int16]) -> list[dict[str, float]]:
        """Process samples; see WakeWordEngine. Raise WyomingError when the server is gone."""
        if not self.is_ready():
            self._work.result(ENDS_S)  # it ends this moment, and says why
        if len(samples):
            self._loop.call(self._stream.put, samples.tobytes(), _ms(self._sent))
            self._sent += len(samples)
        heard = self._take()
        until = self._sent if heard or self._fresh else self._sent - LAG
        self._fresh = False
        result = []
        while self._told + self.step_samples <= until:
            self._told += self.step_samples
            result.append({name: self._score(name) for name in self._names})
        return result

    def _score(self, name: str) -> float:
        return float(self._told in self._held.get(name, ()))

    def _hear(self, name: str, time_ms: int | None) -> None:
        plain = next((one for one in (name, VERSION.sub('', name)) if one in self._names), '')
        if plain:
            newest = _ms(self._sent)
            known = time_ms is not None and newest - 2000 < time_ms <= newest
            self._heard.append((plain, time_ms if known and time_ms is not None else newest))

    def _take(self) -> bool:
        """Return whether the server has heard something, and hold it."""
        heard = False
        while self._heard:
            name, time_ms = self._heard.popleft()
            at = time_ms * SAMPLE_RATE // 1000
            if at < self._begin:
                continue  # in what is forgotten
            heard = True
            before = self._held.get(name, range(0))
            first = before.start if at in before else max(at, self._told + 1)
            self._held[name] = range(first, max(at, self._told) + HELD)
        return heard


def _ms(samples: int) -> int:
    """Return a time of the stream; 0 is none to the server."""
    return samples * 1000 // SAMPLE_RATE + 1


def _make(settings: NodeSettings, own: WyomingWakeWordSettings) -> WyomingWakeWord:
    return WyomingWakeWord(own, read_calls(settings.config_path / 'wake_words', own.names))


WAKE_WORD = Provider(_make, WyomingWakeWordSettings, needs=Needs(packages=('wyoming',)))
