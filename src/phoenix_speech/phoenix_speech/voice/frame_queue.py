"""A queue of speech for the speaker: frames, sent a little ahead of their playing."""

from collections import deque
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class QueuedFrame:
    """Consecutive samples of one utterance; `last` on its last frame, which may be empty."""

    utterance_id: str
    samples: np.ndarray
    last: bool


class FrameQueue:
    """
    Releases queued speech at the rate of its playing, at most lead_s ahead.

    A long reply does not overrun the middleware's queue, and little is lost when it is stopped.
    """

    def __init__(self, *, sample_rate: int, frame_samples: int, lead_s: float) -> None:
        """Start empty."""
        self._sample_rate = sample_rate
        self._frame_samples = frame_samples
        self._lead_s = lead_s
        self._frames: deque[QueuedFrame] = deque()
        self._played_until_s = 0.0

    def put(self, utterance_id: str, samples: np.ndarray, *, last: bool = False) -> None:
        """Queue int16 samples of any length, or the empty last frame of an utterance."""
        for start in range(0, len(samples), self._frame_samples):
            part = samples[start : start + self._frame_samples]
            self._frames.append(QueuedFrame(utterance_id, part, False))
        if last:
            self._frames.append(QueuedFrame(utterance_id, np.empty(0, np.int16), True))

    def due(self, now_s: float) -> list[QueuedFrame]:
        """Remove and return the frames that are due at that time."""
        self._played_until_s = max(self._played_until_s, now_s)
        frames = []
        while self._frames and self._played_until_s - now_s < self._lead_s:
            frame = self._frames.popleft()
            self._played_until_s += len(frame.samples) / self._sample_rate
            frames.append(frame)
        return frames

    def clear(self) -> None:
        """Drop everything that was not sent."""
        self._frames.clear()
        self._played_until_s = 0.0
