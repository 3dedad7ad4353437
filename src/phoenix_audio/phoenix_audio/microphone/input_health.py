"""Detects a microphone that delivers nothing, or nothing but what no room sounds like."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

_FULL_SCALE = 32767
EARLIER = 25  # frames, a second: a buffer that a driver has forgotten comes round sooner


class InputHealth:
    """
    Follows the frames of a device from the moment at which it was opened.

    :param patience_s: a device without usable sound for so long is deaf.
    :param opened_s: now, on the clock of all times here.
    """

    def __init__(self, patience_s: float, opened_s: float) -> None:
        self._patience_s = patience_s
        self._frame_s = opened_s  # when the newest frame arrived
        self._usable_s = opened_s  # when the newest frame with sound arrived
        self._amiss = ''  # what the newest frame is instead of sound
        self._earlier: deque[bytes] = deque(maxlen=EARLIER)
        self.hears = False  # a usable frame has arrived

    def feed(self, samples: NDArray[np.int16], now_s: float) -> None:
        """Add a frame, shape (n,)."""
        self._frame_s = now_s
        self._amiss = self._judge(samples)
        if not self._amiss:
            self._usable_s = now_s
            self.hears = True

    def _judge(self, samples: NDArray[np.int16]) -> str:
        """Return what a frame is instead of sound; even in silence a converter makes noise."""
        if not samples.any():
            return 'zeros'
        at_limit = np.count_nonzero(np.abs(samples.astype(np.int32)) >= _FULL_SCALE)
        if at_limit > samples.size / 2:
            return 'clipping'
        if samples.min() == samples.max():
            return 'one value'
        frame = samples.tobytes()
        repeated = frame in self._earlier
        self._earlier.append(frame)
        return 'the same again and again' if repeated else ''

    def problem(self, now_s: float) -> str:
        """Return what is wrong; empty if nothing is."""
        for what, since_s in (
            ('no frames', self._frame_s),
            (f'nothing but {self._amiss}', self._usable_s),
        ):
            if now_s - since_s >= self._patience_s:
                return f'{what} for {self._patience_s:g} s'
        return ''
