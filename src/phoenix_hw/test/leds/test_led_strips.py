import subprocess
import sys
import types
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from phoenix_hw.leds.animation import load_animations
from phoenix_hw.leds.animator import Animator
from phoenix_hw.leds.provider import LedStrip, LedStripError
from phoenix_hw.leds.providers.simulated import SimulatedLedStrip, SimulatedLedStripSettings
from phoenix_hw.leds.providers.spi import SpiLedStrip, SpiSettings
from phoenix_hw.leds.providers.ws281x import Ws281xLedStrip, Ws281xSettings
from phoenix_hw.leds.settings import LedsSettings

LEDS_YAML = Path(__file__).parents[4] / 'config' / 'leds.yaml'

FRAME = bytes([1, 2, 3, 255, 0, 128])


class FakePixelStrip:
    """The part of rpi_ws281x.PixelStrip that is used, with what reached the LEDs."""

    def __init__(self, begin_error: str | None, *args: object, **kwargs: object) -> None:
        self.args, self.kwargs = args, kwargs
        self.begin_error = begin_error
        self.show_error: str | None = None
        self.buffer: dict[int, int] = {}
        self.sent: list[list[int]] = []
        self.freed = 0

    def begin(self) -> None:
        if self.begin_error:
            raise RuntimeError(self.begin_error)

    def __setitem__(self, pixel: int, color: int) -> None:
        self.buffer[pixel] = color

    def show(self) -> None:
        if self.show_error:
            raise RuntimeError(self.show_error)
        self.sent.append([self.buffer[pixel] for pixel in sorted(self.buffer)])

    def _cleanup(self) -> None:
        self.freed += 1


class FakeLibrary:
    strip: FakePixelStrip

    def __init__(self, begin_error: str | None = None) -> None:
        self.begin_error = begin_error
        self.PixelStrip = self._make
        self.ws = types.SimpleNamespace(WS2811_STRIP_GRB=11, WS2811_STRIP_RGB=12)

    def _make(self, *args: object, **kwargs: object) -> FakePixelStrip:
        self.strip = FakePixelStrip(self.begin_error, *args, **kwargs)
        return self.strip


class FakeSpiDev:
    """The part of spidev.SpiDev that is used, with every transfer as it would be on the wire."""

    def __init__(self) -> None:
        self.max_speed_hz = self.mode = -1
        self.sent: list[bytes] = []
        self.error: OSError | None = None
        self.closed = 0

    def writebytes2(self, data: bytes) -> None:
        if self.error:
            raise self.error
        self.sent.append(data)

    def close(self) -> None:
        self.closed += 1

    def levels(self, transfer: bytes) -> list[tuple[int, float]]:
        """Return the levels on the wire and how long [us] each lasts."""
        bits = ''.join(f'{byte:08b}' for byte in transfer)
        return [
            (int(level), len(list(run)) / self.max_speed_hz * 1e6) for level, run in groupby(bits)
        ]


def decode(levels: list[tuple[int, float]]) -> bytes:
    """Read the wire as a WS2812B does, with the times and tolerances of its data sheet."""
    assert levels[0][0] == 0
    bits = ''
    for (high, high_us), (low, low_us) in zip(levels[1::2], levels[2::2], strict=True):
        assert (high, low) == (1, 0)
        is_one = 0.65 <= high_us <= 0.95
        assert is_one or 0.25 <= high_us <= 0.55
        bits += '01'[is_one]
        if len(bits) < 24 * PIXELS:  # the last low level is the reset
            assert (0.3 <= low_us <= 0.6) if is_one else (0.7 <= low_us <= 1.0)
    assert levels[-1][1] >= 280
    return int(bits, 2).to_bytes(len(bits) // 8, 'big')


PIXELS = 2
SETTINGS = LedsSettings(pixels=PIXELS)


def simulated_strip() -> SimulatedLedStrip:
    return SimulatedLedStrip(SETTINGS, SimulatedLedStripSettings())


def spi_strip(device: FakeSpiDev | None = None, **own: Any) -> SpiLedStrip:
    return SpiLedStrip(SETTINGS, SpiSettings(**own), device)


def ws281x_strip(library: FakeLibrary | None = None, **own: Any) -> Ws281xLedStrip:
    return Ws281xLedStrip(SETTINGS, Ws281xSettings(**own), library)


def test_spi_makes_the_levels_that_the_data_sheet_asks_for() -> None:
    device = FakeSpiDev()
    strip = spi_strip(device)
    strip.show(FRAME)
    assert (device.max_speed_hz, device.mode) == (2_400_000, 0)
    (transfer,) = device.sent
    assert decode(device.levels(transfer)) == bytes([2, 1, 3, 0, 255, 128])  # green first
    assert len(transfer) < 4096  # what the kernel takes at once by default


def test_spi_goes_dark_and_frees_the_device_once_also_when_it_fails() -> None:
    device = FakeSpiDev()
    strip = spi_strip(device, order='RGB')
    strip.show(FRAME)
    assert decode(device.levels(device.sent[-1])) == FRAME
    strip.close()
    strip.close()
    assert decode(device.levels(device.sent[-1])) == bytes(6)
    assert device.closed == 1
    with pytest.raises(LedStripError, match='closed'):
        strip.show(FRAME)

    failing = FakeSpiDev()
    strip = spi_strip(failing, bus=1)
    failing.error = OSError(5, 'Input/output error')
    with pytest.raises(LedStripError, match=r'SPI bus 1: .*Input/output error'):
        strip.close()
    assert failing.closed == 1


def test_spi_that_cannot_be_opened_says_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'spidev', None)
    with pytest.raises(LedStripError, match='needs the library spidev, and SPI switched on'):
        spi_strip()


def test_every_provider_shows_the_same_frames() -> None:
    animator = Animator(load_animations(LEDS_YAML), pixels=PIXELS, now_s=0.0)
    library, device = FakeLibrary(), FakeSpiDev()
    simulated = simulated_strip()
    ws281x = ws281x_strip(library)
    spi = spi_strip(device, order='RGB')
    seen = set()
    for tick in range(100):
        if tick == 30:
            animator.play('rainbow', tick / 25, duration_s=1.5)
        frame = animator.frame(tick / 25).tobytes()
        for strip in (simulated, ws281x, spi):
            strip.show(frame)
        sent = b''.join(color.to_bytes(3, 'big') for color in library.strip.sent[-1])
        assert simulated.frame == sent == decode(device.levels(device.sent[-1]))
        seen.add(frame)
    assert len(seen) > 50


def test_an_unplugged_simulated_strip_takes_no_frame() -> None:
    strip = simulated_strip()
    strip.present = False
    with pytest.raises(LedStripError, match='unplugged'):
        strip.show(bytes(3 * SETTINGS.pixels))
    strip.present = True
    strip.show(bytes(3 * SETTINGS.pixels))


def test_simulated_strip_keeps_the_last_frame_and_goes_dark() -> None:
    strip = simulated_strip()
    assert strip.frame == bytes(6)
    strip.show(FRAME)
    assert strip.frame == FRAME
    strip.close()
    assert strip.frame == bytes(6)


def test_ws281x_sends_each_pixel_as_one_number() -> None:
    library = FakeLibrary()
    strip = ws281x_strip(library, pin=13, order='RGB')
    strip.show(FRAME)
    assert library.strip.sent == [[0x010203, 0xFF0080]]
    assert library.strip.args == (2, 13, 800_000, 10)
    assert library.strip.kwargs == {'channel': 1, 'strip_type': 12}


def test_ws281x_goes_dark_and_frees_the_device_once() -> None:
    library = FakeLibrary()
    strip = ws281x_strip(library)
    strip.show(FRAME)
    strip.close()
    strip.close()
    assert library.strip.sent[-1] == [0, 0]
    assert library.strip.freed == 1
    with pytest.raises(LedStripError, match='closed'):
        strip.show(FRAME)


def test_ws281x_frees_the_device_even_when_it_fails() -> None:
    library = FakeLibrary()
    strip = ws281x_strip(library)
    library.strip.show_error = 'ws2811_render failed with code -10 (DMA error)'
    with pytest.raises(LedStripError, match='DMA error'):
        strip.show(FRAME)
    with pytest.raises(LedStripError, match='DMA error'):
        strip.close()
    assert library.strip.freed == 1


@pytest.mark.parametrize(
    'strip',
    [
        simulated_strip(),
        ws281x_strip(FakeLibrary()),
        spi_strip(FakeSpiDev()),
    ],
    ids=['simulated', 'ws281x', 'spi'],
)
def test_frame_of_the_wrong_length_is_refused(strip: LedStrip) -> None:
    with pytest.raises(ValueError, match='rgb: 9 bytes; 2 pixels need 6'):
        strip.show(bytes(9))


@pytest.mark.parametrize('pin', [17, 10])
def test_ws281x_refuses_pins_that_it_cannot_drive(pin: int) -> None:
    with pytest.raises(ValueError, match=f'pin: {pin}; allowed are 12, 18, 21, 13, 19'):
        ws281x_strip(FakeLibrary(), pin=pin)


@pytest.mark.parametrize('make', [spi_strip, ws281x_strip])
def test_an_unknown_order_is_refused(make: Callable[..., LedStrip]) -> None:
    with pytest.raises(ValueError, match=r"(?s)order.*should be 'RGB', .*'GRBW'"):
        make(order='GRBW')


@pytest.mark.parametrize(
    ('code', 'user', 'said'),
    [
        ('-3 (Hardware revision is not supported)', 0, 'not a Raspberry Pi 1 to 4'),
        ('-3 (Hardware revision is not supported)', 1000, 'not a Raspberry Pi 1 to 4'),
        ('-9 (Failed to create mailbox device)', 1000, 'run as root'),
        ('-10 (DMA error)', 0, 'check the pin'),
    ],
)
def test_ws281x_that_cannot_begin_says_what_would_help(
    monkeypatch: pytest.MonkeyPatch, code: str, user: int, said: str
) -> None:
    monkeypatch.setattr('os.geteuid', lambda: user)
    library = FakeLibrary(f'ws2811_init failed with code {code}')
    with pytest.raises(LedStripError, match=said) as caught:
        ws281x_strip(library)
    assert code in str(caught.value)


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'rpi_ws281x', None)
    with pytest.raises(LedStripError, match='pip install rpi-ws281x'):
        ws281x_strip()


def test_process_survives_the_real_library_without_a_pi() -> None:
    pytest.importorskip('rpi_ws281x', reason='rpi-ws281x is not installed')
    code = (
        'from phoenix_hw.leds.provider import LedStripError\n'
        'from phoenix_hw.leds.providers.ws281x import PROVIDER\n'
        'from phoenix_hw.leds.settings import LedsSettings\n'
        'try:\n'
        "    PROVIDER.make('ws281x', LedsSettings(pixels=2)).close()\n"
        'except LedStripError as error:\n'
        '    print(error)\n'
    )
    # In a process of its own: the library's clean-up at exit is what used to crash.
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
