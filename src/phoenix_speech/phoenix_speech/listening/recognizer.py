"""Turns the audio of one utterance into text."""

import threading
from pathlib import Path
from typing import Protocol

import numpy as np


class Recognizer(Protocol):
    """
    A speech-to-text engine.

    recognize() takes its time: call it outside the executor's thread. It may be called from any
    thread; calls take turns. Give it speech only: on silence and noise these engines invent words.
    """

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return what int16 mono samples (sample_rate in Hz) say; '' when nothing."""


class MoonshineRecognizer:
    """
    Runs a Moonshine model; 0.1 s of CPU per second of audio (tiny, x86).

    model: name of a model that the package carries (moonshine-voice==0.1.0: 'tiny-en'), or the
        directory of a downloaded one, as a path with at least one '/'.
    architecture: what that model is: 'tiny', 'base', 'tiny-streaming', ...
    Raises ValueError for an unknown architecture, FileNotFoundError for a missing model.
    """

    _OPTIONS = {
        # The library's own voice detector splits the audio into lines, remembers the clip before,
        # and so puts a phantom word in front of this one; at 0 the audio is taken whole.
        'vad_threshold': '0',
        'return_audio_data': 'false',
    }
    _END_PADDING_S = 0.1  # the library drops the last partial block of 512 samples

    def __init__(self, *, model: str = 'tiny-en', architecture: str = 'tiny') -> None:
        from moonshine_voice import ModelArch, Transcriber
        from moonshine_voice.utils import get_assets_path

        known = {arch.name.lower().replace('_', '-'): arch for arch in ModelArch}
        if architecture not in known:
            raise ValueError(
                f'recognizer: architecture {architecture!r} is unknown; give one of'
                f' {", ".join(known)}'
            )
        assets = get_assets_path()
        path = Path(model).expanduser() if '/' in model else assets / model
        if not (path / 'tokenizer.bin').is_file():
            carried = sorted(file.parent.name for file in assets.glob('*/tokenizer.bin'))
            raise FileNotFoundError(
                f'recognizer: model {model!r}: no Moonshine model in {path}; give'
                f' {", ".join(carried)} or the directory of a downloaded model'
            )
        self._transcriber = Transcriber(path, known[architecture], options=self._OPTIONS)
        self._lock = threading.Lock()  # a result lives in the transcriber until the next call

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return what int16 mono samples (sample_rate in Hz) say; '' when nothing."""
        if not len(samples):
            return ''
        padding = np.zeros(round(self._END_PADDING_S * sample_rate), np.int16)
        audio = (np.concatenate((samples, padding)) / 32768).tolist()
        with self._lock:
            transcript = self._transcriber.transcribe_without_streaming(audio, sample_rate)
        return ' '.join(line.text.strip() for line in transcript.lines).strip()


class FasterWhisperRecognizer:
    """
    Runs a Whisper model on the CPU in int8 by faster-whisper, which has to be installed extra.

    model: a size such as 'base.en' that was downloaded before, or the directory of a converted
        model. Nothing is downloaded here. language: the spoken language, as 'en'.
    Raises ModuleNotFoundError without the package, FileNotFoundError without the model,
    ValueError for an unknown size.
    """

    _SAMPLE_RATE = 16_000

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
        """Return what int16 mono samples at 16000 Hz say; '' when nothing."""
        if sample_rate != self._SAMPLE_RATE:
            raise ValueError(
                f'recognizer: faster-whisper got {sample_rate} Hz; allowed is {self._SAMPLE_RATE}'
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
