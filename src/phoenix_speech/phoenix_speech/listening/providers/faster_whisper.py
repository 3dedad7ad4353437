"""The speech recognizer Whisper, run by faster-whisper, which is installed separately."""

import threading
from pathlib import Path

import numpy as np

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.settings import ListenerSettings


class FasterWhisperRecognizer:
    """
    Runs a Whisper model on the CPU in int8.

    :param model: a size such as 'base.en' that was downloaded before, or the folder of a
        converted model. Nothing is downloaded here.
    :param language: the spoken language, as 'en'.
    :raises ModuleNotFoundError: the package is not installed.
    :raises FileNotFoundError: the model is missing.
    :raises ValueError: an unknown size.
    """

    def __init__(self, *, model: str = 'base.en', language: str = 'en') -> None:
        try:
            from faster_whisper import WhisperModel
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                'recognizer: faster-whisper is not installed; install faster-whisper==1.2.1'
                ' or choose another recognizer',
                name=error.name,
            ) from error
        path = Path(model).expanduser()
        if '/' in model and not (path / 'model.bin').is_file():
            raise FileNotFoundError(f'recognizer: model {model!r}: no converted model in {path}')
        try:
            self._model = WhisperModel(
                str(path), device='cpu', compute_type='int8', local_files_only=True
            )
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f'recognizer: Whisper model {model!r} is not on this machine; fetch it once with'
                f' faster_whisper.download_model({model!r}) or give the directory of a model'
            ) from error
        self._language = language
        self._lock = threading.Lock()

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return the words; see Recognizer."""
        if sample_rate != SAMPLE_RATE:
            raise ValueError(
                f'recognizer: faster-whisper got {sample_rate} Hz; allowed is {SAMPLE_RATE}'
            )
        audio = samples.astype(np.float32) / 32768
        with self._lock:
            segments, _ = self._model.transcribe(
                audio,
                language=self._language,
                without_timestamps=True,
                condition_on_previous_text=False,
            )
            return ' '.join(segment.text.strip() for segment in segments)


class FasterWhisperSettings(ProviderSettings):
    """Settings of the recognizer."""

    model: str = setting('base.en', 'Size, or the folder of a converted model.', machine=True)


def _make(settings: ListenerSettings, own: FasterWhisperSettings) -> FasterWhisperRecognizer:
    return FasterWhisperRecognizer(model=own.model, language=settings.language)


FASTER_WHISPER = Provider(
    _make,
    FasterWhisperSettings,
    needs=Needs(packages=('faster-whisper',), download='a Whisper model, put there before'),
)
