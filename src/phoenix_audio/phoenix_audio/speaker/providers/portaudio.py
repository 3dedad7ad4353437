"""A speaker through PortAudio (ALSA, PulseAudio, PipeWire)."""

import threading
import time
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from phoenix_audio.portaudio import (
    ANSWER_S,
    PortAudioSettings,
    close_stream,
    device_name,
    errors,
    library,
    open_stream,
    within,
)
from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.settings import SpeakerSettings
from phoenix_core.settings.provider import Needs, Provider

ABORT_S = 0.5  # longest wait for silence: the caller of abort is interrupting the toy
PATIENCE_S = 4.0  # a device that accepts no samples for so long is lost; null sinks pause for 2 s
POLL_S = 0.004
PERIOD_S = 0.02


class PortAudioSpeaker:
    """
    A speaker of this machine.

    The device is tried at once, and then held only from a `write` to the next `abort`, so that
    PortAudio can look for new devices while the toy is silent.

    A device that refuses the sample rate is opened at its own, with resampling.

    :raises SpeakerError: the device cannot be opened; names the devices there are.
    """

    def __init__(self, settings: SpeakerSettings, own: PortAudioSettings) -> None:
        self._device = own.device_id
        self._sample_rate = settings.sample_rate
        self._lock = threading.Lock()
        self._aborts = 0
        self._stream: Any = None
        self._open()
        self.abort()

    def write(self, samples: NDArray[np.int16]) -> None:
        """Write samples, shape (n,), and return when the device has accepted them."""
        aborts = self._aborts
        with self._lock:
            if self._stream is None:
                self._open()
            if self._resampler is not None:
                samples = self._resampler.resample_chunk(samples)
        patience_ends = time.monotonic() + PATIENCE_S
        while samples.size:
            # An abort could not end PortAudio's own waiting, so only what fits is written.
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
        """Fall silent at once."""
        self._aborts += 1
        # Where the lock stays taken, `write` is opening a frozen device and will write nothing.
        if self._lock.acquire(timeout=ABORT_S):
            stream, self._stream = self._stream, None
            self._lock.release()
            if stream is not None:
                close_stream(stream, ABORT_S)

    def close(self) -> None:
        """Release the device; a frozen one closes in the background as soon as it can."""
        self.abort()

    def _open(self) -> None:
        try:
            stream = self._stream = open_stream(
                library().RawOutputStream, 'output', self._device, self._sample_rate, PERIOD_S
            )
            within(ANSWER_S, stream.start)
            # PortAudio's figure leaves out the buffer between it and a sound server.
            self.latency_s = stream.latency + stream.write_available / stream.samplerate
        except errors() as error:
            if self._stream is not None:
                close_stream(self._stream, ANSWER_S)
                self._stream = None
            raise self._error(error) from error
        rate = round(stream.samplerate)
        self._resampler = None
        if rate != self._sample_rate:
            self._resampler = soxr.ResampleStream(self._sample_rate, rate, 1, dtype='int16')

    def _accept(self, samples: NDArray[np.int16]) -> int:
        """Write what the device accepts without waiting; return how many samples that were."""
        try:
            accepted = min(int(self._stream.write_available), samples.size)
            if accepted:
                self._stream.write(samples[:accepted].tobytes())
        except library().PortAudioError as error:
            raise self._error(f'lost: {error}') from error
        return accepted

    def _error(self, reason: Exception | str) -> SpeakerError:
        return SpeakerError(f'speaker {device_name(self._device)}: {reason}')


PROVIDER = Provider(PortAudioSpeaker, PortAudioSettings, needs=Needs(packages=('sounddevice',)))
