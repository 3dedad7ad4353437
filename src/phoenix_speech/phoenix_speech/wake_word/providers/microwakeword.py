"""The wake word engine microWakeWord, run by pymicro-wakeword on TensorFlow Lite."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.wake_word.settings import WakeWordSettings

if TYPE_CHECKING:
    from pymicro_wakeword import MicroWakeWord


class _Micro(BaseModel):
    probability_cutoff: float = Field(gt=0, lt=1)
    sliding_window_size: int = Field(ge=1)


class _Description(BaseModel):
    """What is used of a model's .json."""

    model: str
    wake_word: str
    micro: _Micro


class MicroWakeWordEngine:
    """
    Runs microWakeWord's streaming models, one per phrase; some 0.5 % of a core for one (x86).

    A score is that of the library, a mean over some 0.15 s, on a scale where 0.5 is the cutoff
    that the model's author found: so one threshold fits all models.

    :param models: names found in the package, such as 'hey_jarvis', or paths of .tflite files,
        each with its .json beside it; the phrase is named after the file.
    :raises ValueError: an unknown name, or files that are no microWakeWord model.
    :raises FileNotFoundError: a file is missing.
    """

    step_samples = 480  # 30 ms

    def __init__(self, models: Sequence[str]) -> None:
        from pymicro_wakeword import MicroWakeWordFeatures

        self._features = MicroWakeWordFeatures()
        loaded = [_load(model) for model in models]
        if not loaded:
            raise ValueError('wake word models: the list is empty; name at least one model')
        self._models = {model.id: model for model in loaded}
        self._fresh = False
        self.reset()

    def reset(self) -> None:
        """Forget all audio; see WakeWordEngine."""
        if self._fresh:
            return  # the library loads each model anew
        self._features.reset()
        for model in self._models.values():
            model.reset()
        self._pending = np.empty(0, np.int16)
        self._windows = 0  # of features that were made
        self._newest = dict.fromkeys(self._models, 0.0)
        self._fresh = True

    def scores(self, samples: np.ndarray) -> list[dict[str, float]]:
        """Process samples; see WakeWordEngine."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(
                f'wake word: got {samples.dtype} samples of shape {samples.shape};'
                ' allowed is one dimension of int16'
            )
        self._fresh = self._fresh and not len(samples)
        self._pending = np.concatenate((self._pending, samples))
        result = []
        while len(self._pending) >= self.step_samples:
            result.append(self._step(self._pending[: self.step_samples]))
            self._pending = self._pending[self.step_samples :]
        return result

    def _step(self, samples: np.ndarray) -> dict[str, float]:
        for window in self._features.process_streaming(samples.tobytes()):
            self._windows += 1
            for phrase, model in self._models.items():
                score = model.process_streaming_prob(window)
                if score is not None and self._windows % model.stride == 0:  # it has run
                    self._newest[phrase] = _scaled(score, model.probability_cutoff)
        return dict(self._newest)


def _scaled(score: float, cutoff: float) -> float:
    """Return a score on the scale where the cutoff is 0.5."""
    if score < cutoff:
        return 0.5 * score / cutoff
    return 0.5 + 0.5 * (score - cutoff) / (1 - cutoff)


def _load(model: str) -> 'MicroWakeWord':
    """Load a model whose files are what they should be: on others the library crashes."""
    from pymicro_wakeword import MicroWakeWord

    path = _find(model)
    file = path.with_suffix('.json')
    if not file.is_file():
        raise FileNotFoundError(f'wake word model {model!r}: {file} is missing')
    try:
        description = _Description.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(
            f'wake word model {model!r}: {file}: {".".join(map(str, first["loc"]))}:'
            f' {first["msg"]}; wanted is the description of a microWakeWord model'
        ) from None
    if description.model != path.name:
        raise ValueError(
            f'wake word model {model!r}: {file}: model: {description.model!r}; wanted is'
            f' {path.name!r}'
        )
    if not _is_readable(path):
        raise ValueError(f'wake word model {model!r}: {path} is no whole TensorFlow Lite model')
    loaded: MicroWakeWord = MicroWakeWord.from_config(file)
    return loaded


def _is_readable(path: Path) -> bool:
    import pymicro_wakeword
    from pymicro_wakeword.wakeword import TfLiteWakeWord

    folder = Path(pymicro_wakeword.__file__).parent / 'lib'
    library = TfLiteWakeWord(next(folder.glob('*tensorflowlite_c.*'))).lib
    model = library.TfLiteModelCreateFromFile(str(path).encode())
    if model:
        library.TfLiteModelDelete(model)
    return bool(model)


def _package_models() -> Path:
    import pymicro_wakeword

    return Path(pymicro_wakeword.__file__).parent / 'models'


def installed_models() -> list[str]:
    """Return the names of the models in the package."""
    return sorted(file.stem for file in _package_models().glob('*.tflite'))


def _find(model: str) -> Path:
    if model.endswith('.tflite'):
        path = Path(model).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f'wake word model {model!r}: no such file')
        return path
    path = _package_models() / f'{model}.tflite'
    if not path.is_file():
        known = ', '.join(installed_models())
        raise ValueError(
            f'wake word model {model!r}: unknown; give one of {known} or the path of a .tflite'
            ' file; an .onnx file is for the provider openwakeword'
        )
    return path


def _make(settings: WakeWordSettings, own: ProviderSettings) -> MicroWakeWordEngine:
    return MicroWakeWordEngine(settings.models)


MICROWAKEWORD = Provider(
    _make, needs=Needs(packages=('pymicro-wakeword',), brings=installed_models)
)
