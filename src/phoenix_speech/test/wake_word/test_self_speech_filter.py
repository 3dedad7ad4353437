import wave
from pathlib import Path

import numpy as np
import pytest
import soxr

from phoenix_speech.testing import steady_voice
from phoenix_speech.wake_word.self_speech_filter import SelfSpeechFilter
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

SAMPLES = Path(__file__).parents[4] / 'samples'
NOW_S = 1.8e9
PHRASE_END_S = 1.15  # of "hey jarvis" in hey_jarvis.wav


def load(name: str) -> np.ndarray:
    with wave.open(str(SAMPLES / f'{name}.wav')) as recording:
        return np.frombuffer(recording.readframes(recording.getnframes()), np.int16)


def play(own: SelfSpeechFilter, sound: np.ndarray, at_s: float) -> None:
    for start in range(0, len(sound), 320):
        own.play(sound[start : start + 320], at_s + start / 16000)


@pytest.fixture(params=['microwakeword', 'openwakeword'])
def own(request: pytest.FixtureRequest) -> SelfSpeechFilter:
    return SelfSpeechFilter(WAKE_WORD_ENGINES.make(request.param, WakeWordSettings()))


def test_what_the_toy_says_itself_is_known_as_its_own(own: SelfSpeechFilter) -> None:
    play(own, load('hey_jarvis'), NOW_S)
    for echo_s in (0.0, 0.2, 0.9):
        assert own.score('hey_jarvis', NOW_S + PHRASE_END_S + echo_s) > 0.9
    assert own.score('alexa', NOW_S + PHRASE_END_S) == 0


def test_the_end_of_its_own_words_is_known_too_when_only_that_is_like_the_phrase(
    own: SelfSpeechFilter, tmp_path: Path
) -> None:
    voice = steady_voice(tmp_path)
    (sound,) = voice.synthesize('Everybody calls me Jarvis.')
    voice.close()
    sound = soxr.resample(sound, voice.sample_rate, 16000)
    play(own, sound, NOW_S)
    assert own.score('hey_jarvis', NOW_S + len(sound) / 16000 + 0.2) > 0.9


def test_other_words_and_silence_are_not_the_phrase(own: SelfSpeechFilter) -> None:
    assert own.score('hey_jarvis', NOW_S) < 0.1
    play(own, load('austen_0880'), NOW_S + 10)
    assert own.score('hey_jarvis', NOW_S + 12) < 0.1


def test_what_the_toy_said_before_is_no_excuse_for_now(own: SelfSpeechFilter) -> None:
    play(own, load('hey_jarvis'), NOW_S)
    play(own, load('austen_0880'), NOW_S + 2)
    assert own.score('hey_jarvis', NOW_S + PHRASE_END_S + 2.5) < 0.1
