"""A simulated LED strip that stores the last frame."""

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Provider
from phoenix_hw.leds.provider import LedStripError, check_length
from phoenix_hw.leds.settings import LedsSettings


class SimulatedLedStripSettings(ProviderSettings):
    """Settings of the simulated LED strip."""

    present: bool = setting(
        True, 'Whether the device is there; false: it takes no frame.', runtime=True
    )


class SimulatedLedStrip:
    """Stores the last frame instead of showing it."""

    def __init__(self, settings: LedsSettings, own: SimulatedLedStripSettings) -> None:
        self._pixels = settings.pixels
        self.present = own.present
        self.close()

    def show(self, rgb: bytes) -> None:
        """
        Store the frame.

        :raises LedStripError: it is no longer there.
        """
        check_length(rgb, self._pixels)
        if not self.present:
            raise LedStripError('the simulated device was unplugged')
        self.frame = rgb

    def close(self) -> None:
        """Store a dark frame."""
        self.frame = bytes(3 * self._pixels)


PROVIDER = Provider(SimulatedLedStrip, SimulatedLedStripSettings)
