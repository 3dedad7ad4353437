"""Tests of the recognizers on recordings."""

import re
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.listening.endpointer import Endpointer, SpeechEnded
from phoenix_speech.listening.providers.faster_whisper import FasterWhisperRecognizer
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.listening.providers.whisper import WhisperRecognizer, installed_model
from phoenix_speech.listening.recognizer import Recognition
from phoenix_speech.listening.voice_activity import SileroVoiceActivity
from phoenix_speech.wake_word.detector import WakeWordDetector
from phoenix_speech.wake_word.providers.openwakeword import OpenWakeWordEngine
from phoenix_speech.wake_word.settings import WakeWordSettings

SAMPLES = Path(__file__).resolve().parents[4] / 'samples'
WORDS = {
    'hey_jarvis': 'hey jarvis',
    'alexa': 'alexa',
    'turn_on_the_living_room_light': 'turn on the living room light',
    'go_forward_ten_meters': 'go forward ten meters',
    'austen_0880': 'he was not an ill disposed young man',
    'hey_jarvis_turn_on_the_light': 'hey jarvis turn on the living room light',
}


def recording(name: str) -> np.ndarray:
    with wave.open(str(SAMPLES / f'{name}.wav')) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def words(text: str) -> list[str]:
    return re.findall(r'[a-z]+', text.lower().replace('10', 'ten'))


def word_errors(heard: list[str], spoken: list[str]) -> int:
    """Return the edit distance: words wrong, missing or too many."""
    row = list(range(len(spoken) + 1))
    for i, word in enumerate(heard, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(spoken, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


@pytest.fixture(scope='module')
def moonshine() -> MoonshineRecognizer:
    return MoonshineRecognizer()


def test_recordings_are_understood(moonshine):
    heard = {name: words(moonshine.recognize(recording(name), 16_000)) for name in WORDS}
    errors = {name: word_errors(heard[name], spoken.split()) for name, spoken in WORDS.items()}
    assert errors.pop('austen_0880') <= 2  # old-fashioned English for a tiny model
    assert errors == dict.fromkeys(errors, 0), heard


def test_earlier_audio_leaves_no_trace_in_the_text(moonshine):
    clip = recording('go_forward_ten_meters')
    alone = moonshine.recognize(clip, 16_000)
    moonshine.recognize(recording('austen_0880'), 16_000)  # ends in the middle of speech
    assert moonshine.recognize(clip, 16_000) == alone


def test_long_speech_is_taken_whole(moonshine):
    clips = [recording('turn_on_the_living_room_light'), recording('go_forward_ten_meters')] * 3
    heard = words(moonshine.recognize(np.concatenate(clips), 16_000))
    spoken = f'{WORDS["turn_on_the_living_room_light"]} {WORDS["go_forward_ten_meters"]} ' * 3
    assert word_errors(heard, spoken.split()) <= 1


def test_other_sample_rates_are_understood(moonshine):
    clip = recording('turn_on_the_living_room_light')
    doubled = np.interp(np.arange(0, len(clip), 0.5), np.arange(len(clip)), clip)
    assert 'living room light' in moonshine.recognize(doubled.astype(np.int16), 32_000).lower()


def test_no_audio_has_no_text_and_very_short_audio_is_no_error(moonshine):
    assert moonshine.recognize(np.zeros(0, np.int16), 16_000) == ''
    assert len(words(moonshine.recognize(recording('alexa')[8000:8100], 16_000))) <= 1


def test_several_threads_may_ask_at_once(moonshine):
    names = ['turn_on_the_living_room_light', 'alexa'] * 3
    with ThreadPoolExecutor(3) as pool:
        texts = pool.map(lambda name: moonshine.recognize(recording(name), 16_000), names)
    assert [words(text) for text in texts] == [WORDS[name].split() for name in names]


@pytest.mark.parametrize('pause_s', [0.0, 0.3, 1.5])
def test_request_is_heard_without_the_wake_phrase(moonshine, pause_s):
    phrase = recording('hey_jarvis')[: round(1.22 * 16_000)]
    request = recording('turn_on_the_living_room_light')[round(0.17 * 16_000) :]
    pause, end = np.zeros(round(pause_s * 16_000), np.int16), np.zeros(8000, np.int16)
    stream = np.concatenate((end, phrase, pause, request, end))
    detector = WakeWordDetector(OpenWakeWordEngine(['hey_jarvis']), WakeWordSettings())
    endpointer = Endpointer(SileroVoiceActivity())
    texts = []
    for start in range(0, len(stream), 640):
        frame = stream[start : start + 640]
        for decision in endpointer.process(frame):
            if isinstance(decision, SpeechEnded):
                texts.append(moonshine.recognize(decision.audio, 16_000))
        if detection := detector.process(frame):
            endpointer.open(after=detection.at_sample)
    assert [words(text) for text in texts] == [WORDS['turn_on_the_living_room_light'].split()]


@pytest.fixture(scope='module')
def whisper() -> WhisperRecognizer:
    return WhisperRecognizer(installed_model(), language='en')


def test_whisper_understands_recordings_and_knows_how_well(whisper):
    # The processor's kind decides between "ill-disposed" and "ill-sposed".
    for name, most_wrong in (
        ('turn_on_the_living_room_light', 0),
        ('go_forward_ten_meters', 0),
        ('austen_0880', 1),
    ):
        heard = whisper.opinion(recording(name), 16_000)
        assert word_errors(words(heard.text.replace('-', ' ')), WORDS[name].split()) <= most_wrong
        assert heard.confidence > 0.65 and heard.no_speech < 0.3


def test_whisper_takes_long_speech_whole(whisper):
    clips = [recording('turn_on_the_living_room_light'), recording('go_forward_ten_meters')] * 3
    spoken = f'{WORDS["turn_on_the_living_room_light"]} {WORDS["go_forward_ten_meters"]} ' * 3
    heard = words(whisper.recognize(np.concatenate(clips), 16_000))
    assert word_errors(heard, spoken.split()) <= 1
    assert whisper.recognize(np.zeros(0, np.int16), 16_000) == ''


class LoopingWhisper(WhisperRecognizer):
    """Hears the same word again and again, in so many windows."""

    def __init__(self, loops):
        super().__init__(installed_model(), language='en')
        self._loops, self.windows = loops, []

    def _read(self, spectrum, limit):
        self.windows.append(spectrum.shape[-1] // 100)
        if len(self.windows) <= self._loops:
            return ['Ġyou'] * limit, 0.9, 0.0
        return super()._read(spectrum, limit)


@pytest.mark.parametrize(('loops', 'heard'), [(1, 'turn on the living room light'), (2, '')])
def test_a_loop_is_heard_again_in_a_longer_window_and_never_told(loops, heard):
    whisper = LoopingWhisper(loops)
    text = whisper.recognize(recording('turn_on_the_living_room_light'), 16_000)
    assert words(text) == heard.split()
    assert whisper.windows == [10, 30]


def test_nothing_is_heard_in_noise():
    whisper = WhisperRecognizer(installed_model(), language='de', beam=5)
    chance = np.random.default_rng(1)
    noise = chance.standard_normal(32_000)
    hum = np.sin(2 * np.pi * 180 / 16_000 * np.arange(24_000))
    for sound in (noise, np.cumsum(noise - noise.mean()), hum):
        samples = (sound / np.abs(sound).max() * 8_000).astype(np.int16)
        assert whisper.opinion(samples, 16_000).text
        assert whisper.recognize(samples, 16_000) == ''


@pytest.mark.parametrize(
    ('confidence', 'no_speech', 'invented'),
    [(0.9, 0.0, False), (0.21, 0.05, False), (0.15, 0.1, True), (0.35, 0.8, True),
     (0.5, 0.8, False)],
)  # fmt: skip
def test_what_is_invented(confidence, no_speech, invented):
    assert Recognition('Das ist nicht so gut.', confidence, no_speech).is_invented == invented


def test_whisper_is_refused_without_model_or_language(tmp_path):
    with pytest.raises(FileNotFoundError, match=f'no Whisper model in {tmp_path}'):
        WhisperRecognizer(tmp_path, language='en')
    with pytest.raises(ValueError, match="does not know the language 'xx'"):
        WhisperRecognizer(installed_model(), language='xx')


def test_unknown_architecture_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'huge' is unknown; give one of tiny, base, "):
        MoonshineRecognizer(architecture='huge')


@pytest.mark.parametrize('model', ['base-xx', '/nowhere/base-en'])
def test_missing_model_is_refused_with_the_carried_ones(model):
    with pytest.raises(FileNotFoundError, match=f"'{model}': .*give tiny-en or the directory"):
        MoonshineRecognizer(model=model)


def test_absent_faster_whisper_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'faster_whisper', None)  # as if not installed
    with pytest.raises(ModuleNotFoundError, match='install faster-whisper'):
        FasterWhisperRecognizer()


def test_faster_whisper_needs_its_model_on_the_machine(tmp_path):
    pytest.importorskip('faster_whisper', reason='faster-whisper is an optional dependency')
    with pytest.raises(FileNotFoundError, match='no converted model'):
        FasterWhisperRecognizer(model=str(tmp_path))


def test_faster_whisper_understands_recordings():
    pytest.importorskip('faster_whisper', reason='faster-whisper is an optional dependency')
    try:
        whisper = FasterWhisperRecognizer(model='base.en')
    except FileNotFoundError as error:
        pytest.skip(str(error))
    for name in ('turn_on_the_living_room_light', 'go_forward_ten_meters'):
        assert words(whisper.recognize(recording(name), 16_000)) == WORDS[name].split()
    with pytest.raises(ValueError, match='44100 Hz'):
        whisper.recognize(recording('alexa'), 44_100)
