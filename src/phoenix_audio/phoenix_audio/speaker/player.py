"""Plays utterances, fed as frames, one after another on a device that may disappear."""

import contextlib
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from phoenix_audio.speaker.provider import SpeakerDevice
from phoenix_audio.speaker.volume import VolumeRamp
from phoenix_core.clock.backoff import Backoff
from phoenix_core.clock.simulated_time import REAL_TIME, RealTime

SLICE_S = 0.02  # what is written at once: short, so that an interruption is heard at once
MOST_WAITING_S = 60.0  # of sound; the voice sends a second ahead
MOST_WAITING = 100  # utterances


class _Utterance:
    def __init__(self, utterance_id: str, now_s: float) -> None:
        self.id = utterance_id
        self.pcm = bytearray()  # fed, not yet written
        self.complete = False  # its last frame has arrived
        self.interrupted = False
        self.fed_s = now_s
        self.written = 0  # samples that the device accepted
        self.held = 0  # how many of those it may still hold, unheard


class Player:
    """
    Plays utterances in the order in which their first frames arrived, in its own thread.

    Whatever fails, each utterance ends with one call of either `on_finished`, when its last
    sample has been heard, or `on_interrupted`; if any of its samples reached the device, one call
    of `on_started` precedes. Positions are in seconds of the utterance. `on_played` gets the
    samples that the device accepted, with the volume applied, and in how many seconds they will
    be heard.

    An utterance whose frames stop arriving for `stall_s` before the last one is interrupted. So
    is the one during which the device fails; the device is then opened again at once, at every
    utterance and after pauses that double from `retry_s` to `retry_max_s`. Each failure calls
    `on_error`; utterances that arrive while the device cannot be opened are interrupted at 0 s.

    The callbacks run in the player's thread and must not raise.
    """

    def __init__(
        self,
        open_device: Callable[[], SpeakerDevice],
        sample_rate: int = 16000,
        *,
        on_started: Callable[[str], None],
        on_finished: Callable[[str, float], None],
        on_interrupted: Callable[[str, float], None],
        on_error: Callable[[Exception], None],
        on_played: Callable[[str, NDArray[np.int16], float], None] = lambda *played: None,
        volume: VolumeRamp | None = None,
        stall_s: float = 5.0,
        retry_s: float = 0.5,
        retry_max_s: float = 10.0,
        time: RealTime = REAL_TIME,
    ) -> None:
        self._open_device = open_device
        self._time = time
        self._sample_rate = sample_rate
        self._slice = round(SLICE_S * sample_rate)
        self._on_started = on_started
        self._on_finished = on_finished
        self._on_interrupted = on_interrupted
        self._on_error = on_error
        self._on_played = on_played
        self._volume = volume or VolumeRamp(sample_rate)
        self._stall_s = stall_s
        self._backoff = Backoff(retry_s, retry_max_s)
        self._pause_s = 0.0  # until the device is opened again

        self._wake = threading.Condition()
        self._queue: dict[str, _Utterance] = {}  # the first is being played
        self._ended: list[_Utterance] = []  # interrupted, still to be reported
        self._refused: set[str] = set()  # interrupted before their last frame arrived
        self._closing = False
        self._thread = threading.Thread(target=self._run, name='player', daemon=True)
        self._device: SpeakerDevice | None = None

    @property
    def ready(self) -> bool:
        """Whether the device is open."""
        return self._device is not None

    @property
    def full(self) -> bool:
        """Whether more waits than the toy would ever say: somebody floods it."""
        with self._wake:
            waiting = sum(len(utterance.pcm) // 2 for utterance in self._queue.values())
            return waiting > MOST_WAITING_S * self._sample_rate or len(self._queue) > MOST_WAITING

    def start(self) -> None:
        """Open the device, in the player's thread, and start to play."""
        self._time.begin()
        self._thread.start()

    def close(self) -> None:
        """Interrupt and report everything, and release the device; drop later frames."""
        with self._wake:
            self._closing = True
        self.interrupt()
        self._thread.join()

    def feed(self, utterance_id: str, samples: NDArray[np.int16], last: bool) -> None:
        """
        Add samples, shape (n,) with n >= 0, to an utterance; `last` completes it.

        Thread-safe. Samples of an utterance that was interrupted are dropped.
        """
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(
                f'utterance {utterance_id}: samples are {samples.dtype} of shape {samples.shape}, '
                'not int16 of shape (n,)'
            )
        with self._wake:
            if utterance_id in self._refused:
                if last:
                    self._refused.remove(utterance_id)
                return
            now_s = self._time.now_s()
            utterance = self._queue.setdefault(utterance_id, _Utterance(utterance_id, now_s))
            utterance.pcm += samples.tobytes()
            utterance.complete = last
            utterance.fed_s = now_s
            self._wake.notify()

    def interrupt(self) -> None:
        """End every utterance, playing or waiting, at once. Thread-safe."""
        with self._wake:
            self._end(list(self._queue.values()))
            device = self._device
            self._wake.notify()
        if device is not None:
            # The player's thread aborts again, after a write it may be in, and reports.
            with contextlib.suppress(Exception):
                device.abort()

    def _end(self, utterances: list[_Utterance]) -> None:
        """Mark utterances of the queue as interrupted; the caller holds the lock."""
        for utterance in utterances:
            del self._queue[utterance.id]
            utterance.interrupted = True
            self._ended.append(utterance)
            if not utterance.complete:
                self._refused.add(utterance.id)

    def _run(self) -> None:
        try:
            self._play_all()
        finally:
            self._time.end()

    def _play_all(self) -> None:
        self._open()
        while True:
            with self._wake:
                self._time.wait_for(
                    self._wake,
                    lambda: self._queue or self._ended or self._closing,
                    None if self.ready else self._pause_s,
                )
                utterance = next(iter(self._queue.values()), None)
            if self._closing:
                break
            if not self.ready:
                self._open()
            if not self.ready:
                with self._wake:
                    self._end(list(self._queue.values()))
            elif utterance is not None:
                try:
                    self._play(utterance)
                except Exception as error:
                    self._fail(utterance)
                    self._report_ended()
                    self._on_error(error)
                    self._release()
            self._report_ended()
        self._report_ended()
        self._release()

    def _fail(self, utterance: _Utterance) -> None:
        """Mark the utterance as interrupted unless it has ended already."""
        with self._wake:
            self._end([queued for queued in self._queue.values() if queued is utterance])

    def _report_ended(self) -> None:
        with self._wake:
            ended, self._ended = self._ended, []
        for utterance in ended:
            position = (utterance.written - utterance.held) / self._sample_rate
            self._on_interrupted(utterance.id, position)

    def _open(self) -> None:
        try:
            device = self._open_device()
        except Exception as error:
            self._pause_s = self._backoff.next_s()
            self._on_error(error)
            return
        self._backoff.reset()
        self._pause_s = 0.0
        with self._wake:
            self._device = device

    def _release(self) -> None:
        with self._wake:
            device, self._device = self._device, None
        if device is not None:
            try:
                device.close()
            except Exception as error:
                self._on_error(error)

    def _play(self, utterance: _Utterance) -> None:
        """Play to the end or the interruption; raise what the device raises."""
        device = self._device
        assert device is not None
        most_held = round(device.latency_s * self._sample_rate)
        self._volume.jump()
        dry = True  # nothing of the utterance is on its way through the device
        while not utterance.interrupted:
            stall_s = utterance.fed_s + self._stall_s - self._time.now_s()
            samples = self._take(utterance, stall_s if dry else SLICE_S)
            if samples.size:
                amplified = self._volume.apply(samples)
                device.write(amplified)
                if utterance.interrupted:
                    break
                if utterance.written == 0:
                    self._on_started(utterance.id)
                utterance.written += samples.size
                utterance.held = min(utterance.held + samples.size, most_held)
                before = max(utterance.held - samples.size, 0)
                self._on_played(utterance.id, amplified, before / self._sample_rate)
                dry = False
            elif not dry:
                self._push_out(utterance, device, most_held)
                dry = True
            elif utterance.complete:
                break
            elif stall_s <= 0:
                self._fail(utterance)

        with self._wake:
            finished = not utterance.interrupted
            if finished:
                del self._queue[utterance.id]
            idle = not self._queue
        if finished:
            self._on_finished(utterance.id, utterance.written / self._sample_rate)
        if idle or not finished:
            device.abort()  # a device that is stopped does not run dry

    def _take(self, utterance: _Utterance, patience_s: float) -> NDArray[np.int16]:
        """Return the next samples, at most a slice; none if none arrive within the time."""
        with self._wake:
            self._time.wait_for(
                self._wake,
                lambda: utterance.pcm or utterance.complete or utterance.interrupted,
                patience_s,
            )
            pcm = bytes(utterance.pcm[: 2 * self._slice])
            del utterance.pcm[: 2 * self._slice]
        return np.frombuffer(pcm, np.int16)

    def _push_out(self, utterance: _Utterance, device: SpeakerDevice, most_held: int) -> None:
        """Fill the device with silence, so that everything written before has been heard."""
        silence = np.zeros(self._slice, np.int16)
        for _ in range(-(-most_held // self._slice)):
            device.write(silence)
            if utterance.interrupted:
                return
            utterance.held = max(0, utterance.held - self._slice)
