"""What a microphone is to Phoenix, and a simulated one into which recordings are played."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from phoenix_audio.microphone.room_simulator import Room
from phoenix_audio.wav import read_wav
from phoenix_core.clock.simulated_time import REAL_TIME, RealTime


class MicrophoneError(Exception):
    """A microphone that cannot be opened or was lost; the text names the device."""


@dataclass(frozen=True)
class CapturedFrame:
    """A run of consecutive samples from a microphone."""

    samples: NDArray[np.int16]  # shape (frame_samples,)
    lost: int  # samples that the device dropped just before these
    age_s: float  # how long ago, at the moment of delivery, the first sample was captured


class Microphone(Protocol):
    """A source of frames in real time."""

    def start(
        self,
        on_frame: Callable[[CapturedFrame], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """
        Begin to deliver frames; raises MicrophoneError if the device cannot be opened.

        Both callbacks run in a thread of the provider and must not call `stop`. `on_error` is
        called at most once, after the last frame: the microphone then has to be stopped, and
        may be started again.
        """

    def stop(self) -> None:
        """End the delivery: when this returns, no callback runs any more."""


class FrameCutter:
    """Makes frames of one rate and size out of the blocks that a device delivers."""

    def __init__(self, device_rate: int, sample_rate: int, frame_samples: int) -> None:
        self._device_rate = device_rate
        self._sample_rate = sample_rate
        self._frame_samples = frame_samples
        self._resampler = None
        if device_rate != sample_rate:
            self._resampler = soxr.ResampleStream(device_rate, sample_rate, 1, dtype='int16')
        self._pending = np.empty(0, np.int16)
        self._taken_s = 0.0
        self._delivered_s = 0.0
        self._lost = 0
        self._expected_s: float | None = None

    def cut(
        self, block: NDArray[np.int16], captured_s: float, age_s: float, overflow: bool
    ) -> list[CapturedFrame]:
        """
        Take a block, shape (n,), at the device's rate and return the frames it completes.

        `captured_s` is the device's time of the first sample and `age_s` how long ago that was;
        `overflow` tells that samples before the block were dropped: the gap in the device's
        time shows how many.
        """
        if overflow and self._expected_s is not None:
            gap_s = captured_s - self._expected_s
            self._lost += max(1, round(gap_s * self._sample_rate))
        block_s = block.size / self._device_rate
        self._expected_s = captured_s + block_s
        self._taken_s += block_s
        resampled = block if self._resampler is None else self._resampler.resample_chunk(block)
        self._pending = np.concatenate((self._pending, resampled))

        frames = []
        while self._pending.size >= self._frame_samples:
            samples, self._pending = np.split(self._pending, [self._frame_samples])
            frame_age_s = age_s - block_s + self._taken_s - self._delivered_s
            frames.append(CapturedFrame(samples, self._lost, frame_age_s))
            self._delivered_s += self._frame_samples / self._sample_rate
            self._lost = 0
        return frames


class SimulatedMicrophone:
    """A quiet room, heard in real time, in which recordings can be played."""

    def __init__(
        self,
        sample_rate: int = 16000,
        frame_samples: int = 640,
        file: Path | None = None,
        *,
        room: Room | None = None,
        on_played: Callable[[Path], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Prepare the room; `file` is played whenever the microphone starts.

        With a `room`, what the toy plays is heard, too; without, it is not.
        `on_played` is told, in the microphone's thread, of each recording whose last sample has
        been delivered. Raises WavError if `file` cannot be read.
        """
        self._sample_rate = sample_rate
        self._frame_samples = frame_samples
        self._first = [] if file is None else [(file, read_wav(file, sample_rate))]
        self._room = room
        self._on_played = on_played
        self._clock = clock
        self._sleep = sleep
        self._time = REAL_TIME
        self._lock = threading.Lock()
        self._recordings: deque[tuple[Path, NDArray[np.int16]]] = deque()
        # Not zeros: those are what a broken microphone delivers.
        self._noise = np.random.default_rng(0)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, time: RealTime) -> None:
        """Hear by another time, from the next start on."""
        self._time = time
        self._clock, self._sleep = time.now_s, time.sleep

    def start(
        self,
        on_frame: Callable[[CapturedFrame], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Begin to deliver frames in real time, starting with the constructor's recording."""
        with self._lock:
            self._recordings.extendleft(self._first)
        self._stopping.clear()
        self._time.begin()
        self._thread = threading.Thread(
            target=self._run, args=(on_frame, on_error), name='simulated microphone', daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the delivery and forget the recordings that are still to be played."""
        if self._thread is None:
            return
        self._stopping.set()
        self._thread.join()
        self._thread = None
        with self._lock:
            self._recordings.clear()

    def play(self, path: Path) -> float:
        """
        Play a recording after those that are being played or waiting; return its length [s].

        May be called from any thread. Raises WavError if the file cannot be read.
        """
        samples = read_wav(path, self._sample_rate)
        with self._lock:
            self._recordings.append((path, samples))
        return samples.size / self._sample_rate

    def hear(self, samples: NDArray[np.int16], in_s: float) -> None:
        """Let the room return what the speaker plays, shape (n,), and will be heard that soon."""
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
                samples, played = self._next_frame(captured_s)
                on_frame(CapturedFrame(samples, 0, self._clock() - captured_s))
                if played is not None and self._on_played is not None:
                    self._on_played(played)
        except Exception as error:
            on_error(error)
        finally:
            self._time.end()

    def _next_frame(self, captured_s: float) -> tuple[NDArray[np.int16], Path | None]:
        """Return the samples from that time on, and the recording that ends with them."""
        heard = self._noise.integers(-2, 3, self._frame_samples, dtype=np.int32)
        played = None
        with self._lock:
            if self._room is not None:
                heard += np.rint(self._room.hear(captured_s, heard.size)).astype(np.int32)
            if self._recordings:
                path, samples = self._recordings.popleft()
                sounding = samples[: self._frame_samples]
                heard[: sounding.size] += sounding
                if samples.size > self._frame_samples:
                    self._recordings.appendleft((path, samples[self._frame_samples :]))
                else:
                    played = path
        return np.clip(heard, -32768, 32767).astype(np.int16), played
