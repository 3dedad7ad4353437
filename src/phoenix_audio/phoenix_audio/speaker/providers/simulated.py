"""A simulated speaker that plays into a WAV file or into nothing."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.settings import SpeakerSettings
from phoenix_audio.wav import WavWriter
from phoenix_core.clock.simulated_time import RealTime
from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Provider


class SimulatedSpeakerSettings(ProviderSettings):
    """Settings of the simulated speaker."""

    file: str = setting('', 'WAV file for what is played; empty: none.', machine=True)
    present: bool = setting(True, 'Whether the device is there; false: it cannot be opened.')


class SimulatedSpeaker:
    """
    A speaker that plays in real time, into a WAV file or into nothing.

    :param file: WAV file for what is played; None: none.
    :raises WavError: the file cannot be written.
    """

    latency_s = 0.04

    def __init__(
        self,
        sample_rate: int = 16000,
        file: Path | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sample_rate = sample_rate
        self._writer = None if file is None else WavWriter(file, sample_rate)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._held = np.empty(0, np.int16)  # accepted, not played yet
        self._next_s = 0.0  # when the first held sample is played
        self._aborts = 0

    def follow(self, time: RealTime) -> None:
        """Use another time."""
        self._clock, self._sleep = time.now_s, time.sleep

    def write(self, samples: NDArray[np.int16]) -> None:
        """Write samples, shape (n,), and return when they fit into the buffer."""
        aborts = self._aborts
        while True:
            with self._lock:
                if self._aborts != aborts:
                    return
                self._play()
                if self._held.size == 0:
                    self._next_s = self._clock()
                room = round(self.latency_s * self._sample_rate) - self._held.size
                self._held = np.concatenate((self._held, samples[:room]))
                samples = samples[room:]
            if samples.size == 0:
                return
            self._sleep(min(0.01, samples.size / self._sample_rate))

    def abort(self) -> None:
        """Fall silent at once."""
        with self._lock:
            self._play()
            self._held = self._held[:0]
            self._aborts += 1

    def close(self) -> None:
        """Drop what has not been played and close the file."""
        self.abort()
        if self._writer is not None:
            self._writer.close()

    def _play(self) -> None:
        """Remove the samples from the buffer that are due, and write them to the file."""
        due = round((self._clock() - self._next_s) * self._sample_rate)
        played, self._held = np.split(self._held, [min(due, self._held.size)])
        self._next_s += played.size / self._sample_rate
        if self._writer is not None and played.size:
            self._writer.write(played)


def _make(settings: SpeakerSettings, own: SimulatedSpeakerSettings) -> SimulatedSpeaker:
    if not own.present:
        raise SpeakerError('no simulated device is there')
    return SimulatedSpeaker(settings.sample_rate, Path(own.file) if own.file else None)


PROVIDER = Provider(_make, SimulatedSpeakerSettings)
