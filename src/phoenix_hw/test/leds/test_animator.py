import math
from typing import Any

import numpy as np
import pytest

from phoenix_hw.leds.animation import AnimationLibrary, Phase
from phoenix_hw.leds.animator import EAR_PIXEL, FADE_S, LONGEST_LISTENING_S, Animator

LIBRARY = AnimationLibrary.model_validate(
    {
        'animations': {
            'red': {'kind': 'solid', 'color': '#ff0000'},
            'green': {'kind': 'solid', 'color': '#00ff00'},
            'blue': {'kind': 'solid', 'color': '#0000ff'},
            'white': {'kind': 'solid', 'color': '#ffffff'},
            'black': {'kind': 'solid', 'color': '#000000'},
            'meter': {'kind': 'loudness', 'color': '#ffffff'},
            'turning': {'kind': 'comet', 'color': '#ffffff', 'period_s': 1.0},
        },
        'states': {
            'resting': 'red',
            'listening': 'green',
            'thinking': 'turning',
            'speaking': 'blue',
            'following_up': 'green',
            'muted': 'white',
        },
        'ear_light': {'color': '#00ff00', 'waiting': 0.25, 'listening': 1.0},
    }
)


def make(brightness: float = 1.0, **options: Any) -> Animator:
    return Animator(LIBRARY, pixels=4, now_s=0.0, brightness=brightness, **options)


def first(animator: Animator, now_s: float) -> list[int]:
    pixel: list[int] = animator.frame(now_s)[0].tolist()
    return pixel


def ear(animator: Animator, now_s: float) -> list[int]:
    pixel: list[int] = animator.frame(now_s)[EAR_PIXEL].tolist()
    return pixel


FAINT, BRIGHT = [0, 12, 0], [0, 255, 0]
RED, GREEN, BLUE, DARK = [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]
WHITE = [255, 255, 255]


def test_fades_in_from_dark_to_the_resting_look() -> None:
    animator = make()
    assert first(animator, 0.0) == DARK
    assert DARK < first(animator, FADE_S / 2) < RED
    assert first(animator, FADE_S) == RED


def test_fades_between_states_without_a_jump() -> None:
    animator = make()
    animator.frame(5.0)
    animator.show_state('conversation', 'listening', 5.0)
    film = np.array([animator.frame(5.0 + t) for t in np.linspace(0, FADE_S, 41)]).astype(int)
    assert film[0, 0].tolist() == RED
    assert film[20, 0].tolist() == [55, 55, 0]
    assert film[-1, 0].tolist() == GREEN
    assert np.abs(np.diff(film, axis=0)).max() < 25


def test_change_in_the_middle_of_a_fade_goes_on_from_what_is_seen() -> None:
    animator = make()
    animator.show_state('conversation', 'listening', 5.0)
    seen = first(animator, 5.1)
    animator.show_state('conversation', 'speaking', 5.1)
    assert first(animator, 5.1) == seen
    assert first(animator, 5.3) == BLUE


def test_same_state_again_does_not_start_over() -> None:
    once, twice = make(), make()
    for animator in (once, twice):
        animator.show_state('conversation', 'thinking', 1.0)
    twice.show_state('story', 'thinking', 1.4)
    assert np.array_equal(once.frame(1.7), twice.frame(1.7))


def test_command_with_a_duration_goes_back_to_the_state() -> None:
    animator = make()
    animator.play('blue', 1.0, duration_s=2.0)
    assert first(animator, 2.9) == BLUE
    assert first(animator, 3.0 + FADE_S) == RED


def test_command_without_a_duration_is_the_resting_look_until_the_next() -> None:
    animator = make()
    animator.play('blue', 1.0)
    assert first(animator, 10_000.0) == BLUE
    animator.show_state('conversation', 'listening', 10_000.0)
    assert first(animator, 10_001.0) == GREEN
    animator.show_state('idle', 'resting', 10_002.0)
    assert first(animator, 10_003.0) == BLUE


def test_ended_commands_give_way_to_the_state() -> None:
    animator = make()
    animator.play('blue', 1.0)
    animator.play('green', 1.0, duration_s=100.0)
    animator.end_commands(2.0)
    assert first(animator, 3.0) == RED


def test_state_that_changes_under_a_command_is_shown_after_it() -> None:
    animator = make()
    animator.play('green', 1.0, duration_s=2.0)
    animator.show_state('conversation', 'speaking', 2.0)
    assert first(animator, 2.5) == GREEN
    assert first(animator, 4.0) == BLUE


@pytest.mark.parametrize('phase', ['listening', 'following_up'])
def test_no_command_hides_a_state_in_which_the_toy_listens(phase: Phase) -> None:
    animator = make()
    animator.show_state('conversation', phase, 1.0)
    animator.play('blue', 2.0, duration_s=2.0)
    assert first(animator, 3.0) == GREEN
    animator.show_state('conversation', 'thinking', 3.0)
    animator.show_state('idle', 'resting', 5.0)
    assert first(animator, 6.0) == RED


def test_an_open_ear_is_shown_whatever_the_state_until_it_is_closed_or_forgotten() -> None:
    animator = make()
    animator.play('blue', 0.0, duration_s=1000.0)
    animator.show_ear(True, 1.0)
    assert first(animator, 2.0) == GREEN
    assert ear(animator, 1.0) == BRIGHT
    animator.show_ear(False, 3.0)
    assert first(animator, 4.0) == BLUE
    assert ear(animator, 4.0) == FAINT
    animator.show_ear(True, 5.0)
    assert ear(animator, 4.9 + LONGEST_LISTENING_S) == BRIGHT
    assert ear(animator, 5.1 + LONGEST_LISTENING_S) == FAINT


@pytest.mark.parametrize('brightness', [0.0, 0.5, 1.0])
@pytest.mark.parametrize('limit_ma', [0.0, 10.0, math.inf])
@pytest.mark.parametrize('state', ['resting', 'thinking', 'speaking'])
def test_nothing_puts_the_ear_light_out(brightness: float, limit_ma: float, state: Phase) -> None:
    animator = make(brightness=brightness, current_limit_ma=limit_ma)
    assert ear(animator, 0.0) == FAINT
    animator.play('black', 0.0)
    animator.play('black', 0.0, brightness=0.0, duration_s=1000.0)
    animator.show_state('sleep', state, 1.0)
    animator.show_muted(True, 2.0)  # or lost
    assert [ear(animator, now_s) for now_s in (2.0, 2.1, 5.0)] == [FAINT] * 3
    animator.show_state('conversation', 'listening', 6.0)
    assert ear(animator, 6.0) == BRIGHT
    animator.ear_light = False
    animator.play('black', 7.0, duration_s=1000.0)
    animator.show_state('idle', 'resting', 7.0)
    assert ear(animator, 8.0) == DARK


def test_color_and_brightness_of_a_command() -> None:
    animator = make(brightness=0.5)
    animator.play('blue', 1.0, color=(0.0, 1.0, 0.0), brightness=0.5, duration_s=1.0)
    assert first(animator, 1.5) == [0, 12, 0]
    assert first(animator, 3.0) == [55, 0, 0]


def test_unknown_animation_is_refused_and_changes_nothing() -> None:
    animator = make()
    with pytest.raises(
        ValueError, match="'disco'; allowed are black, blue, green, meter, red, turning, white"
    ):
        animator.play('disco', 1.0)
    assert first(animator, 2.0) == RED


def test_frames_do_not_depend_on_how_often_one_looks() -> None:
    often, seldom = make(), make()
    for animator in (often, seldom):
        animator.show_state('conversation', 'thinking', 0.5)
        animator.play('blue', 1.0, duration_s=1.0)
    for tick in range(210):
        often.frame(tick / 100)
    assert np.array_equal(often.frame(2.1), seldom.frame(2.1))
    assert 0 < seldom.frame(2.1)[0, 2] < 255  # in the middle of the fade back


def test_a_muted_microphone_is_shown_whatever_is_shown_while_resting() -> None:
    animator = make()
    animator.play('green', 1.0)
    animator.show_muted(True, 2.0)
    assert first(animator, 2.0) == GREEN
    assert first(animator, 2.0 + FADE_S) == WHITE
    animator.show_state('conversation', 'speaking', 3.0)
    assert first(animator, 4.0) == BLUE
    animator.show_state('idle', 'resting', 5.0)
    assert first(animator, 6.0) == WHITE
    animator.show_muted(False, 7.0)
    assert first(animator, 8.0) == GREEN


def test_the_loudness_is_asked_for_at_the_time_of_the_frame() -> None:
    animator = make(loudness=lambda now_s: float(now_s >= 3.0))
    animator.play('meter', 0.0)
    assert first(animator, 2.0) == DARK
    assert first(animator, 3.0) == WHITE


def test_the_current_limit_holds_for_every_frame() -> None:
    animator = make(current_limit_ma=44.0)  # 4 LEDs, 4 mA dark: 40 mA of 80 mA
    animator.ear_light = False
    assert first(animator, 1.0) == [127, 0, 0]
    animator.ear_light = True  # 1 mA of it; 39 mA of 60 mA for the others
    assert first(animator, 1.0) == [166, 0, 0]
