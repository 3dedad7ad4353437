"""A simulated speaker that plays into a WAV file or into nothing."""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.settings import SpeakerSettings
from phoenix_audio.wav import WavWriter
from phoenix_core.clock.simulated_time import REAL_TIME, RealTime
from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Provider


class SimulatedSpeakerSettings(ProviderSettings):
    """Settings of the simulated speaker."""

    file: str = setting('', 'WAV file for what is played; empty: none.', machine=True)
    present: bool = setting(
        True, 'Whether the device is there; false: it cannot be used.', runtime=True
    )


class SimulatedSpeaker:
    """
    A speaker that plays in real time, into a WAV file or into nothing.

    :raises SpeakerError: it is to be missing.
    :raises WavError: the file cannot be written.
    """

    latency_s = 0.04
    present = True

    def __init__(self, settings: SpeakerSettings, own: SimulatedSpeakerSettings) -> None:
        if not own.present:
            raise SpeakerError('no simulated device is there')
        self._sample_rate = settings.sample_rate
        self._writer = WavWriter(Path(own.file), settings.sample_rate) if own.file else None
        self._time = REAL_TIME
        self._lock = threading.Lock()
        self._held = np.empty(0, np.int16)  # accepted, not played yet
        self._next_s = 0.0  # when the first held sample is played
        self._aborts = 0

    def follow(self, time: RealTime) -> None:
        """Use another time."""
        self._time = time

    def write(self, samples: NDArray[np.int16]) -> None:
        """
        Write samples, shape (n,), and return when they fit into the buffer.

        :raises SpeakerError: it is no longer there.
        """
        aborts = self._aborts
        while True:
            if not self.present:
                raise SpeakerError('the simulated device was unplugged')
            with self._lock:
                if self._aborts != aborts:
                    return
                self._play()
                if self._held.size == 0:
                    self._next_s = self._time.now_s()
                room = round(self.latency_s * self._sample_rate) - self._held.size
                self._held = np.concatenate((self._held, samples[:room]))
                samples = samples[room:]
            if samples.size == 0:
                return
            self._time.sleep(min(0.01, samples.size / self._sample_rate))

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
        due = round((self._time.now_s() - self._next_s) * self._sample_rate)
        played, self._held = np.split(self._held, [min(due, self._held.size)])
        self._next_s += played.size / self._sample_rate
        if self._writer is not None and played.size:
            self._writer.write(played)


PROVIDER = Provider(SimulatedSpeaker, SimulatedSpeakerSettings)
