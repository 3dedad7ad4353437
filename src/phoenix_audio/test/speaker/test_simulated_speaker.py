"""The simulated speaker: as slow as a real one, and as honest about what was heard."""

import threading
from pathlib import Path

import numpy as np
import pytest

from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.providers.simulated import SimulatedSpeaker, SimulatedSpeakerSettings
from phoenix_audio.speaker.settings import SpeakerSettings
from phoenix_audio.wav import WavError, read_wav
from phoenix_core.clock.simulated_time import RealTime

TIMEOUT_S = 10.0


class FakeTime(RealTime):
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at_s = 50.0

    def now_s(self) -> float:
        return self.at_s

    def sleep(self, seconds: float) -> None:
        self.at_s += seconds


def make(time: RealTime, file: Path | None = None) -> SimulatedSpeaker:
    own = SimulatedSpeakerSettings(file=str(file) if file else '')
    speaker = SimulatedSpeaker(SpeakerSettings(), own)
    speaker.follow(time)
    return speaker


def test_writing_takes_as_long_as_playing_less_the_buffer() -> None:
    time = FakeTime()
    speaker = make(time)

    speaker.write(np.ones(640, np.int16))
    assert time.at_s == 50.0

    for _ in range(100):
        speaker.write(np.ones(640, np.int16))
    assert time.at_s == pytest.approx(54.0, abs=0.011)

    time.sleep(10.0)  # a pause gains nothing
    speaker.write(np.ones(16000, np.int16))
    assert time.at_s == pytest.approx(64.0 + 0.96, abs=0.021)


def test_the_file_holds_what_was_heard(tmp_path: Path) -> None:
    time = FakeTime()
    file = tmp_path / 'heard.wav'
    speaker = make(time, file)
    samples = np.arange(16000, dtype=np.int16)

    speaker.write(samples)
    time.sleep(1.0)
    speaker.write(samples[:100])  # after a pause, of which the file tells nothing
    time.sleep(1.0)
    speaker.close()

    np.testing.assert_array_equal(read_wav(file), np.concatenate((samples, samples[:100])))


def test_an_abort_drops_what_was_not_heard(tmp_path: Path) -> None:
    time = FakeTime()
    file = tmp_path / 'heard.wav'
    speaker = make(time, file)

    speaker.write(np.ones(640, np.int16))
    time.sleep(0.01)
    speaker.abort()
    time.sleep(1.0)
    speaker.write(np.full(320, 2, np.int16))
    time.sleep(1.0)
    speaker.close()

    assert read_wav(file).tolist() == [1] * 160 + [2] * 320


def test_an_abort_ends_a_write_that_waits() -> None:
    waiting = threading.Event()
    aborted = threading.Event()

    class Waiting(FakeTime):
        def sleep(self, seconds: float) -> None:
            waiting.set()
            assert aborted.wait(TIMEOUT_S)

    speaker = make(Waiting())
    writer = threading.Thread(target=speaker.write, args=(np.ones(16000, np.int16),))
    writer.start()
    assert waiting.wait(TIMEOUT_S)

    speaker.abort()
    aborted.set()

    writer.join(TIMEOUT_S)
    assert not writer.is_alive()


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r'no/heard\.wav'):
        make(FakeTime(), tmp_path / 'no' / 'heard.wav')


def test_an_unplugged_one_takes_nothing_even_in_the_middle_of_a_sound() -> None:
    class Unplugging(FakeTime):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            speaker.present = False

    speaker = make(Unplugging())
    with pytest.raises(SpeakerError, match='unplugged'):
        speaker.write(np.ones(16000, np.int16))
    with pytest.raises(SpeakerError, match='unplugged'):
        speaker.write(np.ones(1, np.int16))
    speaker.present = True
    speaker.write(np.ones(1, np.int16))
