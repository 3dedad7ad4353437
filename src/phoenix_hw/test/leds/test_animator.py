from typing import Any

import numpy as np
import pytest

from phoenix_hw.leds.animation import AnimationLibrary
from phoenix_hw.leds.animator import FADE_S, Animator

LIBRARY = AnimationLibrary.model_validate(
    {
        'animations': {
            'red': {'kind': 'solid', 'color': '#ff0000'},
            'green': {'kind': 'solid', 'color': '#00ff00'},
            'blue': {'kind': 'solid', 'color': '#0000ff'},
            'white': {'kind': 'solid', 'color': '#ffffff'},
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
    }
)


def make(brightness: float = 1.0, **options: Any) -> Animator:
    return Animator(LIBRARY, pixels=4, now_s=0.0, brightness=brightness, **options)


def first(animator: Animator, now_s: float) -> list[int]:
    pixel: list[int] = animator.frame(now_s)[0].tolist()
    return pixel


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
    animator.play('blue', 1.0, duration_s=2.0)
    animator.show_state('conversation', 'listening', 2.0)
    assert first(animator, 2.5) == BLUE
    assert first(animator, 4.0) == GREEN


def test_color_and_brightness_of_a_command() -> None:
    animator = make(brightness=0.5)
    animator.play('blue', 1.0, color=(0.0, 1.0, 0.0), brightness=0.5, duration_s=1.0)
    assert first(animator, 1.5) == [0, 12, 0]
    assert first(animator, 3.0) == [55, 0, 0]


def test_unknown_animation_is_refused_and_changes_nothing() -> None:
    animator = make()
    with pytest.raises(
        ValueError, match="'disco'; allowed are blue, green, meter, red, turning, white"
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
    assert first(animator, 1.0) == [127, 0, 0]
