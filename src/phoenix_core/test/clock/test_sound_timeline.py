"""The timeline of sound."""

import numpy as np
import pytest

from phoenix_core.clock.sound_timeline import JITTER_S, LONGEST_S, Timeline

RATE = 1000
NOW_S = 1.8e9  # today, as ROS counts


def sound(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(RATE)


def read(timeline: Timeline, at_s: float, count: int) -> list[float]:
    values: list[float] = timeline.read(timeline.position(at_s), count).tolist()
    return values


def test_a_sound_is_where_it_was_put_with_silence_around_it(timeline: Timeline) -> None:
    timeline.add(sound(1, 2, 3), NOW_S)
    assert read(timeline, NOW_S - 0.002, 7) == [0, 0, 1, 2, 3, 0, 0]
    assert read(timeline, NOW_S + 0.001, 1) == [2]
    assert timeline.end == timeline.position(NOW_S + 0.003)


def test_what_follows_on_is_joined_whatever_its_jitter(timeline: Timeline) -> None:
    timeline.add(sound(1, 2), NOW_S)
    timeline.add(sound(3, 4), NOW_S + 0.002 + 0.9 * JITTER_S)
    timeline.add(sound(5, 6), NOW_S + 0.004 - 0.9 * JITTER_S)
    assert read(timeline, NOW_S, 7) == [1, 2, 3, 4, 5, 6, 0]


def test_what_comes_later_stands_apart(timeline: Timeline) -> None:
    timeline.add(sound(1), NOW_S)
    timeline.add(sound(2), NOW_S + 0.1)
    assert read(timeline, NOW_S, 101) == [1, *[0] * 99, 2]


def test_sounds_that_overlap_are_added(timeline: Timeline) -> None:
    timeline.add(sound(1, 1, 1), NOW_S, step=1)
    timeline.add(sound(1, 1, 1), NOW_S, step=1)
    timeline.add(sound(1, 1, 1), NOW_S, step=1)
    assert read(timeline, NOW_S, 6) == [1, 2, 3, 2, 1, 0]


def test_only_the_last_seconds_are_kept_however_long_it_lasts(timeline: Timeline) -> None:
    for second in range(100):
        timeline.add(np.full(RATE, second, np.float32), NOW_S + second)
    assert read(timeline, NOW_S + 90.5, 1) == [0]
    assert [read(timeline, NOW_S + s + 0.5, 1) for s in (95, 99)] == [[95], [99]]
    timeline.add(sound(7), NOW_S + 1000)  # nothing of what was there comes back
    assert read(timeline, NOW_S + 1000 - LONGEST_S, round(LONGEST_S * RATE) + 1)[:-1] == [
        0
    ] * round(LONGEST_S * RATE)
    timeline.add(sound(8), NOW_S)  # too old
    assert read(timeline, NOW_S + 1000, 1) == [7]
