"""The simulated microphone."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from phoenix_audio.microphone.provider import CapturedFrame
from phoenix_audio.microphone.providers.simulated import SimulatedMicrophone
from phoenix_audio.wav import WavError, WavWriter

TIMEOUT_S = 10.0


class FakeTime:
    """A clock that only moves when somebody sleeps, and then a bit too far, as real ones do."""

    def __init__(self, overshoot_s: float = 0.0) -> None:
        self.now_s = 1000.0
        self._overshoot_s = overshoot_s

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds + self._overshoot_s


class Listener:
    """Collects a number of frames and then holds the microphone up until it is let go."""

    def __init__(self, wanted: int, time: FakeTime) -> None:
        self.frames: list[CapturedFrame] = []
        self.times: list[float] = []
        self._wanted = wanted
        self._time = time
        self._full = threading.Event()
        self._go_on = threading.Event()

    def __call__(self, frame: CapturedFrame) -> None:
        if len(self.frames) < self._wanted:
            self.frames.append(frame)
            self.times.append(self._time.now_s)
        if len(self.frames) == self._wanted:
            self._full.set()
            assert self._go_on.wait(TIMEOUT_S)

    def listen_to(self, microphone: SimulatedMicrophone) -> NDArray[np.int16]:
        microphone.start(self, raise_it)
        self.wait()
        self._go_on.set()
        microphone.stop()
        return self.samples()

    def wait(self) -> None:
        assert self._full.wait(TIMEOUT_S)

    def samples(self) -> NDArray[np.int16]:
        return np.concatenate([frame.samples for frame in self.frames])


def raise_it(error: Exception) -> None:
    raise error


def write(file: Path, samples: NDArray[np.int16]) -> Path:
    with WavWriter(file, 16000) as writer:
        writer.write(samples)
    return file


def room(time: FakeTime, file: Path | None = None) -> SimulatedMicrophone:
    return SimulatedMicrophone(file=file, clock=time.clock, sleep=time.sleep)


def test_a_quiet_room_is_very_soft_but_never_zero_for_long() -> None:
    time = FakeTime()
    listener = Listener(50, time)

    samples = listener.listen_to(room(time))

    assert {frame.samples.shape for frame in listener.frames} == {(640,)}
    assert samples.dtype == np.int16
    assert 1 <= np.abs(samples).max() <= 3
    assert all(frame.samples.any() for frame in listener.frames)
    assert {frame.lost for frame in listener.frames} == {0}


def test_frames_come_in_real_time_and_late_wake_ups_do_not_add_up() -> None:
    time = FakeTime(overshoot_s=0.007)
    listener = Listener(1000, time)

    listener.listen_to(room(time))

    lateness = np.array(listener.times) - 1000.0 - 0.04 * np.arange(1, 1001)
    assert lateness.min() > -1e-6
    assert lateness.max() < 0.0071
    ages = np.array([frame.age_s for frame in listener.frames])
    np.testing.assert_allclose(ages, 0.04 + lateness, atol=1e-6)


def test_recordings_are_heard_one_after_another(tmp_path: Path) -> None:
    time = FakeTime()
    ramp = np.arange(-1000, 1000, dtype=np.int16)
    first = write(tmp_path / 'first.wav', ramp)
    second = write(tmp_path / 'second.wav', np.full(640, 20000, np.int16))
    microphone = room(time, first)
    listener = Listener(6, time)

    assert microphone.play(second) == pytest.approx(0.04)
    samples = listener.listen_to(microphone).astype(int)

    assert np.abs(samples[:2000] - ramp).max() <= 3
    assert np.abs(samples[2000:2560]).max() <= 3  # the second begins with a frame
    assert np.abs(samples[2560:3200] - 20000).max() <= 3
    assert np.abs(samples[3200:]).max() <= 3


def test_a_deaf_one_delivers_zeros_whatever_is_played(tmp_path: Path) -> None:
    time = FakeTime()
    file = write(tmp_path / 'loud.wav', np.full(640 * 3, 20000, np.int16))
    microphone = room(time, file)
    microphone.deaf = True
    listener = Listener(5, time)

    assert not listener.listen_to(microphone).any()


def test_silence_in_a_recording_is_not_zero_either(tmp_path: Path) -> None:
    time = FakeTime()
    file = write(tmp_path / 'silence.wav', np.zeros(1280, np.int16))
    listener = Listener(2, time)

    listener.listen_to(room(time, file))

    assert all(frame.samples.any() for frame in listener.frames)


def test_a_recording_at_full_scale_is_clipped_not_wrapped(tmp_path: Path) -> None:
    time = FakeTime()
    loud = np.tile(np.array([32767, -32768], np.int16), 320)

    samples = Listener(1, time).listen_to(room(time, write(tmp_path / 'loud.wav', loud)))

    assert samples[::2].min() > 32700
    assert samples[1::2].max() < -32700


def test_after_a_stop_it_starts_afresh(tmp_path: Path) -> None:
    time = FakeTime()
    file = write(tmp_path / 'long.wav', np.full(640 * 4, 5000, np.int16))
    microphone = room(time, file)

    assert Listener(2, time).listen_to(microphone).min() > 4990
    second = Listener(5, time).listen_to(microphone)

    assert second[: 4 * 640].min() > 4990
    assert np.abs(second[4 * 640 :]).max() <= 3


def test_an_unusable_recording_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / 'broken.wav').write_bytes(b'nonsense')

    with pytest.raises(WavError, match=r'broken\.wav'):
        SimulatedMicrophone(file=tmp_path / 'broken.wav')
    with pytest.raises(WavError, match=r'missing\.wav'):
        SimulatedMicrophone().play(tmp_path / 'missing.wav')


def test_a_failing_listener_ends_the_microphone_with_its_error() -> None:
    time = FakeTime()
    errors: list[Exception] = []
    failed = threading.Event()

    def fail(frame: CapturedFrame) -> None:
        raise ValueError('no ears')

    def on_error(error: Exception) -> None:
        errors.append(error)
        failed.set()

    microphone = room(time)
    microphone.start(fail, on_error)
    assert failed.wait(TIMEOUT_S)
    microphone.stop()

    assert [str(error) for error in errors] == ['no ears']


def test_in_real_time_a_second_of_frames_takes_a_second() -> None:
    import time

    listener = Listener(25, FakeTime())
    started_s = time.monotonic()

    listener.listen_to(SimulatedMicrophone())

    assert 0.98 < time.monotonic() - started_s < 1.5
