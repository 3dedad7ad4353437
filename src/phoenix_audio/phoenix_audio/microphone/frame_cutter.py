"""Cuts the blocks that a device delivers into frames of one rate and size."""

import numpy as np
import soxr
from numpy.typing import NDArray

from phoenix_audio.microphone.provider import CapturedFrame


class FrameCutter:
    """Resamples blocks where the device has another rate, and counts lost samples."""

    def __init__(self, device_rate: int, sample_rate: int, frame_samples: int) -> None:
        self._device_rate = device_rate
        self._sample_rate = sample_rate
        self._frame_samples = frame_samples
        self._resampler = None
        if device_rate != sample_rate:
            self._resampler = soxr.ResampleStream(device_rate, sample_rate, 1, dtype='int16')
        self._pending = np.empty(0, np.int16)
        self._received_s = 0.0
        self._delivered_s = 0.0
        self._lost = 0
        self._expected_s: float | None = None

    def cut(
        self, block: NDArray[np.int16], captured_s: float, age_s: float, overflow: bool
    ) -> list[CapturedFrame]:
        """
        Return the frames that a block completes.

        :param block: at the device's rate, shape (n,).
        :param captured_s: the device's time of the first sample.
        :param age_s: how long ago that was.
        :param overflow: samples before the block were dropped: the gap in the device's time shows
            how many.
        """
        if overflow and self._expected_s is not None:
            gap_s = captured_s - self._expected_s
            self._lost += max(1, round(gap_s * self._sample_rate))
        block_s = block.size / self._device_rate
        self._expected_s = captured_s + block_s
        self._received_s += block_s
        resampled = block if self._resampler is None else self._resampler.resample_chunk(block)
        self._pending = np.concatenate((self._pending, resampled))

        frames = []
        while self._pending.size >= self._frame_samples:
            samples, self._pending = np.split(self._pending, [self._frame_samples])
            frame_age_s = age_s - block_s + self._received_s - self._delivered_s
            frames.append(CapturedFrame(samples, self._lost, frame_age_s))
            self._delivered_s += self._frame_samples / self._sample_rate
            self._lost = 0
        return frames
