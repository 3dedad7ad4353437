"""WS281x LEDs on a Raspberry Pi up to the 4, by PWM or PCM."""

import atexit
import importlib
import os
from typing import Any

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_hw.leds.provider import LedStripError, Order, check_length
from phoenix_hw.leds.settings import LedsSettings

_FREQUENCY_HZ = 800_000
_DMA = 10
# GPIO (BCM) to PWM channel, as the library has it; GPIO 10 is SPI and would need its own set-up.
_CHANNEL_OF_PIN = {12: 0, 18: 0, 21: 0, 13: 1, 19: 1}


class Ws281xSettings(ProviderSettings):
    """Settings of the strip on a PWM or PCM pin."""

    pin: int = setting(18, 'BCM number of the data pin.', machine=True, ge=0, le=27)
    order: Order = setting('GRB', 'Order of the colors on the wire.', machine=True)


class Ws281xLedStrip:
    """
    WS2811, WS2812 or SK6812 LEDs on a Raspberry Pi up to the 4, by PWM or PCM.

    PWM disables the headphone output.

    :param library: the module rpi_ws281x, or a replacement.
    :raises LedStripError: the pin or the library cannot be used.
    """

    def __init__(self, settings: LedsSettings, own: Ws281xSettings, library: Any = None) -> None:
        if own.pin not in _CHANNEL_OF_PIN:
            raise ValueError(f'pin: {own.pin}; allowed are {", ".join(map(str, _CHANNEL_OF_PIN))}')
        try:
            library = library or importlib.import_module('rpi_ws281x')
        except ImportError as error:
            raise LedStripError(
                f'rpi_ws281x cannot be imported ({error}): pip install rpi-ws281x==5.0.0'
            ) from error
        self._pixels = settings.pixels
        self._strip = library.PixelStrip(
            self._pixels,
            own.pin,
            _FREQUENCY_HZ,
            _DMA,
            channel=_CHANNEL_OF_PIN[own.pin],
            strip_type=getattr(library.ws, f'WS2811_STRIP_{own.order}'),
        )
        try:
            self._strip.begin()
        except RuntimeError as error:
            # The library's cleanup at exit would crash the process, as nothing was set up.
            atexit.unregister(self._strip._cleanup)
            raise LedStripError(
                f'LED strip on GPIO {own.pin}: {error}; {_advice(error)}'
            ) from error
        self._open = True

    def show(self, rgb: bytes) -> None:
        """Send the frame to the LEDs."""
        check_length(rgb, self._pixels)
        if not self._open:
            raise LedStripError('the LED strip is closed')
        for pixel in range(self._pixels):
            self._strip[pixel] = int.from_bytes(rgb[3 * pixel : 3 * pixel + 3], 'big')
        try:
            self._strip.show()
        except RuntimeError as error:
            raise LedStripError(f'LED strip: {error}') from error

    def close(self) -> None:
        """Turn all pixels dark and free the device; a second call does nothing."""
        if not self._open:
            return
        try:
            self.show(bytes(3 * self._pixels))
        finally:
            self._open = False
            # The library has no public way to free its DMA memory before the process ends.
            self._strip._cleanup()


def _advice(error: RuntimeError) -> str:
    if 'code -3 ' in str(error):
        return 'this is not a Raspberry Pi 1 to 4 (on a Pi 5 use the provider spi)'
    if os.geteuid() != 0:
        return 'PWM and PCM need root: run as root'
    return 'check the pin, and that no other program drives the LEDs'


PROVIDER = Provider(Ws281xLedStrip, Ws281xSettings, needs=Needs(packages=('rpi-ws281x',)))
