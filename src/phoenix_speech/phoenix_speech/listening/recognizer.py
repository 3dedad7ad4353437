"""The protocol of speech recognizers: the audio of one utterance in, text out."""

from typing import NamedTuple, Protocol

import numpy as np

LEAST_CONFIDENCE, DOUBTFUL_CONFIDENCE, MOST_NO_SPEECH = 0.2, 0.4, 0.6


class Recognizer(Protocol):
    """
    A speech-to-text engine.

    recognize() is slow: call it outside the executor's thread. It may be called from any thread;
    calls are serialized. Give it speech only: on silence and noise these engines invent words.
    One that sends the sound away has the attributes `neighbor` and `about`, see
    phoenix_core.limits.neighbors: it is used while a parent allows it.
    """

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return what int16 mono samples (sample_rate in Hz) say; '' when nothing."""


class WrongLanguageError(ValueError):
    """A recognizer does not know the language; another one may."""


class Recognition(NamedTuple):
    """
    What a recognizer heard.

    :param confidence: mean probability of its words, 0 to 1.
    :param no_speech: probability that nobody spoke.
    """

    text: str
    confidence: float
    no_speech: float

    @property
    def is_invented(self) -> bool:
        """
        Whether the text was made up from noise.

        Measured with Whisper in German: of noise, confidence is at most 0.17 and no_speech at
        least 0.7; of speech at 5 dB of noise, at least 0.21 and nearly always below 0.3.
        """
        return self.confidence < LEAST_CONFIDENCE or (
            self.confidence < DOUBTFUL_CONFIDENCE and self.no_speech > MOST_NO_SPEECH
        )
