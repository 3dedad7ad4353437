"""Sound that arrives in pieces over a network, heard without gaps and without growing late."""

import numpy as np
from numpy.typing import NDArray

AHEAD_S = 0.1  # held before it is heard, so that pieces may come late by so much
LONGEST_S = 0.5  # held at most; the oldest is dropped


class LiveSound:
    """
    A bounded queue of samples between who sends them and who hears them at a steady pace.

    :param sample_rate: of the samples [Hz].
    """

    def __init__(self, sample_rate: int) -> None:
        self._ahead = round(AHEAD_S * sample_rate)
        self._most = round(LONGEST_S * sample_rate)
        self._held = np.empty(0, np.int16)
        self._flows = False

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Append samples, shape (n,); what is too old is dropped."""
        self._held = np.concatenate((self._held, samples))[-self._most :]

    def take(self, count: int) -> NDArray[np.int16]:
        """Return the next samples; fewer, or none, when they have not come in time."""
        if not self._flows and self._held.size < self._ahead:
            return self._held[:0]
        taken, self._held = np.split(self._held, [count])
        self._flows = taken.size == count
        return taken
