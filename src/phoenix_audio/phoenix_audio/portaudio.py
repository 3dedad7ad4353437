"""A microphone and a loudspeaker through PortAudio (ALSA, PulseAudio, PipeWire)."""

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent import futures
from typing import Any, TypeVar

import numpy as np
import sounddevice
import soxr
from numpy.typing import NDArray

from phoenix_audio.microphone.microphones import CapturedFrame, FrameCutter, MicrophoneError
from phoenix_audio.speaker.speakers import LoudspeakerError

ANSWER_S = 2.0  # a sound server that takes longer to open, start or stop a stream is frozen
ABORT_S = 0.5  # the same for silence, which is waited for by whoever interrupts the toy
PATIENCE_S = 4.0  # a device that takes no samples for so long is lost; null sinks pause for 2 s
POLL_S = 0.004
PERIOD_S = 0.02
INVALID_SAMPLE_RATE = -9997  # PortAudio's paInvalidSampleRate

_T = TypeVar('_T')
_lock = threading.Lock()  # PortAudio's listing, opening and closing are not thread-safe
_streams: set[Any] = set()  # all open ones of this process


class PortAudioMicrophone:
    """
    A microphone by name (or a unique part of it) or index; None is the system's default.

    A device that refuses `sample_rate` is opened at its own rate and resampled.
    """

    def __init__(
        self,
        device: str | int | None = None,
        sample_rate: int = 16000,
        frame_samples: int = 640,
    ) -> None:
        self._device = device
        self._sample_rate = sample_rate
        self._frame_samples = frame_samples
        self._stream: Any = None
        self._stopped = threading.Event()

    def start(
        self,
        on_frame: Callable[[CapturedFrame], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Open the device; raises MicrophoneError if that fails, naming the devices there are."""
        # One event for each start: a frozen stream that wakes up after its stop stays silent.
        stopped = self._stopped = threading.Event()
        failures: list[Exception] = []

        def on_block(data: Any, samples: int, times: Any, status: Any) -> None:
            if stopped.is_set():
                raise sounddevice.CallbackAbort
            captured_s = times.inputBufferAdcTime
            age_s = max(times.currentTime - captured_s, samples / stream.samplerate)
            block = np.frombuffer(data, np.int16)
            try:
                for frame in cutter.cut(block, captured_s, age_s, status.input_overflow):
                    on_frame(frame)
            except Exception as error:
                failures.append(error)
                raise sounddevice.CallbackAbort from error

        def on_end() -> None:
            if not stopped.is_set():
                lost = MicrophoneError(f'microphone {_name(self._device)}: lost while recording')
                on_error(failures[0] if failures else lost)

        try:
            stream = self._stream = _open(
                sounddevice.RawInputStream,
                'input',
                self._device,
                self._sample_rate,
                self._frame_samples / self._sample_rate,
                callback=on_block,
                finished_callback=on_end,
            )
            cutter = FrameCutter(round(stream.samplerate), self._sample_rate, self._frame_samples)
            _within(ANSWER_S, stream.start)
        except (ValueError, TimeoutError, sounddevice.PortAudioError) as error:
            self.stop()
            raise MicrophoneError(f'microphone {_name(self._device)}: {error}') from error

    def stop(self) -> None:
        """Close the device; a frozen one closes in the background as soon as it can."""
        self._stopped.set()
        if self._stream is not None:
            _close(self._stream, ANSWER_S)
            self._stream = None


class PortAudioLoudspeaker:
    """
    A loudspeaker by name (or a unique part of it) or index; None is the system's default.

    A device that refuses `sample_rate` is opened at its own rate and resampled to. The device is
    held only from a `write` to the next `abort`, so that PortAudio can look for new devices while
    the toy is silent.
    """

    def __init__(self, device: str | int | None = None, sample_rate: int = 16000) -> None:
        """Try the device; raises LoudspeakerError if that fails, naming the devices there are."""
        self._device = device
        self._sample_rate = sample_rate
        self._lock = threading.Lock()
        self._aborts = 0
        self._stream: Any = None
        self._open()
        self.abort()

    def write(self, samples: NDArray[np.int16]) -> None:
        """Hand over samples, shape (n,), and return when the device has accepted them."""
        aborts = self._aborts
        with self._lock:
            if self._stream is None:
                self._open()
            if self._resampler is not None:
                samples = self._resampler.resample_chunk(samples)
        patience_ends = time.monotonic() + PATIENCE_S
        while samples.size:
            # PortAudio's own waiting could not be ended by an abort, so only what fits is written.
            with self._lock:
                if self._aborts != aborts:
                    return
                accepted = self._accept(samples)
            samples = samples[accepted:]
            if accepted:
                patience_ends = time.monotonic() + PATIENCE_S
            elif time.monotonic() > patience_ends:
                raise self._error(f'accepted nothing for {PATIENCE_S} s')
            else:
                time.sleep(POLL_S)

    def abort(self) -> None:
        """Be silent at once."""
        self._aborts += 1
        # Where the lock stays taken, `write` is opening a frozen device and will write nothing.
        if self._lock.acquire(timeout=ABORT_S):
            stream, self._stream = self._stream, None
            self._lock.release()
            if stream is not None:
                _close(stream, ABORT_S)

    def close(self) -> None:
        """Release the device; a frozen one closes in the background as soon as it can."""
        self.abort()

    def _open(self) -> None:
        try:
            stream = self._stream = _open(
                sounddevice.RawOutputStream, 'output', self._device, self._sample_rate, PERIOD_S
            )
            _within(ANSWER_S, stream.start)
            # PortAudio's figure leaves out the buffer between it and a sound server.
            self.latency_s = stream.latency + stream.write_available / stream.samplerate
        except (ValueError, TimeoutError, sounddevice.PortAudioError) as error:
            if self._stream is not None:
                _close(self._stream, ANSWER_S)
                self._stream = None
            raise self._error(error) from error
        rate = round(stream.samplerate)
        self._resampler = None
        if rate != self._sample_rate:
            self._resampler = soxr.ResampleStream(self._sample_rate, rate, 1, dtype='int16')

    def _accept(self, samples: NDArray[np.int16]) -> int:
        """Hand over what the device takes without waiting; return how many samples that were."""
        try:
            accepted = min(self._stream.write_available, samples.size)
            if accepted:
                self._stream.write(samples[:accepted].tobytes())
        except sounddevice.PortAudioError as error:
            raise self._error(f'lost: {error}') from error
        return accepted

    def _error(self, reason: Exception | str) -> LoudspeakerError:
        return LoudspeakerError(f'loudspeaker {_name(self._device)}: {reason}')


def device_of(text: str) -> str | int | None:
    """Read a setting: empty is the default device, digits are a number, the rest is a name."""
    return int(text) if text.isdecimal() else text or None


def _name(device: str | int | None) -> str:
    return '(default)' if device is None else repr(device)


def _within(
    limit_s: float, call: Callable[[], _T], discard: Callable[[_T], None] | None = None
) -> _T:
    """
    Return the call's result, or raise TimeoutError where a frozen sound server holds it up.

    `discard` takes the result that comes too late.
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


def _open(
    stream_type: Callable[..., Any],
    direction: str,
    device: str | int | None,
    sample_rate: int,
    block_s: float,
    **callbacks: Callable[..., None],
) -> Any:
    """
    Return a mono 16-bit stream, not started, at `sample_rate` or else at the device's own rate.

    Raises ValueError for a device that is not there or cannot be opened, naming those that are
    there, and TimeoutError for a frozen sound server.
    """

    def attempt() -> Any:
        found = sounddevice.query_devices(device, direction)

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
        except sounddevice.PortAudioError as error:
            if error.args[1:2] != (INVALID_SAMPLE_RATE,):
                raise
        return at(round(found['default_samplerate']))

    def open_stream() -> Any:
        if not _lock.acquire(timeout=ANSWER_S):
            raise TimeoutError('the sound system is still busy with an earlier call')
        try:
            stream = attempt_twice()
            _streams.add(stream)
            return stream
        except (ValueError, sounddevice.PortAudioError) as error:
            there = [
                repr(found['name'])
                for found in sounddevice.query_devices()
                if found[f'max_{direction}_channels'] > 0
            ]
            names = ', '.join(there) or 'none'
            raise ValueError(f'{error}; {direction} devices here: {names}') from error
        finally:
            _lock.release()

    def attempt_twice() -> Any:
        try:
            return attempt()
        except (ValueError, sounddevice.PortAudioError):
            if _streams:
                raise  # looking again would break them
        # PortAudio lists the devices only once: look again, for those that came later.
        with contextlib.suppress(sounddevice.PortAudioError):  # it may never have begun
            sounddevice._terminate()
        sounddevice._initialize()
        return attempt()

    return _within(ANSWER_S, open_stream, discard=lambda late: _close(late, ANSWER_S))


def _close(stream: Any, limit_s: float) -> None:
    """Close the stream: if not within the time, then when a frozen sound server goes on."""

    def close() -> None:
        with _lock:
            stream.abort()
            stream.close()
            _streams.discard(stream)

    with contextlib.suppress(TimeoutError):
        _within(limit_s, close)
