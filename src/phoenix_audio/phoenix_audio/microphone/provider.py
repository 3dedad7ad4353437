"""The interface of a microphone: frames in real time, errors when the device is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class MicrophoneError(Exception):
    """A microphone cannot be opened or was lost; the text names the device."""


@dataclass(frozen=True)
class CapturedFrame:
    """A run of consecutive samples from a microphone."""

    samples: NDArray[np.int16]  # shape (frame_samples,)
    lost: int  # samples that the device dropped just before these
    age_s: float  # how long ago, at the moment of delivery, the first sample was captured


class MicrophoneDevice(Protocol):
    """A source of frames in real time."""

    def start(
        self,
        on_frame: Callable[[CapturedFrame], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """
        Start to deliver frames.

        Both callbacks run in a thread of the provider and must not call `stop`. `on_error` is
        called at most once, after the last frame: the microphone then has to be stopped, and
        may be started again.

        :raises MicrophoneError: the device cannot be opened.
        """

    def stop(self) -> None:
        """Stop the delivery: when this returns, no callback runs any more."""
