"""The wake word engine openWakeWord, run on ONNX Runtime."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.wake_word.settings import WakeWordSettings


class OpenWakeWordEngine:
    """
    Runs openWakeWord's ONNX models: mel spectrogram, speech embedding, one classifier per phrase.

    The models are run directly, without importing openwakeword: the import loads training code
    (2 s, 100 MB), and it starts from random features, so that a replay would not be repeatable.
    The weights in the package are CC BY-NC-SA 4.0: fine for trying, not for a product.

    :param models: names found in the package, such as 'hey_jarvis', or paths of .onnx classifiers,
        whose phrase is named after the file.
    :raises ValueError: an unknown name, or a model that is no wake phrase classifier.
    :raises FileNotFoundError: a file is missing.
    """

    step_samples = 1280  # 80 ms
    _MEL_OVERLAP = 480  # samples of the previous step that the spectrogram's windows cover
    _MEL_FRAMES = 76  # spectrogram frames (10 ms) covered by one embedding

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
        """Forget all audio; see WakeWordEngine."""
        self._pending = np.zeros(self._MEL_OVERLAP, np.int16)
        self._mel_frames = self._silent_mel
        self._features = self._silent_features

    def scores(self, samples: np.ndarray) -> list[dict[str, float]]:
        """Process samples; see WakeWordEngine."""
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
        """Return mel frames [n, 32], scaled as in the training of the embedding model."""
        mel: np.ndarray = self._mel.run(None, {'input': samples[None].astype(np.float32)})[0]
        return mel.reshape(-1, 32) / np.float32(10) + np.float32(2)

    def _embed(self, mel: np.ndarray) -> np.ndarray:
        """Return the embedding [1, 96] of mel frames [76, 32]."""
        embedding: np.ndarray = self._embedding.run(None, {'input_1': mel[None, :, :, None]})[0]
        return embedding.reshape(1, 96)


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


def installed_models() -> list[str]:
    """Return the names of the phrase models in the package."""
    return _names(_package_models())


def _names(folder: Path) -> list[str]:
    return sorted(file.name.removesuffix('_v0.1.onnx') for file in folder.glob('*_v0.1.onnx'))


def _find_model(model: str, folder: Path) -> Path:
    if model.endswith('.onnx'):
        path = Path(model).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f'wake word model {model!r}: no such file')
        return path
    path = folder / f'{model}_v0.1.onnx'
    if not path.is_file():
        raise ValueError(
            f'wake word model {model!r}: unknown; give one of {", ".join(_names(folder))}'
            ' or the path of an .onnx file'
        )
    return path


def _make(settings: WakeWordSettings, own: ProviderSettings) -> OpenWakeWordEngine:
    return OpenWakeWordEngine(settings.models)


OPENWAKEWORD = Provider(
    _make,
    needs=Needs(
        packages=('openwakeword',),
        licence='its models CC-BY-NC-SA-4.0: not in a product',
        brings=installed_models,
    ),
)
