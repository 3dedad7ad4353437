"""A timeline of the last seconds of sound, filled from time-stamped chunks."""

import numpy as np
from numpy.typing import NDArray

LONGEST_S = 5.0
JITTER_S = 0.05  # a sound whose gap to the previous one is shorter is joined to it


class Timeline:
    """
    The samples of the last LONGEST_S by the time at which they are audible; the rest is silence.

    Consecutive sounds are joined without a gap in spite of jitter in their times. Times are
    seconds of one clock; positions are samples since its zero. Not thread-safe.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._ring: NDArray[np.float32] = np.zeros(round(LONGEST_S * sample_rate), np.float32)
        self._next = 0  # position at which the next consecutive sound begins
        self.end = 0  # position after the last sample

    def add(self, sound: NDArray[np.float32], at_s: float, step: int | None = None) -> None:
        """
        Mix in a sound, shape (n,), that begins at a time.

        :param step: samples after which the next consecutive sound begins; default: n.
        """
        position = self.position(at_s)
        if abs(position - self._next) < JITTER_S * self._sample_rate:
            position = self._next
        self._next = position + (len(sound) if step is None else step)
        end = position + len(sound)
        if end > self.end:
            self._ring[self._places(max(self.end, end - len(self._ring)), end)] = 0
            self.end = end
        first = max(position, self.end - len(self._ring))
        if first < end:
            self._ring[self._places(first, end)] += sound[first - position :]

    def read(self, position: int, count: int) -> NDArray[np.float32]:
        """Return the samples from a position on, shape (count,)."""
        samples = np.zeros(count, np.float32)
        first = max(position, self.end - len(self._ring))
        last = min(position + count, self.end)
        if first < last:
            samples[first - position : last - position] = self._ring[self._places(first, last)]
        return samples

    def position(self, at_s: float) -> int:
        """Return the position of a time."""
        return round(at_s * self._sample_rate)

    def _places(self, first: int, last: int) -> NDArray[np.int64]:
        return np.arange(first, last) % len(self._ring)
