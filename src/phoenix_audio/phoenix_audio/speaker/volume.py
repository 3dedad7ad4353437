"""Applies the volume to samples, without steps that click."""

import numpy as np
from numpy.typing import NDArray

RAMP_S = 0.02  # from silence to full volume


class VolumeRamp:
    """
    A gain that follows the volume gradually.

    :param level: the amplitude's factor, 0 to 1.
    """

    def __init__(self, sample_rate: int, level: float = 1.0) -> None:
        self._step = 1 / (RAMP_S * sample_rate)
        self.level = level
        self.jump()

    @property
    def level(self) -> float:
        """The amplitude's factor, 0 to 1; a new one is reached from the next samples on."""
        return self._level

    @level.setter
    def level(self, level: float) -> None:
        if not 0 <= level <= 1:
            raise ValueError(f'volume {level} is not between 0 and 1')
        self._level = level

    def jump(self) -> None:
        """Reach the level at once: where a sound begins, nothing can click."""
        self._gain = self._level

    def apply(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the samples, shape (n,), at the volume."""
        change = np.arange(1, samples.size + 1) * self._step
        level = self._level  # may be changed by another thread
        if level >= self._gain:
            gain = np.minimum(self._gain + change, level)
        else:
            gain = np.maximum(self._gain - change, level)
        self._gain = float(gain[-1])
        amplified: NDArray[np.int16] = np.rint(samples * gain).astype(np.int16)
        return amplified
