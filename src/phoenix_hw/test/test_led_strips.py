import subprocess
import sys
import types

import pytest

from phoenix_hw.led_strips import LedStrip, LedStripError, SimulatedLedStrip, Ws281xLedStrip

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


def test_simulated_strip_keeps_the_last_frame_and_goes_dark() -> None:
    strip = SimulatedLedStrip(pixels=2)
    assert strip.frame == bytes(6)
    strip.show(FRAME)
    assert strip.frame == FRAME
    strip.close()
    assert strip.frame == bytes(6)


def test_ws281x_sends_each_pixel_as_one_number() -> None:
    library = FakeLibrary()
    strip = Ws281xLedStrip(pixels=2, pin=13, channel=1, dma=5, order='RGB', library=library)
    strip.show(FRAME)
    assert library.strip.sent == [[0x010203, 0xFF0080]]
    assert library.strip.args == (2, 13, 800_000, 5)
    assert library.strip.kwargs == {'channel': 1, 'strip_type': 12}


def test_ws281x_goes_dark_and_frees_the_device_once() -> None:
    library = FakeLibrary()
    strip = Ws281xLedStrip(pixels=2, library=library)
    strip.show(FRAME)
    strip.close()
    strip.close()
    assert library.strip.sent[-1] == [0, 0]
    assert library.strip.freed == 1
    with pytest.raises(LedStripError, match='closed'):
        strip.show(FRAME)


def test_ws281x_frees_the_device_even_when_it_fails() -> None:
    library = FakeLibrary()
    strip = Ws281xLedStrip(pixels=2, library=library)
    library.strip.show_error = 'ws2811_render failed with code -10 (DMA error)'
    with pytest.raises(LedStripError, match='DMA error'):
        strip.show(FRAME)
    with pytest.raises(LedStripError, match='DMA error'):
        strip.close()
    assert library.strip.freed == 1


@pytest.mark.parametrize(
    'strip',
    [SimulatedLedStrip(pixels=2), Ws281xLedStrip(pixels=2, library=FakeLibrary())],
    ids=['simulated', 'ws281x'],
)
def test_frame_of_the_wrong_length_is_refused(strip: LedStrip) -> None:
    with pytest.raises(ValueError, match='rgb: 9 bytes; 2 pixels need 6'):
        strip.show(bytes(9))


@pytest.mark.parametrize(('pin', 'channel'), [(17, 0), (18, 1), (13, 0), (10, 0)])
def test_ws281x_refuses_pins_that_it_cannot_drive(pin: int, channel: int) -> None:
    with pytest.raises(ValueError, match=f'pin: {pin} with channel: {channel}; .*18 with 0, .*13'):
        Ws281xLedStrip(pixels=2, pin=pin, channel=channel, library=FakeLibrary())


def test_ws281x_refuses_an_unknown_order() -> None:
    with pytest.raises(ValueError, match="order: 'GRBW'; allowed are RGB, "):
        Ws281xLedStrip(pixels=2, order='GRBW', library=FakeLibrary())


@pytest.mark.parametrize(
    ('code', 'user', 'said'),
    [
        ('-3 (Hardware revision is not supported)', 0, 'not a Raspberry Pi 1 to 4'),
        ('-3 (Hardware revision is not supported)', 1000, 'not a Raspberry Pi 1 to 4'),
        ('-9 (Failed to create mailbox device)', 1000, 'run as root'),
        ('-10 (DMA error)', 0, 'check pin, dma'),
    ],
)
def test_ws281x_that_cannot_begin_says_what_would_help(
    monkeypatch: pytest.MonkeyPatch, code: str, user: int, said: str
) -> None:
    monkeypatch.setattr('os.geteuid', lambda: user)
    library = FakeLibrary(f'ws2811_init failed with code {code}')
    with pytest.raises(LedStripError, match=said) as caught:
        Ws281xLedStrip(pixels=2, library=library)
    assert code in str(caught.value)


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'rpi_ws281x', None)
    with pytest.raises(LedStripError, match='pip install rpi-ws281x'):
        Ws281xLedStrip(pixels=2)


def test_process_survives_the_real_library_without_a_pi() -> None:
    pytest.importorskip('rpi_ws281x', reason='rpi-ws281x is not installed')
    code = (
        'from phoenix_hw.led_strips import LedStripError, Ws281xLedStrip\n'
        'try:\n'
        '    Ws281xLedStrip(pixels=2).close()\n'
        'except LedStripError as error:\n'
        '    print(error)\n'
    )
    # In a process of its own: the library's clean-up at exit is what used to crash.
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
