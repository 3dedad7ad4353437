"""The recognizers of the listener: a quick one, and one that is asked when that makes no sense."""

import time
from collections.abc import Callable
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np

from phoenix_core.node.health import describe
from phoenix_speech.listening.recognizer import Recognition, Recognizer
from phoenix_speech.listening.recognizer_ladder import RecognizerLadder
from phoenix_speech.listening.report import Report
from phoenix_speech.listening.settings import RECOGNIZERS, ListenerSettings

# Measured with bench/ears.py: below, a second opinion is as often wrong as the first.
LEAST_CONFIDENCE, MOST_NO_SPEECH = 0.65, 0.3
UNUSED_S = 300.0  # it takes 0.3 s to load, and a fifth of the toy's memory
RETRY_S = 60.0


@runtime_checkable
class OpinionatedRecognizer(Protocol):
    """A recognizer that knows how sure it is."""

    def opinion(self, samples: np.ndarray, sample_rate: int) -> Recognition:
        """Return what was heard, and how sure that is."""


class SecondOpinion:
    """
    Asks the second recognizer when what the first heard is no sentence, and begins none.

    Its words count if it is sure of them. It is loaded when it is needed, and freed when it was
    not for a while; when it fails, the first is all there is.

    :param first: hears everything.
    :param second: makes the other one; None: there is none.
    :param makes_sense: whether a text is a sentence of the intents, or the beginning of one.
    :param report: is told of `second_opinion_failed`.
    """

    def __init__(
        self,
        first: Recognizer,
        second: Callable[[], Recognizer] | None,
        makes_sense: Callable[[str], bool],
        report: Report,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._make_second = second
        self._second: OpinionatedRecognizer | None = None
        self._makes_sense = makes_sense
        self._report = report
        self._clock = clock
        self._used_at = self._retry_at = float('-inf')

    @classmethod
    def of(
        cls,
        settings: ListenerSettings,
        first: RecognizerLadder,
        makes_sense: Callable[[str], bool],
        report: Report,
    ) -> 'SecondOpinion':
        """Add the second recognizer of the settings, unless it is the first already."""
        name = settings.second_opinion
        if not name or name in first.names:
            return cls(first, None, makes_sense, report)
        return cls(first, partial(RECOGNIZERS.make, name, settings), makes_sense, report)

    def sketch(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return the words of the quick one."""
        return self._first.recognize(samples, sample_rate)

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """Return the words; see Recognizer. It may take both."""
        text = self.sketch(samples, sample_rate)
        now_s = self._clock()
        if self._make_second is None or now_s < self._retry_at or self._makes_sense(text):
            return text
        try:
            second = self._second or _opinionated(self._make_second())
            other = second.opinion(samples, sample_rate)
        except Exception as error:  # of any kind: the first was heard all the same
            # That a model is missing is no secret, what else is in an error may be.
            known = isinstance(error, FileNotFoundError | ModuleNotFoundError)
            self._report.impaired(
                'second_opinion_failed', str(error) if known else describe(error)
            )
            self._second, self._retry_at = None, now_s + RETRY_S
            return text
        self._second, self._used_at = second, now_s
        self._report.healed('second_opinion_failed')
        sure = other.confidence >= LEAST_CONFIDENCE and other.no_speech < MOST_NO_SPEECH
        return other.text if sure and other.text else text

    def rest(self) -> None:
        """Free the second recognizer if it was not needed for a while; it is loaded again."""
        if self._clock() - self._used_at > UNUSED_S:
            self._second = None


def _opinionated(recognizer: Recognizer) -> OpinionatedRecognizer:
    if not isinstance(recognizer, OpinionatedRecognizer):
        raise TypeError('second_opinion: this recognizer does not say how sure it is')
    return recognizer
