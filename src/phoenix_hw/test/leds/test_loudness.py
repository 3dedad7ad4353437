from pathlib import Path

import numpy as np
import pytest
import soundfile

from phoenix_hw.leds.animation import (
    AnimationLibrary,
    Moment,
    load_animations,
    paint,
)
from phoenix_hw.leds.duty import correct_gamma
from phoenix_hw.leds.loudness import LoudnessFollower

ROOT = Path(__file__).parents[4]
FRAME = 320


def tone(amplitude: float, seconds: float) -> np.ndarray:
    time_s = np.arange(round(16000 * seconds)) / 16000
    return (32767 * amplitude * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)


def film(samples: np.ndarray, rate_hz: float = 25, start_s: float = 10.0) -> np.ndarray:
    """Feed samples as the speaker sends them, a little ahead of time; return the loudness."""
    follower = LoudnessFollower()
    frames = iter(range(0, len(samples), FRAME))
    seen, sent = [], -1
    for tick in range(round((len(samples) / 16000 + 1) * rate_hz)):
        now_s = start_s + tick / rate_hz
        while sent is not None and start_s + sent / 16000 < now_s + 0.04:
            sent = next(frames, None)
            if sent is not None:
                follower.feed(samples[sent : sent + FRAME], 16000, start_s + sent / 16000)
        seen.append(follower.at(now_s))
    return np.array(seen)


def test_silence_is_0_and_a_loud_tone_is_1() -> None:
    assert film(np.zeros(16000, np.int16)).max() == 0
    assert film(tone(0.5, 1)).max() == pytest.approx(1, abs=0.01)
    assert film(tone(0.5, 1))[-1] == pytest.approx(0, abs=0.01)


def test_louder_is_more() -> None:
    peaks = [film(tone(amplitude, 1)).max() for amplitude in (0.003, 0.01, 0.03, 0.1, 0.3)]
    assert np.all(np.diff(peaks) > 0.1)


def test_nothing_is_shown_before_it_is_heard() -> None:
    follower = LoudnessFollower()
    follower.feed(tone(0.5, 0.02), 16000, heard_s=5.5)
    assert follower.at(5.4) == 0
    assert follower.at(5.55) > 0.3


@pytest.fixture(scope='module')
def shipped() -> AnimationLibrary:
    return load_animations(ROOT / 'config' / 'leds.yaml')


def flashes_per_s(luminance: np.ndarray, rate_hz: float) -> int:
    """Count pairs of opposing changes of 10 % of full within a second, the most there are."""
    turns, extreme, rising = [], luminance[0], True
    for tick, value in enumerate(luminance):
        if (value > extreme) == rising:
            extreme = value
        elif abs(value - extreme) >= 0.1:
            turns.append(tick)
            extreme, rising = value, not rising
    return max((sum(t <= u < t + rate_hz for u in turns) + 1) // 2 for t in [*turns, 0])


@pytest.mark.parametrize('sound', ['austen_0880', 'go_forward_ten_meters', 'flicker'])
def test_speech_never_flashes_the_ring_more_than_three_times_a_second(
    shipped: AnimationLibrary, sound: str
) -> None:
    if sound == 'flicker':  # the worst there is: on and off ten times a second
        samples = np.tile(np.concatenate((tone(0.9, 0.05), tone(0.0, 0.05))), 20)
    else:
        samples, _ = soundfile.read(ROOT / 'samples' / f'{sound}.wav', dtype='int16')
    speaking = shipped.of_state('conversation', 'speaking')
    frames = [
        correct_gamma(paint(speaking, Moment(0, loudness), 16, None)) / 255
        for loudness in film(samples)
    ]
    for pixel in range(16):
        assert flashes_per_s(np.array([frame[pixel].mean() for frame in frames]), 25) <= 3
    assert max(frame.mean() for frame in frames) > 1.5 * min(frame.mean() for frame in frames)


def test_the_flash_count_counts() -> None:
    assert flashes_per_s(np.tile([0.0, 0.0, 0.5, 0.5, 0.5], 10), 25) >= 5
    assert flashes_per_s(np.linspace(0, 1, 50), 25) == 0
