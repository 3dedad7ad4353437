"""Follows the loudness of what is played, slowly enough for a light that must not flash."""

from collections import deque

import numpy as np

from phoenix_hw.leds.animation import SHORTEST_PERIOD_S

BLOCK_S = 0.02
# [dB] below full scale: what counts as silence, and as loud.
SILENT_DB, LOUD_DB = -50.0, -15.0
RISE_S = 0.06


class LoudnessFollower:
    """
    Converts the samples that the speaker plays to a loudness, [0, 1], at the time they are heard.

    It is the largest loudness of the last SHORTEST_PERIOD_S, smoothed: whatever is played, it can
    fall and rise again at most three times a second (WCAG 2.3.1). Times are seconds of one clock.
    """

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, float]] = deque()  # when heard, and how loud
        self._value = 0.0
        self._at_s = 0.0

    def feed(self, samples: np.ndarray, sample_rate: int, heard_s: float) -> None:
        """Add int16 samples, shape (n,), the first of which is heard at that time."""
        size = round(BLOCK_S * sample_rate)
        for start in range(0, len(samples), size):
            block = samples[start : start + size].astype(np.float64) / 32768
            decibels = 10 * np.log10(max(float(np.mean(block**2)), 1e-10))
            level = (decibels - SILENT_DB) / (LOUD_DB - SILENT_DB)
            self._blocks.append((heard_s + start / sample_rate, float(np.clip(level, 0, 1))))

    def at(self, now_s: float) -> float:
        """Return the loudness at that time, which must not run backwards."""
        while self._blocks and self._blocks[0][0] < now_s - SHORTEST_PERIOD_S:
            self._blocks.popleft()
        target = max((level for at_s, level in self._blocks if at_s <= now_s), default=0.0)
        share = 1 - np.exp(-max(now_s - self._at_s, 0.0) / RISE_S)
        self._value += (target - self._value) * float(share)
        self._at_s = now_s
        return self._value
