"""Shows pixels on an LED strip or ring: WS281x LEDs on a Pi by PWM or SPI, or a simulated one."""

import atexit
import importlib
import os
from typing import Any, Protocol

import numpy as np

# GPIO (BCM) to PWM channel, as the library has it; GPIO 10 is SPI and would need its own set-up.
_CHANNEL_OF_PIN = {12: 0, 18: 0, 21: 0, 13: 1, 19: 1}
_ORDERS = ('RGB', 'RBG', 'GRB', 'GBR', 'BRG', 'BGR')


class LedStripError(RuntimeError):
    """The LED strip cannot be used; the message says why and what would help."""


class LedStrip(Protocol):
    """A row of LEDs. One thread at a time may use it."""

    def show(self, rgb: bytes) -> None:
        """Show red, green and blue, 0 to 255, of each pixel in turn; raises LedStripError."""

    def close(self) -> None:
        """Turn all pixels dark and free the device."""


class SimulatedLedStrip:
    """Keeps the last frame instead of showing it."""

    def __init__(self, *, pixels: int) -> None:
        self._pixels = pixels
        self.frame = bytes(3 * pixels)

    def show(self, rgb: bytes) -> None:
        """Keep the frame."""
        _check_length(rgb, self._pixels)
        self.frame = rgb

    def close(self) -> None:
        """Keep a dark frame."""
        self.frame = bytes(3 * self._pixels)


class Ws281xLedStrip:
    """WS2811, WS2812 or SK6812 LEDs on a Raspberry Pi up to the 4, by PWM or PCM.

    `pin` is a BCM number: 12, 18 or 21 with `channel` 0, 13 or 19 with channel 1. PWM takes the
    headphone output away. `library` is the module rpi_ws281x, or another in its place.
    """

    def __init__(
        self,
        *,
        pixels: int,
        pin: int = 18,
        frequency_hz: int = 800_000,
        dma: int = 10,
        channel: int = 0,
        order: str = 'GRB',
        library: Any = None,
    ) -> None:
        if _CHANNEL_OF_PIN.get(pin) != channel:
            allowed = ', '.join(f'{p} with {c}' for p, c in _CHANNEL_OF_PIN.items())
            raise ValueError(f'pin: {pin} with channel: {channel}; allowed are {allowed}')
        _check_order(order)
        library = library or _import_library()
        strip_type = getattr(library.ws, f'WS2811_STRIP_{order}')
        self._pixels = pixels
        self._strip = library.PixelStrip(
            pixels, pin, frequency_hz, dma, channel=channel, strip_type=strip_type
        )
        try:
            self._strip.begin()
        except RuntimeError as error:
            # Freeing what was never set up, as the library does at exit, would crash the process.
            atexit.unregister(self._strip._cleanup)
            raise LedStripError(f'LED strip on GPIO {pin}: {error}; {_advice(error)}') from error
        self._open = True

    def show(self, rgb: bytes) -> None:
        """Send the frame to the LEDs."""
        _check_length(rgb, self._pixels)
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


class SpiLedStrip:
    """WS2812B LEDs on the data-out pin of an SPI bus, for the Pi 5, whose PWM is another one.

    At 2.4 MHz three bits of the bus make one of the LEDs': a high level of one or of two thirds of
    1.25 us is a 0 or a 1 to them. The bus is low between frames; after 280 us of that the LEDs
    show what they got. `device` is an open SpiDev of the library spidev, or another in its place;
    None opens that bus.
    """

    SPEED_HZ = 2_400_000
    RESET = bytes(round(300e-6 * SPEED_HZ / 8))

    def __init__(
        self, *, pixels: int, bus: int = 0, order: str = 'GRB', device: Any = None
    ) -> None:
        _check_order(order)
        self._pixels = pixels
        self._order = ['RGB'.index(color) for color in order]
        self._name = f'LED strip on SPI bus {bus}'
        try:
            self._device = self._opened(bus) if device is None else device
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
        _check_length(rgb, self._pixels)
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

    def _opened(self, bus: int) -> Any:
        device = importlib.import_module('spidev').SpiDev()
        device.open(bus, 0)
        return device


def _import_library() -> Any:
    try:
        return importlib.import_module('rpi_ws281x')
    except ImportError as error:
        raise LedStripError(
            f'rpi_ws281x cannot be imported ({error}): pip install rpi-ws281x==5.0.0'
        ) from error


def _advice(error: RuntimeError) -> str:
    if 'code -3 ' in str(error):
        return 'this is not a Raspberry Pi 1 to 4 (on a Pi 5 use the provider spi)'
    if os.geteuid() != 0:
        return 'PWM and PCM need root: run as root'
    return 'check pin, dma and channel, and that no other program drives the LEDs'


def _check_order(order: str) -> None:
    if order not in _ORDERS:
        raise ValueError(f'order: {order!r}; allowed are {", ".join(_ORDERS)}')


def _check_length(rgb: bytes, pixels: int) -> None:
    if len(rgb) != 3 * pixels:
        raise ValueError(f'rgb: {len(rgb)} bytes; {pixels} pixels need {3 * pixels}')
