"""A microphone that is open and hears nothing."""

import numpy as np
import pytest

from phoenix_audio.microphone.input_health import InputHealth

QUIET = np.array([1, -2, 0, 1] * 160, np.int16)
ZEROS = np.zeros(640, np.int16)
CLIPPED = np.array([32767, -32768] * 320, np.int16)
LOUD = np.concatenate([CLIPPED[:300], QUIET[:340]])  # a shout, partly too loud


def watch(*frames, seconds=4.0):
    """Feed frames in turn for so long."""
    health = InputHealth(3.0, 100.0)
    for number in range(round(25 * seconds)):
        health.feed(frames[number % len(frames)], 100.0 + 0.04 * number)
    return health


def noisy(frame):
    """Return what a converter makes of a sound, for 4 s."""
    chance = np.random.default_rng(1)
    return [frame + chance.integers(-1, 2, frame.size).astype(np.int16) for _ in range(100)]


@pytest.mark.parametrize('frame', [QUIET, LOUD])
def test_a_quiet_room_and_a_shout_are_heard(frame):
    health = watch(*noisy(frame))
    assert health.hears
    assert health.problem(104.0) == ''


@pytest.mark.parametrize(
    ('frames', 'problem'),
    [
        ([ZEROS], 'nothing but zeros for 3 s'),
        ([CLIPPED], 'nothing but clipping for 3 s'),
        ([ZEROS + 7], 'nothing but one value for 3 s'),
        ([ZEROS - 3000], 'nothing but one value for 3 s'),
        ([ZEROS, ZEROS + 1], 'nothing but one value for 3 s'),
        ([CLIPPED, ZEROS], 'nothing but zeros for 3 s'),
    ],
)
def test_what_holds_no_sound_is_deafness_after_a_while(frames, problem):
    health = watch(*frames)
    assert not health.hears
    assert health.problem(102.9) == ''
    assert health.problem(104.0) == problem


@pytest.mark.parametrize('count', [1, 2, 5, 25])
def test_frames_that_come_round_are_deafness_after_a_while(count):
    health = watch(*noisy(QUIET)[:count], seconds=6.0)
    assert health.hears  # at first
    assert health.problem(106.0) == 'nothing but the same again and again for 3 s'
    health.feed(noisy(QUIET)[99], 106.04)
    assert health.problem(106.04) == ''


def test_one_frame_with_sound_ends_it():
    health = watch(ZEROS)
    health.feed(QUIET, 104.0)
    assert health.hears
    assert health.problem(104.0) == ''


def test_frames_that_do_not_come_are_deafness_from_the_opening_on():
    assert InputHealth(3.0, 100.0).problem(102.9) == ''
    assert InputHealth(3.0, 100.0).problem(103.0) == 'no frames for 3 s'
    assert watch(*noisy(QUIET)).problem(107.5) == 'no frames for 3 s'
