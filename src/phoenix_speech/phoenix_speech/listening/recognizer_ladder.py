"""Recognizes with the first of several recognizers that works and may be used."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from phoenix_core.clock.backoff import Backoff
from phoenix_core.node.health import describe
from phoenix_speech.listening.recognizer import Recognizer
from phoenix_speech.listening.settings import RECOGNIZERS, ListenerSettings

RETRY_S, LONGEST_RETRY_S = 10.0, 300.0


class RecognizerLadder:
    """
    Several recognizers, the best first; used by one thread at a time.

    :param impaired: called with `recognizer_replaced` and why one could not be used, or with
        `recognizer_failed` and why none could.
    :param healed: called with each of these that is over.
    :param may_use: whether a recognizer may be used now.
    """

    def __init__(
        self,
        recognizers: Mapping[str, Recognizer],
        *,
        impaired: Callable[[str, str], object],
        healed: Callable[[str], object],
        may_use: Callable[[object], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recognizers = dict(recognizers)
        self._impaired = impaired
        self._healed = healed
        self._may_use = may_use
        self._clock = clock
        self._pauses = {name: Backoff(RETRY_S, LONGEST_RETRY_S) for name in recognizers}
        self._retry_at: dict[str, float] = {}

    @classmethod
    def of(cls, settings: ListenerSettings, **options: Any) -> 'RecognizerLadder':
        """Make the recognizers that the settings choose."""
        names = dict.fromkeys(filter(None, (settings.provider, settings.fallback)))
        return cls({name: RECOGNIZERS.make(name, settings) for name in names}, **options)

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
