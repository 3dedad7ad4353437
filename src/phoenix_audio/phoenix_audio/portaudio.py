"""What the PortAudio microphone and speaker share: devices, streams, frozen sound servers."""

import contextlib
import threading
from collections.abc import Callable
from concurrent import futures
from functools import cache
from typing import Any, TypeVar

from phoenix_core.settings.node_settings import ProviderSettings, setting

ANSWER_S = 2.0  # a sound server that takes longer to open, start or stop a stream is frozen
INVALID_SAMPLE_RATE = -9997  # PortAudio's paInvalidSampleRate

_T = TypeVar('_T')
_lock = threading.Lock()  # PortAudio's listing, opening and closing are not thread-safe
_streams: set[Any] = set()  # all open ones of this process


class PortAudioSettings(ProviderSettings):
    """Settings of the microphone and of the speaker through PortAudio."""

    device: str = setting(
        '', 'Name, part of a name, or number of the device; empty: the default one.', machine=True
    )

    @property
    def device_id(self) -> str | int | None:
        """The device as PortAudio wants it: a name, a number, or None for the default one."""
        return int(self.device) if self.device.isdecimal() else self.device or None


@cache
def library() -> Any:
    """
    Return the module sounddevice; importing it starts PortAudio, so do that when needed.

    :raises ValueError: PortAudio is not installed.
    """
    try:
        import sounddevice
    except OSError as error:
        raise ValueError(f'{error}; on Debian or Ubuntu: apt install libportaudio2') from error
    return sounddevice


def errors() -> tuple[type[Exception], ...]:
    """Return what opening and starting a stream may raise."""
    found: tuple[type[Exception], ...] = (ValueError, TimeoutError)
    with contextlib.suppress(ValueError):
        found += (library().PortAudioError,)
    return found


def device_name(device: str | int | None) -> str:
    """Return how a device is called in messages."""
    return '(default)' if device is None else repr(device)


def within(
    limit_s: float, call: Callable[[], _T], discard: Callable[[_T], None] | None = None
) -> _T:
    """
    Return the call's result.

    :param discard: gets a result that comes too late.
    :raises TimeoutError: a frozen sound server holds it up.
    """
    outcome: futures.Future[_T] = futures.Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except Exception as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name='portaudio call', daemon=True).start()
    try:
        return outcome.result(limit_s)
    except futures.TimeoutError as error:
        if discard is not None:
            outcome.add_done_callback(lambda late: late.exception() or discard(late.result()))
        raise TimeoutError(f'the sound system did not answer within {limit_s} s') from error


def open_stream(
    stream_type: Callable[..., Any],
    direction: str,
    device: str | int | None,
    sample_rate: int,
    block_s: float,
    **callbacks: Callable[..., None],
) -> Any:
    """
    Return a mono 16-bit stream, not started, at `sample_rate` or else at the device's own rate.

    :param stream_type: of the library: RawInputStream or RawOutputStream.
    :param direction: 'input' or 'output'.
    :raises ValueError: the device does not exist or cannot be opened; names the devices there are.
    :raises TimeoutError: the sound server is frozen.
    """

    def attempt() -> Any:
        found = library().query_devices(device, direction)

        def at(rate: int) -> Any:
            return stream_type(
                device=found['index'],
                samplerate=rate,
                channels=1,
                dtype='int16',
                latency='low',
                blocksize=round(block_s * rate),
                **callbacks,
            )

        try:
            return at(sample_rate)
        except library().PortAudioError as error:
            if error.args[1:2] != (INVALID_SAMPLE_RATE,):
                raise
        return at(round(found['default_samplerate']))

    def open_alone() -> Any:
        if not _lock.acquire(timeout=ANSWER_S):
            raise TimeoutError('the sound system is still busy with an earlier call')
        try:
            stream = attempt_twice()
            _streams.add(stream)
            return stream
        except (ValueError, library().PortAudioError) as error:
            there = [
                repr(found['name'])
                for found in library().query_devices()
                if found[f'max_{direction}_channels'] > 0
            ]
            names = ', '.join(there) or 'none'
            raise ValueError(f'{error}; {direction} devices here: {names}') from error
        finally:
            _lock.release()

    def attempt_twice() -> Any:
        try:
            return attempt()
        except (ValueError, library().PortAudioError):
            if _streams:
                raise  # looking again would break them
        # PortAudio lists the devices only once: look again, for those that were added later.
        with contextlib.suppress(library().PortAudioError):  # it may never have begun
            library()._terminate()
        library()._initialize()
        return attempt()

    return within(ANSWER_S, open_alone, discard=lambda late: close_stream(late, ANSWER_S))


def close_stream(stream: Any, limit_s: float) -> None:
    """Close the stream; a frozen sound server closes it in the background when it goes on."""

    def close() -> None:
        with _lock:
            stream.abort()
            stream.close()
            _streams.discard(stream)

    with contextlib.suppress(TimeoutError):
        within(limit_s, close)
