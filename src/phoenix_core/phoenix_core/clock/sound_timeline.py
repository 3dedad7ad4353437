"""The last seconds of a sound, laid out in time as it becomes known."""

import numpy as np
from numpy.typing import NDArray

LONGEST_S = 5.0
JITTER_S = 0.05  # what follows on another sound by less than this is taken to join it


class Timeline:
    """
    Samples by the time at which they are heard, LONGEST_S of them; all else is silence.

    Sounds that follow on each other are joined without a gap, whatever the jitter of their times.
    Times are seconds of one clock, positions count samples from its zero. Not thread-safe.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._ring: NDArray[np.float32] = np.zeros(round(LONGEST_S * sample_rate), np.float32)
        self._next = 0  # position after the last sound
        self.end = 0  # position after the last sample

    def add(self, sound: NDArray[np.float32], at_s: float, step: int | None = None) -> None:
        """
        Add a sound, shape (n,), that begins at that time, to what is there.

        :param step: samples after which the next one follows on; default: all of them.
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
        """Return the samples from that position on, shape (count,)."""
        samples = np.zeros(count, np.float32)
        first = max(position, self.end - len(self._ring))
        last = min(position + count, self.end)
        if first < last:
            samples[first - position : last - position] = self._ring[self._places(first, last)]
        return samples

    def position(self, at_s: float) -> int:
        """Return the position of that time."""
        return round(at_s * self._sample_rate)

    def _places(self, first: int, last: int) -> NDArray[np.int64]:
        return np.arange(first, last) % len(self._ring)
