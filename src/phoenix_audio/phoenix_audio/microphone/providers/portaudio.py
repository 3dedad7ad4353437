"""A microphone through PortAudio (ALSA, PulseAudio, PipeWire)."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from phoenix_audio.microphone.frame_cutter import FrameCutter
from phoenix_audio.microphone.provider import CapturedFrame, MicrophoneError
from phoenix_audio.microphone.settings import MicrophoneSettings
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
from phoenix_core.settings.provider import Needs, Provider


class PortAudioMicrophone:
    """
    A microphone of this machine.

    :param device: its name, a unique part of it, or its index; None: the system's default.
    :param sample_rate: a device that refuses it is opened at its own rate and resampled.
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
        """
        Open the device.

        :raises MicrophoneError: that fails; names the devices there are.
        """
        # One event for each start: a frozen stream that resumes after its stop stays silent.
        stopped = self._stopped = threading.Event()
        failures: list[Exception] = []

        def on_block(data: Any, samples: int, times: Any, status: Any) -> None:
            if stopped.is_set():
                raise library().CallbackAbort
            captured_s = times.inputBufferAdcTime
            age_s = max(times.currentTime - captured_s, samples / stream.samplerate)
            block = np.frombuffer(data, np.int16)
            try:
                for frame in cutter.cut(block, captured_s, age_s, status.input_overflow):
                    on_frame(frame)
            except Exception as error:
                failures.append(error)
                raise library().CallbackAbort from error

        def on_end() -> None:
            if not stopped.is_set():
                lost = MicrophoneError(
                    f'microphone {device_name(self._device)}: lost while recording'
                )
                on_error(failures[0] if failures else lost)

        try:
            stream = self._stream = open_stream(
                library().RawInputStream,
                'input',
                self._device,
                self._sample_rate,
                self._frame_samples / self._sample_rate,
                callback=on_block,
                finished_callback=on_end,
            )
            cutter = FrameCutter(round(stream.samplerate), self._sample_rate, self._frame_samples)
            within(ANSWER_S, stream.start)
        except errors() as error:
            self.stop()
            raise MicrophoneError(f'microphone {device_name(self._device)}: {error}') from error

    def stop(self) -> None:
        """Close the device; a frozen one closes in the background as soon as it can."""
        self._stopped.set()
        if self._stream is not None:
            close_stream(self._stream, ANSWER_S)
            self._stream = None


def _make(settings: MicrophoneSettings, own: PortAudioSettings) -> PortAudioMicrophone:
    return PortAudioMicrophone(own.device_id, settings.sample_rate, settings.frame_samples)


PROVIDER = Provider(_make, PortAudioSettings, needs=Needs(packages=('sounddevice',)))
