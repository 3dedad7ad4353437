"""The protocol of voices: text in, sound out."""

from collections.abc import Generator
from typing import Protocol

import numpy as np


class VoiceError(RuntimeError):
    """A voice cannot speak; the message says why."""


class VoiceProvider(Protocol):
    """
    Speaks one text at a time; call it from one thread.

    One that sends the text away has the attributes `neighbor` and `about`, see
    phoenix_core.limits.neighbors: it is used while a parent allows it.
    """

    @property
    def sample_rate(self) -> int:
        """Sample rate of its sound [Hz]."""
        ...

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """
        Yield int16 mono chunks as they are made; closing the generator cancels the rest.

        :raises VoiceError: it cannot, or not within its time limit.
        """
        ...

    def close(self) -> None:
        """Free its resources."""
        ...
