"""Tests of the wake word detector: scripted scores for its rules, recordings for openWakeWord."""

import shutil
import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.wake_word.detector import Detection, WakeWordDetector
from phoenix_speech.wake_word.providers.openwakeword import OpenWakeWordEngine
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

SAMPLES = Path(__file__).resolve().parents[4] / 'samples'
MODELS = ['hey_jarvis', 'alexa', 'hey_mycroft']
OTHER_SPEECH = ['austen_0880', 'go_forward_ten_meters', 'turn_on_the_living_room_light']
STEP = 1000


class ScriptedEngine:
    """One step is 1000 samples; each step's scores are those of the script, then zeros."""

    step_samples = STEP

    def __init__(self, **script: list[float]):
        self._script = script
        self._taken = self._step = 0

    def scores(self, samples):
        self._taken += len(samples)
        result = []
        while self._taken >= STEP:
            self._taken -= STEP
            result.append(
                {
                    name: (s[self._step] if self._step < len(s) else 0)
                    for name, s in self._script.items()
                }
            )
            self._step += 1
        return result

    def reset(self):
        self._taken = 0


def steps(count: int) -> np.ndarray:
    return np.zeros(count * STEP, np.int16)


def detections(detector: WakeWordDetector, count: int) -> list[Detection]:
    return [found for _ in range(count) if (found := detector.process(steps(1)))]


def recording(name: str) -> np.ndarray:
    with wave.open(str(SAMPLES / f'{name}.wav')) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def test_score_over_the_threshold_is_a_detection():
    detector = WakeWordDetector(
        ScriptedEngine(jarvis=[0, 0.49, 0.8]), WakeWordSettings(threshold=0.5, patience=1)
    )
    assert detections(detector, 5) == [Detection('jarvis', 0.8, at_sample=3 * STEP)]


def test_patience_wants_consecutive_steps_and_reports_the_first_of_them():
    detector = WakeWordDetector(
        ScriptedEngine(jarvis=[0.9, 0, 0.7, 0.8, 0.9]), WakeWordSettings(patience=3)
    )
    assert detections(detector, 6) == [Detection('jarvis', 0.9, at_sample=3 * STEP)]


def test_best_of_several_phrases_wins():
    engine = ScriptedEngine(jarvis=[0.6, 0.7], alexa=[0.6, 0.9], mycroft=[0, 1.0])
    assert (
        detections(WakeWordDetector(engine, WakeWordSettings(patience=2)), 2)[0].phrase == 'alexa'
    )


def test_refractory_time_is_counted_in_samples():
    engine = ScriptedEngine(jarvis=[0.9] * 40)
    detector = WakeWordDetector(engine, WakeWordSettings(patience=1, refractory_s=1.0))  # 16 steps
    assert [found.at_sample // STEP for found in detections(detector, 40)] == [1, 18, 35]


def test_patience_begins_anew_after_the_refractory_time():
    engine = ScriptedEngine(jarvis=[0.9, 0.9] + [0] * 16 + [0.9, 0])
    detector = WakeWordDetector(engine, WakeWordSettings(patience=2, refractory_s=1.0))
    assert len(detections(detector, 20)) == 1


def test_frame_length_does_not_matter():
    script = [0, 0.9, 0.9, 0, 0]
    whole = WakeWordDetector(ScriptedEngine(jarvis=script), WakeWordSettings()).process(steps(5))
    detector = WakeWordDetector(ScriptedEngine(jarvis=script), WakeWordSettings())
    pieces = [detector.process(np.zeros(70, np.int16)) for _ in range(5 * STEP // 70)]
    assert [found for found in pieces if found] == [whole]


@pytest.fixture(scope='module')
def engine() -> OpenWakeWordEngine:
    return OpenWakeWordEngine(MODELS)


def hear(engine: OpenWakeWordEngine, audio: np.ndarray, frame: int = 640) -> list[Detection]:
    engine.reset()
    detector = WakeWordDetector(engine, WakeWordSettings())
    frames = [audio[start : start + frame] for start in range(0, len(audio), frame)]
    return [found for samples in frames if (found := detector.process(samples))]


@pytest.mark.parametrize(
    ('name', 'phrase', 'start_s', 'end_s'),
    [
        ('hey_jarvis', 'hey_jarvis', 0.48, 1.3),
        ('alexa', 'alexa', 0.48, 1.3),
        ('hey_jarvis_turn_on_the_light', 'hey_jarvis', 1.48, 2.3),
    ],
)
def test_recorded_phrase_is_detected_once_near_its_end(engine, name, phrase, start_s, end_s):
    found = hear(engine, recording(name))
    assert [detection.phrase for detection in found] == [phrase]
    assert found[0].score > 0.9
    assert start_s + 0.4 < found[0].at_sample / 16_000 < end_s


@pytest.mark.parametrize('name', OTHER_SPEECH)
@pytest.mark.parametrize('skipped', [0, 4000, 9000])  # a stream may begin in the middle of a word
def test_other_speech_scores_low(engine, name, skipped):
    engine.reset()
    scores = engine.scores(recording(name)[skipped:])
    assert max(score for step in scores for score in step.values()) < 0.05


def test_silence_and_noise_score_low(engine):
    noise = np.random.default_rng(1).normal(0, 2000, 48_000).astype(np.int16)
    engine.reset()
    scores = engine.scores(np.concatenate((np.zeros(32_000, np.int16), noise)))
    assert len(scores) == 80_000 // engine.step_samples
    assert max(score for step in scores for score in step.values()) < 0.05


def test_engine_repeats_itself_after_reset_whatever_the_frame_length(engine):
    audio = recording('hey_jarvis')
    engine.reset()
    whole = engine.scores(audio)
    engine.reset()
    assert [
        step for i in range(0, len(audio), 333) for step in engine.scores(audio[i : i + 333])
    ] == whole


def test_own_model_is_given_by_path_and_named_as_its_file(tmp_path):
    package = Path(find_spec('openwakeword').submodule_search_locations[0])
    model = tmp_path / 'hey_phoenix.onnx'
    shutil.copy(package / 'resources/models/alexa_v0.1.onnx', model)
    engine = OpenWakeWordEngine([str(model)])
    assert [found.phrase for found in hear(engine, recording('alexa'))] == ['hey_phoenix']


def test_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"'hey_nobody': unknown; give one of alexa, hey_jarvis, "
    ):
        OpenWakeWordEngine(['hey_nobody'])


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'gone\.onnx'):
        OpenWakeWordEngine([str(tmp_path / 'gone.onnx')])


def test_model_of_another_kind_is_refused():
    with pytest.raises(ValueError, match=r"'timer' .*maps .* to \[1, 7\]"):
        OpenWakeWordEngine(['timer'])


def test_empty_list_of_models_is_refused():
    with pytest.raises(ValueError, match='empty'):
        OpenWakeWordEngine([])


def test_samples_of_another_type_are_refused(engine):
    with pytest.raises(ValueError, match='float32'):
        engine.scores(np.zeros(1280, np.float32))


@pytest.mark.parametrize('provider', ['microwakeword', 'openwakeword'])
def test_a_phrase_is_heard_though_the_engine_was_tested_in_the_middle_of_it(provider: str) -> None:
    settings = WakeWordSettings(provider=provider)
    detector = WakeWordDetector(WAKE_WORD_ENGINES.make(provider, settings), settings)
    call = np.concatenate((np.zeros(16000, np.int16), recording('hey_jarvis')))
    middle = 16000 + 9600
    assert detector.process(call[:middle]) is None
    detector.engine.reset()
    detector.engine.scores(np.zeros(32000, np.int16))
    detector.recover()
    found = detector.process(np.concatenate((call[middle:], np.zeros(8000, np.int16))))
    assert found is not None
    assert found.phrase == 'hey_jarvis'
