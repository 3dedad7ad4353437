"""A simulated LED strip that stores the last frame."""

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Provider
from phoenix_hw.leds.provider import check_length
from phoenix_hw.leds.settings import LedsSettings


class SimulatedLedStrip:
    """Stores the last frame instead of showing it."""

    def __init__(self, settings: LedsSettings, own: ProviderSettings) -> None:
        self._pixels = settings.pixels
        self.close()

    def show(self, rgb: bytes) -> None:
        """Store the frame."""
        check_length(rgb, self._pixels)
        self.frame = rgb

    def close(self) -> None:
        """Store a dark frame."""
        self.frame = bytes(3 * self._pixels)


PROVIDER = Provider(SimulatedLedStrip)
