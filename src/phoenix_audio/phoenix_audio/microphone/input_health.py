"""Detects a microphone that delivers nothing, only zeros, or only clipping."""

import numpy as np
from numpy.typing import NDArray

_FULL_SCALE = 32767


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
        self._clipped = False
        self.hears = False  # a usable frame has arrived

    def feed(self, samples: NDArray[np.int16], now_s: float) -> None:
        """Add a frame, shape (n,); it has sound if it is not all zeros and not mostly clipped."""
        self._frame_s = now_s
        at_limit = np.count_nonzero(np.abs(samples.astype(np.int32)) >= _FULL_SCALE)
        self._clipped = bool(at_limit > samples.size / 2)
        if samples.any() and not self._clipped:
            self._usable_s = now_s
            self.hears = True

    def problem(self, now_s: float) -> str:
        """Return what is wrong; empty if nothing is."""
        for what, since_s in (
            ('no frames', self._frame_s),
            ('nothing but clipping' if self._clipped else 'nothing but zeros', self._usable_s),
        ):
            if now_s - since_s >= self._patience_s:
                return f'{what} for {self._patience_s:g} s'
        return ''
