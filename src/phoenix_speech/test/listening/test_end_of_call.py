"""The end of a call is left out, however loud and high the voice: it is no request."""

from pathlib import Path

import numpy as np
import pytest
import soxr

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.endpointer import Decision, Endpointer, NoSpeech
from phoenix_speech.listening.voice_activity import SileroVoiceActivity
from phoenix_speech.wake_word.detector import WakeWordDetector
from phoenix_speech.wake_word.self_test import read_calls
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

PHRASE = 'hey_jarvis'
CALL = read_calls(Path(__file__).parents[4] / 'config' / 'wake_words')[PHRASE]
CALL_S = 1.4  # a moment later something else begins
FRAME = 640
FULL_SCALE = 32767


def after_call(pitch: float, loudness: float, sooner_s: float = 0.0) -> list[Decision]:
    """Call, and return what the endpointer decides of the silence that follows."""
    recording = CALL[: round(CALL_S * SAMPLE_RATE)].astype(np.float64)
    call = soxr.resample(recording, SAMPLE_RATE * pitch, SAMPLE_RATE)
    call *= loudness * FULL_SCALE / np.abs(call).max()
    room = np.random.default_rng(1).normal(0, 3, len(call) + 4 * SAMPLE_RATE)
    room[SAMPLE_RATE : SAMPLE_RATE + len(call)] += call
    sound = np.clip(room, -FULL_SCALE, FULL_SCALE).astype(np.int16)
    settings = WakeWordSettings(models=[PHRASE])
    detector = WakeWordDetector(WAKE_WORD_ENGINES.make(settings.provider, settings), settings)
    endpointer = Endpointer(SileroVoiceActivity(), no_speech_timeout_s=2.0)
    decisions: list[Decision] = []
    for at in range(0, len(sound), FRAME):
        decisions += endpointer.process(sound[at : at + FRAME])
        if detection := detector.process(sound[at : at + FRAME]):
            endpointer.open(after=detection.at_sample - round(sooner_s * SAMPLE_RATE))
    return decisions


@pytest.mark.parametrize('loudness', [0.5, 1.0, 2.0])  # the last one is clipped
@pytest.mark.parametrize('pitch', [1.0, 1.2])
def test_nothing_is_heard_after_a_call(pitch: float, loudness: float) -> None:
    [decision] = after_call(pitch, loudness)
    assert isinstance(decision, NoSpeech)


def test_an_ear_that_opens_too_soon_hears_the_call() -> None:
    assert not isinstance(after_call(1.0, 1.0, sooner_s=0.6)[0], NoSpeech)
