"""What a loudspeaker is to Phoenix, and a simulated one that plays into a WAV file."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from phoenix_audio.wav import WavWriter
from phoenix_core.clock.simulated_time import RealTime


class LoudspeakerError(Exception):
    """A loudspeaker that cannot be opened or was lost; the text names the device."""


class Loudspeaker(Protocol):
    """An open device that plays mono samples in real time, at the rate it was opened with."""

    @property
    def latency_s(self) -> float:
        """How much sound, at most, the device holds before it is heard."""

    def write(self, samples: NDArray[np.int16]) -> None:
        """
        Hand over samples, shape (n,), and return when the device has accepted them.

        One thread writes; an `abort` from another makes it return at once. Raises
        LoudspeakerError if the device is lost.
        """

    def abort(self) -> None:
        """Be silent at once: drop what was accepted and not yet heard. For any thread."""

    def close(self) -> None:
        """Release the device; what is still held is dropped."""


class SimulatedLoudspeaker:
    """A loudspeaker that takes its time like a real one; what it plays may go to a WAV file."""

    latency_s = 0.04

    def __init__(
        self,
        sample_rate: int = 16000,
        file: Path | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open the device; raises WavError if `file` cannot be written."""
        self._sample_rate = sample_rate
        self._writer = None if file is None else WavWriter(file, sample_rate)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._held = np.empty(0, np.int16)  # accepted, not played yet
        self._next_s = 0.0  # when the first held sample is played
        self._aborts = 0

    def follow(self, time: RealTime) -> None:
        """Play by another time."""
        self._clock, self._sleep = time.now_s, time.sleep

    def write(self, samples: NDArray[np.int16]) -> None:
        """Hand over samples, shape (n,), and return when they fit into the buffer."""
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
        """Be silent at once."""
        with self._lock:
            self._play()
            self._held = self._held[:0]
            self._aborts += 1

    def close(self) -> None:
        """Drop what is not played yet and close the file."""
        self.abort()
        if self._writer is not None:
            self._writer.close()

    def _play(self) -> None:
        """Let those samples leave the buffer whose time has come."""
        due = round((self._clock() - self._next_s) * self._sample_rate)
        played, self._held = np.split(self._held, [min(due, self._held.size)])
        self._next_s += played.size / self._sample_rate
        if self._writer is not None and played.size:
            self._writer.write(played)
