"""The interface of a speaker: an open device that plays samples in real time."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class SpeakerError(Exception):
    """A speaker cannot be opened or was lost; the text names the device."""


class SpeakerDevice(Protocol):
    """An open device that plays mono samples in real time, at the rate it was opened with."""

    @property
    def latency_s(self) -> float:
        """How much sound, at most, the device holds before it is heard."""

    def write(self, samples: NDArray[np.int16]) -> None:
        """
        Write samples, shape (n,), and return when the device has accepted them.

        One thread writes; an `abort` from another makes it return at once.

        :raises SpeakerError: the device is lost.
        """

    def abort(self) -> None:
        """Fall silent at once: drop what was accepted and not yet heard. Thread-safe."""

    def close(self) -> None:
        """Release the device; what it still holds is dropped."""
