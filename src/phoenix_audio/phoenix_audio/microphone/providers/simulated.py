"""A simulated microphone: a quiet room in which recordings are played and a browser is heard."""

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phoenix_audio.microphone.live_sound import LiveSound
from phoenix_audio.microphone.provider import CapturedFrame
from phoenix_audio.microphone.room_simulator import RoomSimulator
from phoenix_audio.microphone.settings import MicrophoneSettings
from phoenix_audio.wav import read_wav
from phoenix_core.clock.simulated_time import REAL_TIME, RealTime
from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Provider


class SimulatedMicrophoneSettings(ProviderSettings):
    """Settings of the simulated microphone."""

    file: str = setting('', 'Recording that is played at the start; empty: none.', machine=True)
    echo_gain: float = setting(
        0.0, 'How loud the room returns what the toy plays; 1: as it is.', ge=0, le=4
    )
    deaf: bool = setting(
        False, 'Whether it delivers nothing but zeros, as a broken one.', runtime=True
    )


class SimulatedMicrophone:
    """
    A quiet room in which recordings and live sound can be heard, in real time.

    :param file: recording that is played whenever the microphone starts.
    :param room: returns what the toy plays; None: that is not heard.
    :raises WavError: the file cannot be read.
    """

    def __init__(
        self,
        sample_rate: int = 16000,
        frame_samples: int = 640,
        file: Path | None = None,
        *,
        room: RoomSimulator | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sample_rate = sample_rate
        self._frame_samples = frame_samples
        self._first = [] if file is None else [read_wav(file, sample_rate)]
        self._room = room
        self._clock = clock
        self._sleep = sleep
        self._time = REAL_TIME
        self._lock = threading.Lock()
        self._recordings: deque[NDArray[np.int16]] = deque()
        self._live = LiveSound(sample_rate)
        # Not zeros: those are what a broken microphone delivers.
        self._noise = np.random.default_rng(0)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.deaf = False  # delivers zeros; what is played meanwhile is lost

    def follow(self, time: RealTime) -> None:
        """Use another time from the next start on."""
        self._time = time
        self._clock, self._sleep = time.now_s, time.sleep

    def start(
        self,
        on_frame: Callable[[CapturedFrame], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Start to deliver frames in real time, beginning with the constructor's recording."""
        with self._lock:
            self._recordings.extendleft(self._first)
        self._stopping.clear()
        self._time.begin()
        self._thread = threading.Thread(
            target=self._run, args=(on_frame, on_error), name='simulated microphone', daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop the delivery and forget the recordings that are still to be played."""
        if self._thread is None:
            return
        self._stopping.set()
        self._thread.join()
        self._thread = None
        with self._lock:
            self._recordings.clear()
            self._live = LiveSound(self._sample_rate)

    def play(self, path: Path) -> float:
        """
        Play a recording after those before it; return its length [s]. Thread-safe.

        :raises WavError: the file cannot be read.
        """
        samples = read_wav(path, self._sample_rate)
        with self._lock:
            self._recordings.append(samples)
        return samples.size / self._sample_rate

    def hear_live(self, samples: NDArray[np.int16]) -> None:
        """Let samples be heard that come from another ear, shape (n,). Thread-safe."""
        with self._lock:
            self._live.feed(samples)

    def hear(self, samples: NDArray[np.int16], in_s: float) -> None:
        """Let the room return what the speaker plays, shape (n,), and is heard in that time."""
        if self._room is not None:
            with self._lock:
                self._room.play(samples, self._clock() + in_s)

    def _run(
        self,
        on_frame: Callable[[CapturedFrame], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        frame_s = self._frame_samples / self._sample_rate
        start_s = self._clock()
        count = 0
        try:
            while not self._stopping.is_set():
                # Deadlines count from the start, so that late wake-ups never add up.
                captured_s = start_s + count * frame_s
                count += 1
                while (wait_s := captured_s + frame_s - self._clock()) > 0:
                    self._sleep(wait_s)
                samples = self._next_frame(captured_s)
                if self.deaf:
                    samples[:] = 0
                on_frame(CapturedFrame(samples, 0, self._clock() - captured_s))
        except Exception as error:
            on_error(error)
        finally:
            self._time.end()

    def _next_frame(self, captured_s: float) -> NDArray[np.int16]:
        """Return the samples from that time on."""
        heard = self._noise.integers(-2, 3, self._frame_samples, dtype=np.int32)
        with self._lock:
            if self._room is not None:
                heard += np.rint(self._room.hear(captured_s, heard.size)).astype(np.int32)
            live = self._live.take(self._frame_samples)
            heard[: live.size] += live
            if self._recordings:
                recording = self._recordings.popleft()
                sounding, rest = np.split(recording, [self._frame_samples])
                heard[: sounding.size] += sounding
                if rest.size:
                    self._recordings.appendleft(rest)
        return np.clip(heard, -32768, 32767).astype(np.int16)


def _make(settings: MicrophoneSettings, own: SimulatedMicrophoneSettings) -> SimulatedMicrophone:
    file = Path(own.file) if own.file else None
    room = RoomSimulator(settings.sample_rate, gain=own.echo_gain) if own.echo_gain else None
    made = SimulatedMicrophone(settings.sample_rate, settings.frame_samples, file, room=room)
    made.deaf = own.deaf
    return made


PROVIDER = Provider(_make, SimulatedMicrophoneSettings)
