"""The speech recognizer Moonshine."""

import threading
from pathlib import Path

import numpy as np

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.listening.recognizer import WrongLanguageError
from phoenix_speech.listening.settings import ListenerSettings


class MoonshineRecognizer:
    """
    Runs a Moonshine model; 0.1 s of CPU per second of audio (tiny, x86).

    :param model: name of a model that the package carries (moonshine-voice==0.1.0: 'tiny-en'), or
        the folder of a downloaded one, as a path with at least one '/'.
    :param architecture: of that model: 'tiny', 'base', 'tiny-streaming', ...
    :raises ValueError: an unknown architecture.
    :raises FileNotFoundError: the model is missing.
    """

    _OPTIONS = {
        # The library's own voice detector splits the audio into lines, keeps the previous clip,
        # and so puts a phantom word in front of this one; at 0 the audio is taken as a whole.
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
        self._lock = threading.Lock()  # a result is valid until the transcriber's next call

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return the words; see Recognizer."""
        if not len(samples):
            return ''
        padding = np.zeros(round(self._END_PADDING_S * sample_rate), np.int16)
        audio = (np.concatenate((samples, padding)) / 32768).tolist()
        with self._lock:
            transcript = self._transcriber.transcribe_without_streaming(audio, sample_rate)
        return ' '.join(line.text.strip() for line in transcript.lines).strip()


class MoonshineSettings(ProviderSettings):
    """Settings of the recognizer."""

    model: str = setting(
        'tiny-en', 'Name of a model in the package, or the folder of another.', machine=True
    )


def _make(settings: ListenerSettings, own: MoonshineSettings) -> MoonshineRecognizer:
    _, _, language = own.model.rpartition('-')  # with which names in the package end
    if '/' not in own.model and len(language) == 2 and language != settings.language:
        raise WrongLanguageError(
            f'recognizer: Moonshine {own.model} does not know the language {settings.language!r};'
            ' choose the provider whisper'
        )
    return MoonshineRecognizer(model=own.model)


MOONSHINE = Provider(
    _make, MoonshineSettings, needs=Needs(packages=('moonshine-voice',), languages=('en',))
)
