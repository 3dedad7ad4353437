"""WS2812B LEDs on the data pin of an SPI bus, for the Pi 5."""

import importlib
from typing import Any

import numpy as np

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_hw.leds.provider import LedStripError, Order, check_length
from phoenix_hw.leds.settings import LedsSettings


class SpiSettings(ProviderSettings):
    """Settings of the strip on an SPI bus."""

    bus: int = setting(0, 'Number of the bus; 0: data on GPIO 10.', machine=True, ge=0, le=6)
    order: Order = setting('GRB', 'Order of the colors on the wire.', machine=True)


class SpiLedStrip:
    """
    WS2812B LEDs on the data-out pin of an SPI bus, for the Pi 5, whose PWM is different.

    At 2.4 MHz three bits of the bus make one of the LEDs': a high level of one or of two thirds of
    1.25 us is a 0 or a 1 to them. The bus is low between frames; after 280 us of that the LEDs
    show what they received.

    :param device: an open SpiDev of the library spidev, or a replacement; None opens the bus.
    :raises LedStripError: the bus or the library cannot be used.
    """

    SPEED_HZ = 2_400_000
    RESET = bytes(round(300e-6 * SPEED_HZ / 8))

    def __init__(self, settings: LedsSettings, own: SpiSettings, device: Any = None) -> None:
        self._pixels = settings.pixels
        self._order = ['RGB'.index(color) for color in own.order]
        self._name = f'LED strip on SPI bus {own.bus}'
        try:
            if device is None:
                device = importlib.import_module('spidev').SpiDev()
                device.open(own.bus, 0)
            self._device = device
            self._device.max_speed_hz = self.SPEED_HZ
            self._device.mode = 0
        except (ImportError, OSError) as error:
            raise LedStripError(
                f'{self._name}: {error}; it needs the library spidev, and SPI switched on '
                '(dtparam=spi=on in config.txt)'
            ) from error
        self._open = True

    def show(self, rgb: bytes) -> None:
        """Send the frame to the LEDs."""
        check_length(rgb, self._pixels)
        if not self._open:
            raise LedStripError('the LED strip is closed')
        wire = np.frombuffer(rgb, np.uint8).reshape(-1, 3)[:, self._order]
        bits = np.unpackbits(wire.ravel())
        thirds = np.stack((np.ones_like(bits), bits, np.zeros_like(bits)), axis=1)
        try:
            # One transfer: a pause within it would end the frame.
            self._device.writebytes2(self.RESET + np.packbits(thirds).tobytes() + self.RESET)
        except OSError as error:
            raise LedStripError(f'{self._name}: {error}') from error

    def close(self) -> None:
        """Turn all pixels dark and free the device; a second call does nothing."""
        if not self._open:
            return
        try:
            self.show(bytes(3 * self._pixels))
        finally:
            self._open = False
            self._device.close()


PROVIDER = Provider(SpiLedStrip, SpiSettings, needs=Needs(packages=('spidev',)))
