"""The interface of an LED strip or ring."""

from typing import Literal, Protocol

Order = Literal['RGB', 'RBG', 'GRB', 'GBR', 'BRG', 'BGR']


class LedStripError(RuntimeError):
    """The LED strip cannot be used; the message says why and what would help."""


class LedStrip(Protocol):
    """A row of LEDs. One thread at a time may use it."""

    def show(self, rgb: bytes) -> None:
        """
        Show a frame: red, green and blue, 0 to 255, of each pixel in turn.

        :raises LedStripError: the device refuses it.
        """

    def close(self) -> None:
        """Turn all pixels dark and free the device."""


def check_length(rgb: bytes, pixels: int) -> None:
    """Raise ValueError unless a frame has three bytes for each pixel."""
    if len(rgb) != 3 * pixels:
        raise ValueError(f'rgb: {len(rgb)} bytes; {pixels} pixels need {3 * pixels}')
