"""The cutting of device blocks into frames."""

import numpy as np
import pytest

from phoenix_audio.microphone.frame_cutter import FrameCutter
from phoenix_audio.microphone.provider import CapturedFrame


def test_blocks_of_any_size_become_frames_whose_ages_fit() -> None:
    cutter = FrameCutter(16000, 16000, 640)
    samples = np.arange(3000, dtype=np.int16)

    frames = [
        frame
        for start in range(0, 3000, 500)
        for frame in cutter.cut(samples[start : start + 500], start / 16000, 0.1, False)
    ]

    np.testing.assert_array_equal(
        np.concatenate([frame.samples for frame in frames]), samples[:2560]
    )
    # The second block, captured from sample 500 on 0.1 s ago, completes the frame of sample 0.
    assert frames[0].age_s == pytest.approx(0.1 + 500 / 16000)
    assert frames[1].age_s == pytest.approx(0.1 + (1000 - 640) / 16000)


def test_dropped_samples_are_counted_from_the_device_time() -> None:
    cutter = FrameCutter(48000, 16000, 640)
    block = np.zeros(1920, np.int16)

    blocks = [(0.0, False), (0.04, False), (0.58, True), (0.62, False), (0.66, True)]
    lost = [
        frame.lost
        for captured_s, overflow in blocks
        for frame in cutter.cut(block, captured_s, 0.05, overflow)
    ]

    assert sum(lost) == 8000 + 1  # half a second, and the least an overflow can mean


@pytest.mark.parametrize('device_rate', [8000, 44100, 48000])
def test_a_device_at_another_rate_is_resampled_in_step(device_rate: int) -> None:
    cutter = FrameCutter(device_rate, 16000, 640)
    block = device_rate // 25
    tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(25 * block) / device_rate)
    frames: list[CapturedFrame] = []
    for index in range(25):
        captured = tone[index * block : (index + 1) * block].astype(np.int16)
        for frame in cutter.cut(captured, index * 0.04, 0.06, False):
            # The time at which the frame's first sample was captured, by its age.
            assert index * 0.04 + 0.06 - frame.age_s == pytest.approx(0.04 * len(frames))
            frames.append(frame)

    assert len(frames) >= 23  # the resampler keeps a little back
    samples = np.concatenate([frame.samples for frame in frames])
    expected = 8000 * np.sin(2 * np.pi * 440 * np.arange(samples.size) / 16000)
    assert np.abs(samples[400:] - expected[400:]).max() < 100
