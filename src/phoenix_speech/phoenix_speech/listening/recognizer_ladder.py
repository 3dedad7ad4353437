"""Recognizes with the first of several recognizers that works and may be used."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from phoenix_core.clock.backoff import Backoff
from phoenix_core.node.health import describe
from phoenix_speech.listening.recognizer import Recognizer, WrongLanguageError
from phoenix_speech.listening.report import Report
from phoenix_speech.listening.settings import RECOGNIZERS, ListenerSettings

RETRY_S, LONGEST_RETRY_S = 10.0, 300.0


class RecognizerLadder:
    """
    Several recognizers, the best first; used by one thread at a time.

    :param report: is told of `recognizer_replaced`, why one could not be used, and of
        `recognizer_failed`, why none could.
    :param may_use: whether a recognizer may be used now.
    """

    def __init__(
        self,
        recognizers: Mapping[str, Recognizer],
        report: Report,
        *,
        may_use: Callable[[object], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recognizers = dict(recognizers)
        self._impaired, self._healed = report
        self._may_use = may_use
        self._clock = clock
        self._pauses = {name: Backoff(RETRY_S, LONGEST_RETRY_S) for name in recognizers}
        self._retry_at: dict[str, float] = {}

    @classmethod
    def of(cls, settings: ListenerSettings, report: Report, **options: Any) -> 'RecognizerLadder':
        """
        Make the recognizers that the settings choose, of those that know the language.

        :raises WrongLanguageError: not even the one for a second opinion does.
        """
        recognizers: dict[str, Recognizer] = {}
        *chosen, last = filter(
            None, (settings.provider, settings.fallback, settings.second_opinion)
        )
        for name in chosen if settings.second_opinion else (*chosen, last):
            with suppress(WrongLanguageError):
                recognizers[name] = RECOGNIZERS.make(name, settings)
        return cls(recognizers or {last: RECOGNIZERS.make(last, settings)}, report, **options)

    @property
    def names(self) -> list[str]:
        """The names of its recognizers, the best first."""
        return list(self._recognizers)

    def recognize(self, samples: np.ndarray, sample_rate: int) -> str:
        """
        Return what the samples say; see Recognizer. If none can tell, the toy asks to repeat it.

        The last one is asked even if it failed a moment ago.
        """
        *before, last = self._recognizers
        for name in before:
            if self._clock() < self._retry_at.get(name, 0.0):
                continue
            try:
                return self._ask(name, samples, sample_rate)
            except Exception as error:  # of any kind: the next one is there for it
                self._retry_at[name] = self._clock() + self._pauses[name].next_s()
                self._impaired('recognizer_replaced', f'{name}: {describe(error)}')
        try:
            return self._ask(last, samples, sample_rate)
        except Exception as error:  # of any kind
            self._impaired('recognizer_failed', describe(error))
            return ''

    def _ask(self, name: str, samples: np.ndarray, sample_rate: int) -> str:
        recognizer = self._recognizers[name]
        if not self._may_use(recognizer):
            raise PermissionError('a parent does not allow it')
        text = recognizer.recognize(samples, sample_rate)
        self._pauses[name].reset()
        self._healed('recognizer_failed')
        if name == next(iter(self._recognizers)):
            self._healed('recognizer_replaced')
        return text
