"""The player: order, interruption, volume, starvation, and speakers that break."""

import queue
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from phoenix_audio.speaker.player import MOST_WAITING, Player
from phoenix_audio.speaker.provider import SpeakerDevice, SpeakerError
from phoenix_audio.speaker.providers.simulated import PROVIDER
from phoenix_audio.speaker.settings import SpeakerSettings
from phoenix_audio.speaker.volume import VolumeRamp

TIMEOUT_S = 10.0
FRAME = 640


class FakeSpeaker:
    """Accepts everything at once, and remembers it; can be told to hold up or to break."""

    latency_s = 0.06

    def __init__(self) -> None:
        self.written: list[NDArray[np.int16]] = []
        self.closed = False
        self.broken = False
        self._free = threading.Event()
        self._free.set()
        self._slices_left: int | None = None
        self.aborted = threading.Event()
        self.waiting = threading.Event()

    def hold_up(self, slices: int = 0) -> None:
        """Accept so many more slices and then none."""
        self._slices_left = slices
        self._free.clear()

    def go_on(self) -> None:
        self._free.set()

    def write(self, samples: NDArray[np.int16]) -> None:
        assert not self.closed
        if self.broken:
            raise SpeakerError('unplugged')
        self.aborted.clear()
        if self._slices_left:
            self._slices_left -= 1
        else:
            self.waiting.set()
            while not self._free.wait(0.001):
                if self.aborted.is_set():
                    return
            self.waiting.clear()
        self.written.append(samples)

    def abort(self) -> None:
        self.aborted.set()

    def close(self) -> None:
        self.closed = True

    def heard(self) -> NDArray[np.int16]:
        """Return all that was written, without silence."""
        samples = np.concatenate(self.written) if self.written else np.empty(0, np.int16)
        return samples[samples != 0]


class Bench:
    """A player, its reports in the order they came, and the speakers it opened."""

    def __init__(
        self,
        make: Callable[[], SpeakerDevice] = FakeSpeaker,
        stall_s: float = 5.0,
        retry_s: float = 0.02,
        retry_max_s: float = 30.0,
    ) -> None:
        self.reports: queue.Queue[tuple] = queue.Queue()
        self.opened: list = []
        self.refusal: Exception | None = None
        self._is_open = threading.Event()
        self._make = make
        self.volume = VolumeRamp(16000)
        self.player = Player(
            self._open,
            on_started=lambda name: self.reports.put(('started', name)),
            on_finished=lambda name, position: self.reports.put(('finished', name, position)),
            on_interrupted=lambda name, position: self.reports.put(
                ('interrupted', name, position)
            ),
            on_error=lambda error: self.reports.put(('error', str(error))),
            volume=self.volume,
            stall_s=stall_s,
            retry_s=retry_s,
            retry_max_s=retry_max_s,
        )
        self.player.start()

    def _open(self) -> SpeakerDevice:
        if self.refusal is not None:
            raise self.refusal
        self.opened.append(self._make())
        self._is_open.set()
        return self.opened[-1]

    def next(self) -> tuple:
        return self.reports.get(timeout=TIMEOUT_S)

    def speaker(self) -> FakeSpeaker:
        assert self._is_open.wait(TIMEOUT_S)
        return self.opened[-1]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench(stall_s=0.3)
    yield bench
    bench.player.close()


def speech(value: int, frames: int = 2) -> NDArray[np.int16]:
    return np.full(frames * FRAME, value, np.int16)


def test_an_utterance_is_played_started_and_finished(bench: Bench) -> None:
    samples = np.random.default_rng(0).integers(1, 30000, 5 * FRAME + 17).astype(np.int16)
    for start in range(0, samples.size, FRAME):
        frame = samples[start : start + FRAME]
        bench.player.feed('a', frame, last=start + FRAME >= samples.size)

    assert bench.next() == ('started', 'a')
    assert bench.next() == ('finished', 'a', pytest.approx(samples.size / 16000))
    np.testing.assert_array_equal(bench.speaker().heard(), samples)


def test_after_the_last_sample_the_device_is_filled_with_silence(bench: Bench) -> None:
    bench.player.feed('a', speech(7), last=True)
    bench.next(), bench.next()

    written = np.concatenate(bench.speaker().written)
    assert not written[2 * FRAME :].any()
    assert written.size - 2 * FRAME == 0.06 * 16000
    assert bench.speaker().aborted.wait(TIMEOUT_S)  # and stopped, as nothing follows


def test_utterances_are_played_in_the_order_of_their_first_frames(bench: Bench) -> None:
    bench.player.feed('a', speech(1), last=False)
    bench.player.feed('b', speech(2), last=True)
    bench.player.feed('a', speech(3), last=True)

    assert [bench.next()[:2] for _ in range(4)] == [
        ('started', 'a'),
        ('finished', 'a'),
        ('started', 'b'),
        ('finished', 'b'),
    ]
    heard = bench.speaker().heard()
    np.testing.assert_array_equal(heard, np.concatenate([speech(1), speech(3), speech(2)]))


def test_an_utterance_without_samples_just_finishes(bench: Bench) -> None:
    bench.player.feed('a', speech(0, frames=0), last=True)

    assert bench.next() == ('finished', 'a', 0.0)


def test_a_pause_between_frames_is_waited_for(bench: Bench) -> None:
    bench.player.feed('a', speech(1), last=False)
    assert bench.next() == ('started', 'a')
    with pytest.raises(queue.Empty):
        bench.reports.get(timeout=0.15)
    bench.player.feed('a', speech(2), last=True)

    assert bench.next() == ('finished', 'a', pytest.approx(4 * FRAME / 16000))
    np.testing.assert_array_equal(bench.speaker().heard(), np.concatenate([speech(1), speech(2)]))


def test_an_utterance_whose_frames_stop_coming_is_interrupted(bench: Bench) -> None:
    bench.player.feed('a', speech(1), last=False)
    bench.player.feed('b', speech(2), last=True)
    fed_s = time.monotonic()

    assert bench.next() == ('started', 'a')
    assert bench.next() == ('interrupted', 'a', pytest.approx(2 * FRAME / 16000))
    assert 0.29 < time.monotonic() - fed_s < 1.0
    assert [bench.next()[:2] for _ in range(2)] == [('started', 'b'), ('finished', 'b')]

    bench.player.feed('a', speech(3), last=True)  # too late
    bench.player.feed('c', speech(4), last=True)
    bench.player.feed('a', speech(5), last=True)  # a new one of that name
    assert [bench.next()[:2] for _ in range(4)] == [
        ('started', 'c'),
        ('finished', 'c'),
        ('started', 'a'),
        ('finished', 'a'),
    ]
    assert 3 not in bench.speaker().heard()


def test_an_interruption_ends_what_is_played_and_what_waits(bench: Bench) -> None:
    speaker = bench.speaker()
    bench.player.feed('a', speech(1, frames=1), last=False)
    assert bench.next() == ('started', 'a')
    speaker.hold_up()
    bench.player.feed('a', speech(2, frames=100), last=False)
    bench.player.feed('b', speech(3), last=True)
    assert speaker.waiting.wait(TIMEOUT_S)

    bench.player.interrupt()

    kind, name, position = bench.next()
    assert (kind, name) == ('interrupted', 'a')
    assert 0 <= position <= FRAME / 16000
    assert bench.next() == ('interrupted', 'b', 0.0)
    speaker.go_on()
    bench.player.feed('a', speech(4), last=True)  # still came for the interrupted one
    bench.player.feed('b', speech(5), last=True)  # a new one of that name, as b was complete
    assert [bench.next()[:2] for _ in range(2)] == [('started', 'b'), ('finished', 'b')]
    assert set(speaker.heard()) <= {1, 5}


def test_the_position_leaves_out_what_the_device_still_held(bench: Bench) -> None:
    speaker = bench.speaker()
    speaker.hold_up(slices=10)
    bench.player.feed('a', speech(1, frames=100), last=True)
    assert bench.next() == ('started', 'a')
    assert speaker.waiting.wait(TIMEOUT_S)

    bench.player.interrupt()

    assert bench.next() == ('interrupted', 'a', pytest.approx(10 * 0.02 - 0.06))


def test_an_interruption_of_nothing_is_no_event(bench: Bench) -> None:
    bench.player.interrupt()
    bench.player.feed('a', speech(1), last=True)

    assert [bench.next()[0] for _ in range(2)] == ['started', 'finished']


def test_the_simulated_speaker_is_silent_in_time() -> None:
    bench = Bench(lambda: PROVIDER.make('simulated', SpeakerSettings()))
    delays_s = []
    for count in range(5):
        bench.player.feed(f'{count}', speech(100, frames=100), last=False)
        assert bench.next() == ('started', f'{count}')
        bench.player.feed(f'{count}-next', speech(100), last=True)
        interrupted_s = time.monotonic()
        bench.player.interrupt()
        assert bench.next()[:2] == ('interrupted', f'{count}')
        delays_s.append(time.monotonic() - interrupted_s)
        assert bench.next()[:2] == ('interrupted', f'{count}-next')
    bench.player.close()

    print(f'interrupted after at most {max(delays_s) * 1e3:.1f} ms')
    assert max(delays_s) < 0.1


def test_positions_are_those_of_what_was_heard() -> None:
    bench = Bench(lambda: PROVIDER.make('simulated', SpeakerSettings()))
    bench.player.feed('a', speech(100, frames=100), last=True)
    assert bench.next() == ('started', 'a')
    started_s = time.monotonic()
    threading.Timer(0.5, bench.player.interrupt).start()

    kind, _, position = bench.next()

    assert kind == 'interrupted'
    assert position == pytest.approx(time.monotonic() - started_s, abs=0.06)
    bench.player.close()


def test_the_volume_scales_what_is_played_next(bench: Bench) -> None:
    bench.volume.level = 0.25
    bench.player.feed('a', speech(8000), last=True)
    bench.next(), bench.next()

    assert set(bench.speaker().heard()) == {2000}
    with pytest.raises(ValueError, match=r'volume 1\.5'):
        bench.volume.level = 1.5


def test_a_change_of_volume_does_not_click(bench: Bench) -> None:
    speaker = bench.speaker()
    bench.player.feed('a', speech(10000), last=False)
    assert bench.next() == ('started', 'a')
    bench.volume.level = 0.0
    bench.player.feed('a', speech(10000, frames=4), last=True)
    assert bench.next()[0] == 'finished'

    written = np.concatenate(speaker.written).astype(int)
    assert written[0] == 10000
    assert np.abs(np.diff(written[: 4 * FRAME])).max() <= 10000 // (0.02 * 16000) + 1
    assert not written[4 * FRAME :].any()


def test_a_device_that_breaks_interrupts_one_utterance_and_is_opened_again(bench: Bench) -> None:
    first = bench.speaker()
    bench.player.feed('a', speech(1, frames=1), last=False)
    assert bench.next() == ('started', 'a')
    first.broken = True
    bench.player.feed('b', speech(2), last=True)
    bench.player.feed('a', speech(3), last=True)

    assert bench.next()[:2] == ('interrupted', 'a')
    assert bench.next() == ('error', 'unplugged')
    assert [bench.next()[:2] for _ in range(2)] == [('started', 'b'), ('finished', 'b')]
    assert first.closed
    np.testing.assert_array_equal(bench.speaker().heard(), speech(2))


def test_without_a_device_utterances_end_at_once_until_it_is_back() -> None:
    bench = Bench(retry_s=60.0)
    first = bench.speaker()
    bench.refusal = SpeakerError('no such device')
    first.broken = True
    bench.player.feed('a', speech(1), last=False)

    assert bench.next() == ('interrupted', 'a', 0.0)
    assert bench.next() == ('error', 'unplugged')
    assert bench.next() == ('error', 'no such device')  # opened again at once, in vain
    assert not bench.player.ready
    bench.player.feed('b', speech(2), last=True)
    assert bench.next() == ('error', 'no such device')
    assert bench.next() == ('interrupted', 'b', 0.0)

    bench.refusal = None
    bench.player.feed('c', speech(3), last=True)
    assert [bench.next()[:2] for _ in range(2)] == [('started', 'c'), ('finished', 'c')]
    bench.player.close()


def test_a_device_missing_from_the_start_is_tried_again_less_and_less_often() -> None:
    times_s: list[float] = []

    def refuse() -> SpeakerDevice:
        times_s.append(time.monotonic())
        if len(times_s) < 9:
            raise SpeakerError('no such device')
        return FakeSpeaker()

    bench = Bench(refuse, retry_s=0.02, retry_max_s=0.1)
    assert [bench.next()[0] for _ in range(8)] == ['error'] * 8
    bench.speaker()
    bench.player.close()

    pauses_s = np.diff(times_s)
    assert (pauses_s > [0.019, 0.039, 0.079] + 5 * [0.099]).all()
    assert pauses_s.sum() < 2.0  # it would be 5.1 without a longest pause


def test_closing_interrupts_and_releases() -> None:
    bench = Bench()
    speaker = bench.speaker()
    bench.player.feed('a', speech(1), last=False)
    assert bench.next() == ('started', 'a')

    bench.player.close()

    assert bench.next()[:2] == ('interrupted', 'a')
    assert speaker.closed
    bench.player.feed('b', speech(1), last=True)
    assert bench.reports.empty()


def test_samples_of_another_form_are_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match='utterance a: samples are float64'):
        bench.player.feed('a', np.zeros(10), last=True)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r'shape \(10, 2\)'):
        bench.player.feed('a', np.zeros((10, 2), np.int16), last=True)


@pytest.mark.parametrize(
    ('utterances', 'frames', 'full'),
    [(2, 1, False), (2, 800, True), (MOST_WAITING + 2, 0, True)],
)
def test_more_than_would_ever_be_said_is_too_much(
    bench: Bench, utterances: int, frames: int, full: bool
) -> None:
    bench.speaker().hold_up()
    bench.player.feed('first', speech(1), last=True)
    assert bench.speaker().waiting.wait(TIMEOUT_S)
    for number in range(utterances):
        bench.player.feed(f'utterance {number}', speech(1, frames=frames), last=True)

    assert bench.player.full == full
    bench.player.interrupt()
    assert not bench.player.full
