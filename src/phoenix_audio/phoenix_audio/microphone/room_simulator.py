"""Simulates a room in which the microphone hears the toy's own speaker."""

import numpy as np
from numpy.typing import NDArray

from phoenix_core.clock.sound_timeline import Timeline

SOUND_MPS = 343.0
EARLIEST_REFLECTION_S = 0.004
SEED = 0


class RoomSimulator:
    """
    Returns what is played: delayed, attenuated by the distance, and with reverberation.

    The impulse response is the direct sound and decaying noise behind it, always the same for the
    same room. Times are seconds of one clock. Not thread-safe.

    :param gain: amplitude of the direct sound, relative to what is played.
    :param distance_m: from the speaker to the microphone.
    :param reverberation_s: until an echo is 60 dB weaker.
    :param reverberation_gain: energy of all reflections together, relative to the direct sound.
    :param overload: how far the speaker is driven into distortion; 0: not at all.
    """

    def __init__(
        self,
        sample_rate: int,
        *,
        gain: float = 0.5,
        distance_m: float = 0.1,
        reverberation_s: float = 0.25,
        reverberation_gain: float = 0.1,
        overload: float = 0.0,
    ) -> None:
        time_s = np.arange(round(reverberation_s * sample_rate)) / sample_rate
        decay = 10 ** (-3 * time_s / reverberation_s)
        response = np.random.default_rng(SEED).standard_normal(len(time_s)) * decay
        response[: round(EARLIEST_REFLECTION_S * sample_rate)] = 0
        energy = float(np.sum(response**2))
        if energy:
            response *= np.sqrt(reverberation_gain / energy)
        response[0] = 1.0
        self._response = (gain * response).astype(np.float32)
        self._overload = overload
        self._delay_s = distance_m / SOUND_MPS
        self._echoes = Timeline(sample_rate)

    def play(self, samples: NDArray[np.int16], heard_s: float) -> None:
        """Add what the speaker plays, shape (n,), whose first sample leaves it at that time."""
        sound = samples.astype(np.float64)
        if self._overload:
            sound = 32768 * np.tanh(sound / 32768 * self._overload) / self._overload
        size = len(sound) + len(self._response) - 1
        points = 1 << (size - 1).bit_length()
        spectrum = np.fft.rfft(sound, points) * np.fft.rfft(self._response, points)
        echo = np.fft.irfft(spectrum, points)[:size]
        self._echoes.add(echo.astype(np.float32), heard_s + self._delay_s, step=len(sound))

    def hear(self, captured_s: float, count: int) -> NDArray[np.float32]:
        """Return the echoes from that time on, shape (count,)."""
        return self._echoes.read(self._echoes.position(captured_s), count)
