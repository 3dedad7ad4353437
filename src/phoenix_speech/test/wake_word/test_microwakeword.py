"""Tests of the engine microWakeWord: recordings of people, and models that are none."""

import json
import shutil
import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.wake_word.detector import WakeWordDetector
from phoenix_speech.wake_word.providers.microwakeword import MicroWakeWordEngine
from phoenix_speech.wake_word.self_speech_filter import SelfSpeechFilter
from phoenix_speech.wake_word.self_test import WakeWordSelfTest, read_calls
from phoenix_speech.wake_word.settings import WakeWordSettings

ROOT = Path(__file__).resolve().parents[4]
PHRASES = ['hey_jarvis', 'alexa', 'hey_mycroft', 'okay_nabu']
OTHER_SPEECH = ['austen_0880', 'go_forward_ten_meters', 'turn_on_the_living_room_light']
PHRASE_END_S = 1.15  # of "hey Jarvis" in hey_jarvis.wav
NOW_S = 1.8e9


@pytest.fixture(scope='module')
def all_phrases() -> MicroWakeWordEngine:
    return MicroWakeWordEngine(PHRASES)


@pytest.fixture
def engine(all_phrases: MicroWakeWordEngine) -> MicroWakeWordEngine:
    all_phrases.reset()
    return all_phrases


def recording(name: str, gain: float = 1.0, noise: float = 0.0) -> np.ndarray:
    """Return a recording between a second of silence and another, with noise of that power."""
    with wave.open(str(ROOT / 'samples' / f'{name}.wav')) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16) * gain
    sound = np.pad(sound, 16000) + np.random.default_rng(0).normal(0, noise, len(sound) + 32000)
    return np.clip(sound, -32768, 32767).astype(np.int16)


def best(engine: MicroWakeWordEngine, sound: np.ndarray) -> dict[str, float]:
    steps = engine.scores(sound)
    return {phrase: max(step[phrase] for step in steps) for phrase in PHRASES}


@pytest.mark.parametrize('phrase', ['hey_jarvis', 'alexa'])
@pytest.mark.parametrize(('gain', 'noise'), [(1.0, 0.0), (0.2, 0.0), (1.0, 300.0)])
def test_a_person_who_calls_is_heard_and_no_other_phrase(engine, phrase, gain, noise):
    scores = best(engine, recording(phrase, gain, noise))
    assert [one for one in PHRASES if scores[one] >= 0.5] == [phrase], scores


@pytest.mark.parametrize('name', OTHER_SPEECH)
def test_other_speech_is_no_call(engine, name):
    assert max(best(engine, recording(name)).values()) < 0.3


def test_a_call_is_told_at_the_end_of_the_phrase(engine):
    detector = WakeWordDetector(engine, WakeWordSettings())
    sound = recording('hey_jarvis')
    found = [
        one for at in range(0, len(sound), 640) if (one := detector.process(sound[at:][:640]))
    ]
    assert [one.phrase for one in found] == ['hey_jarvis']
    assert found[0].at_sample / 16000 - 1 == pytest.approx(PHRASE_END_S, abs=0.15)


@pytest.mark.parametrize('frame', [1, 160, 640, 5000])
def test_frame_length_does_not_matter(frame):
    engine = MicroWakeWordEngine(['hey_jarvis'])
    sound = recording('hey_jarvis')[: 16000 if frame == 1 else None]
    whole = engine.scores(sound)
    assert len(whole) == len(sound) // engine.step_samples
    engine.reset()
    parts = [
        step for at in range(0, len(sound), frame) for step in engine.scores(sound[at:][:frame])
    ]
    assert parts == whole


def test_after_a_reset_nothing_is_left_of_what_was_heard(engine):
    sound = recording('hey_jarvis')
    first = engine.scores(sound)
    engine.reset()
    assert engine.scores(sound) == first
    engine.reset()
    engine.scores(sound[: round((1 + PHRASE_END_S - 0.2) * 16000)])  # most of the phrase
    engine.reset()
    assert engine.scores(np.zeros(16000, np.int16))[-1]['hey_jarvis'] < 0.1


def test_the_check_of_the_known_calls_passes_and_finds_another_phrase():
    calls = read_calls(ROOT / 'config' / 'wake_words')
    for phrase, other in (('hey_jarvis', 'alexa'), ('alexa', 'hey_jarvis')):
        engine = MicroWakeWordEngine([phrase])
        test = WakeWordSelfTest(calls, WakeWordSettings().threshold)
        test.note(phrase, 0.0, 0)
        assert test.deaf_to(engine, 0) == []
        wrong = WakeWordSelfTest({phrase: calls[other]}, WakeWordSettings().threshold)
        wrong.note(phrase, 0.0, 0)
        assert wrong.deaf_to(engine, 0) == [phrase]


def test_what_the_toy_says_itself_is_known_as_its_own():
    own = SelfSpeechFilter(MicroWakeWordEngine(['hey_jarvis']))
    own.play(recording('hey_jarvis'), NOW_S - 1)
    assert own.score('hey_jarvis', NOW_S + PHRASE_END_S + 0.1) > 0.5
    own.play(recording('austen_0880'), NOW_S + 20)
    assert own.score('hey_jarvis', NOW_S + 22) < 0.1


@pytest.fixture
def own_model(tmp_path):
    """A model of another name, with its description."""
    folder = Path(find_spec('pymicro_wakeword').submodule_search_locations[0]) / 'models'
    shutil.copy(folder / 'alexa.tflite', tmp_path / 'dear_toy.tflite')
    description = json.loads((folder / 'alexa.json').read_text()) | {'model': 'dear_toy.tflite'}
    (tmp_path / 'dear_toy.json').write_text(json.dumps(description))
    return tmp_path / 'dear_toy.tflite'


def test_a_model_by_path_is_named_after_its_file(own_model):
    steps = MicroWakeWordEngine([str(own_model)]).scores(recording('alexa'))
    assert max(step['dear_toy'] for step in steps) > 0.5


def _no_model(path):
    path.write_bytes(b'no model at all')


def _cut(path):
    path.write_bytes(path.read_bytes()[:20000])


def _no_json(path):
    path.with_suffix('.json').unlink()


def _broken_json(path):
    path.with_suffix('.json').write_text('{"micro": {}}')


def _of_another(path):
    json_path = path.with_suffix('.json')
    json_path.write_text(json_path.read_text().replace('dear_toy', 'missing'))


def _no_cutoff(path):
    json_path = path.with_suffix('.json')
    json_path.write_text(json_path.read_text().replace('0.9', '9'))


@pytest.mark.parametrize(
    ('spoil', 'error', 'message'),
    [
        (Path.unlink, FileNotFoundError, 'no such file'),
        (_no_model, ValueError, 'is no whole TensorFlow Lite model'),
        (_cut, ValueError, 'is no whole TensorFlow Lite model'),
        (_no_json, FileNotFoundError, r'dear_toy\.json is missing'),
        (_broken_json, ValueError, r'dear_toy\.json: model: Field required'),
        (_of_another, ValueError, r"missing\.tflite'; wanted is 'dear_toy\.tflite'"),
        (_no_cutoff, ValueError, r'micro\.probability_cutoff: .* less than 1'),
    ],
)
def test_what_is_no_model_is_refused_by_name(own_model, spoil, error, message):
    spoil(own_model)
    with pytest.raises(error, match=message):
        MicroWakeWordEngine([str(own_model)])


@pytest.mark.parametrize('models', [['hey_phoenix'], ['hey.onnx'], []])
def test_unknown_names_and_none_are_refused(models):
    with pytest.raises(ValueError, match=r'hey_jarvis|name at least one'):
        MicroWakeWordEngine(models)


def test_samples_of_another_type_are_refused(engine):
    with pytest.raises(ValueError, match='float64'):
        engine.scores(np.zeros(640))
