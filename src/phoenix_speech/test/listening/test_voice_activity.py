"""Tests of Silero voice activity detection on recordings."""

import wave
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.listening.voice_activity import WINDOW_SAMPLES, SileroVoiceActivity

SAMPLES = Path(__file__).resolve().parents[4] / 'samples'


@pytest.fixture(scope='module')
def vad() -> SileroVoiceActivity:
    return SileroVoiceActivity()


def recording(name: str) -> np.ndarray:
    with wave.open(str(SAMPLES / f'{name}.wav')) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def probabilities(vad: SileroVoiceActivity, audio: np.ndarray) -> np.ndarray:
    vad.reset()
    windows = audio[: len(audio) // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(-1, WINDOW_SAMPLES)
    return np.array([vad.probability(window) for window in windows])


def seconds(start: float, end: float) -> slice:
    return slice(int(start * 16_000 / WINDOW_SAMPLES) + 1, int(end * 16_000 / WINDOW_SAMPLES))


def test_words_are_speech_and_the_pauses_around_them_are_not(vad):
    found = probabilities(vad, recording('turn_on_the_living_room_light'))
    assert found[seconds(0.3, 1.45)].min() > 0.9
    assert found[seconds(0, 0.17)].max() < 0.2
    assert found[seconds(1.7, 2.3)].max() < 0.05


def test_word_is_noticed_within_two_windows_of_its_first_sound(vad):
    found = probabilities(vad, recording('alexa'))
    assert np.flatnonzero(found > 0.5)[0] == 16  # its first sound is in window 15


def test_noise_is_no_speech(vad):
    noise = np.random.default_rng(0).normal(0, 3000, 160_000).astype(np.int16)
    assert (probabilities(vad, noise) > 0.5).mean() < 0.02


def test_reset_begins_a_new_stream(vad):
    audio = recording('alexa')
    first = probabilities(vad, audio)
    np.testing.assert_array_equal(probabilities(vad, audio), first)


def test_window_depends_on_the_windows_before(vad):
    audio = recording('turn_on_the_living_room_light')[8000 : 8000 + 3 * WINDOW_SAMPLES]
    last = probabilities(vad, audio)[-1]
    assert probabilities(vad, audio[-WINDOW_SAMPLES:])[0] != pytest.approx(last, abs=0.01)


@pytest.mark.parametrize('window', [np.zeros(511, np.int16), np.zeros(512, np.float32)])
def test_anything_but_a_window_of_int16_is_refused(vad, window):
    with pytest.raises(ValueError, match='512 int16'):
        vad.probability(window)
