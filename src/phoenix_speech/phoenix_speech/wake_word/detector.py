"""Spots wake phrases in a stream of 16 kHz audio."""

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

SAMPLE_RATE = 16_000


@dataclass(frozen=True)
class Detection:
    """A wake phrase was heard."""

    phrase: str  # name of the model that fired
    score: float  # the model's confidence, 0 to 1
    at_sample: int  # WakeWordDetector.position at the end of the first step over the threshold


class WakeWordEngine(Protocol):
    """Scores wake phrases step by step; knows nothing of thresholds."""

    step_samples: int

    def scores(self, samples: np.ndarray) -> Sequence[Mapping[str, float]]:
        """Take int16 mono samples of any length; return one {phrase: 0..1} per finished step."""

    def reset(self) -> None:
        """Forget all audio, as if silence had gone before."""


class OpenWakeWordEngine:
    """
    Runs openWakeWord's ONNX models: mel spectrogram, speech embedding, one classifier per phrase.

    The models are run directly, without importing openwakeword: its import loads training code
    (2 s, 100 MB), and it starts from random features, so that a replay would not repeat itself.
    The weights in the package are CC BY-NC-SA 4.0: for trying, not for a product.

    models: names found in the package, such as 'hey_jarvis', or paths of own .onnx classifiers,
    whose phrase is then named as the file. Raises ValueError for an unknown name or
    a model that is no wake phrase classifier, FileNotFoundError when a file is missing.
    """

    step_samples = 1280  # 80 ms
    _MEL_OVERLAP = 480  # samples of the step before, which the spectrogram's windows reach into
    _MEL_FRAMES = 76  # spectrogram frames (10 ms) seen by one embedding

    def __init__(self, models: Sequence[str]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1

        def load(path: Path) -> Any:
            return onnxruntime.InferenceSession(
                str(path), options, providers=['CPUExecutionProvider']
            )

        folder = _package_models()
        self._mel = load(folder / 'melspectrogram.onnx')
        self._embedding = load(folder / 'embedding_model.onnx')
        self._classifiers: dict[str, tuple[Any, str, int]] = {}
        for model in models:
            path = _find_model(model, folder)
            session = load(path)
            features, output = session.get_inputs()[0], session.get_outputs()[0]
            if features.shape[2:] != [96] or output.shape[1:] != [1]:
                raise ValueError(
                    f'wake word model {model!r} ({path}): maps {features.shape} to {output.shape};'
                    ' an openWakeWord phrase model maps [1, steps, 96] to [1, 1]'
                )
            phrase = path.stem.removesuffix('_v0.1')
            self._classifiers[phrase] = (session, features.name, features.shape[1])
        if not self._classifiers:
            raise ValueError('wake word models: the list is empty; name at least one model')
        self._steps = max(steps for _, _, steps in self._classifiers.values())
        silence = np.zeros(SAMPLE_RATE, np.int16)
        self._silent_mel = self._spectrogram(silence)[-self._MEL_FRAMES :]
        self._silent_features = np.repeat(self._embed(self._silent_mel), self._steps, axis=0)
        self.reset()

    def reset(self) -> None:
        """Forget all audio, as if silence had gone before."""
        self._pending = np.zeros(self._MEL_OVERLAP, np.int16)
        self._mel_frames = self._silent_mel
        self._features = self._silent_features

    def scores(self, samples: np.ndarray) -> list[dict[str, float]]:
        """Take int16 mono samples of any length; return one {phrase: 0..1} per finished step."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(
                f'wake word: got {samples.dtype} samples of shape {samples.shape};'
                ' allowed is one dimension of int16'
            )
        self._pending = np.concatenate((self._pending, samples))
        window = self._MEL_OVERLAP + self.step_samples
        result = []
        while len(self._pending) >= window:
            result.append(self._step(self._pending[:window]))
            self._pending = self._pending[self.step_samples :]
        return result

    def _step(self, window: np.ndarray) -> dict[str, float]:
        mel = np.concatenate((self._mel_frames, self._spectrogram(window)))
        self._mel_frames = mel[-self._MEL_FRAMES :]
        features = np.concatenate((self._features, self._embed(self._mel_frames)))
        self._features = features[-self._steps :]
        return {
            phrase: float(session.run(None, {name: self._features[None, -steps:]})[0].item())
            for phrase, (session, name, steps) in self._classifiers.items()
        }

    def _spectrogram(self, samples: np.ndarray) -> np.ndarray:
        """Return mel frames [n, 32], scaled as the embedding model was trained."""
        mel = self._mel.run(None, {'input': samples[None].astype(np.float32)})[0]
        return mel.reshape(-1, 32) / np.float32(10) + np.float32(2)

    def _embed(self, mel: np.ndarray) -> np.ndarray:
        """Return the embedding [1, 96] of mel frames [76, 32]."""
        return self._embedding.run(None, {'input_1': mel[None, :, :, None]})[0].reshape(1, 96)


class WakeWordDetector:
    """
    Turns an engine's scores into detections; time is the stream's own, counted in samples.

    engine: may be replaced by another one.
    threshold: score from which a step counts (0 to 1).
    patience: consecutive steps over the threshold that a detection takes.
    refractory_s: seconds after a detection in which no phrase is detected.
    on_score: called with each phrase, its score at each step, and the position at the step's end.
    """

    def __init__(
        self,
        engine: WakeWordEngine,
        *,
        threshold: float = 0.5,
        patience: int = 2,
        refractory_s: float = 2.0,
        on_score: Callable[[str, float, int], object] = lambda phrase, score, at_sample: None,
    ) -> None:
        self.engine = engine
        self._on_score = on_score
        self._threshold = threshold
        self._patience = patience
        self._refractory = round(refractory_s * SAMPLE_RATE)
        self.position = 0  # samples taken so far: the stream's clock
        self._step_end = 0
        self._deaf_until = 0
        self._streaks: dict[str, int] = {}

    def process(self, samples: np.ndarray) -> Detection | None:
        """
        Take int16 mono samples at 16 kHz, any length; return the detection in them, if any.

        When several phrases pass the threshold in one step, the best score wins. One call returns
        one detection, the first: feed frames shorter than refractory_s.
        """
        self.position += len(samples)
        detection = None
        for scores in self.engine.scores(samples):
            self._step_end += self.engine.step_samples
            for phrase, score in scores.items():
                self._on_score(phrase, score, self._step_end)
            detection = detection or self._judge(scores)
        return detection

    def reset(self) -> None:
        """Forget the audio so far and the refractory time; the position goes on counting."""
        self.engine.reset()
        self._streaks.clear()
        self._step_end = self._deaf_until = self.position

    def _judge(self, scores: Mapping[str, float]) -> Detection | None:
        if self._step_end <= self._deaf_until:
            return None
        for phrase, score in scores.items():
            over = score >= self._threshold
            self._streaks[phrase] = self._streaks.get(phrase, 0) + 1 if over else 0
        heard = [phrase for phrase in scores if self._streaks[phrase] >= self._patience]
        if not heard:
            return None
        best = max(heard, key=lambda phrase: scores[phrase])
        self._streaks.clear()
        self._deaf_until = self._step_end + self._refractory
        first_step = self._step_end - (self._patience - 1) * self.engine.step_samples
        return Detection(best, scores[best], first_step)


def _package_models() -> Path:
    """Return the folder of ONNX files inside the openwakeword package, without importing it."""
    spec = importlib.util.find_spec('openwakeword')
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            'wake word: the package openwakeword==0.5.1 is not installed', name='openwakeword'
        )
    folder = Path(spec.submodule_search_locations[0]) / 'resources' / 'models'
    if not (folder / 'embedding_model.onnx').is_file():
        raise FileNotFoundError(
            f'wake word: no models in {folder}; of openwakeword only release 0.5.1 carries them'
        )
    return folder


def _find_model(model: str, folder: Path) -> Path:
    if model.endswith('.onnx'):
        path = Path(model).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f'wake word model {model!r}: no such file')
        return path
    path = folder / f'{model}_v0.1.onnx'
    if not path.is_file():
        known = sorted(file.name.removesuffix('_v0.1.onnx') for file in folder.glob('*_v0.1.onnx'))
        raise ValueError(
            f'wake word model {model!r}: unknown; give one of {", ".join(known)}'
            ' or the path of an .onnx file'
        )
    return path
