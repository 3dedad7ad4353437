import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_hw.leds.animation import (
    SHORTEST_PERIOD_S,
    AnimationLibrary,
    Moment,
    load_animations,
    paint,
)
from phoenix_hw.leds.duty import correct_gamma, limit_current

LEDS_YAML = Path(__file__).parents[4] / 'config' / 'leds.yaml'
PIXELS = 16

SMALL: dict[str, Any] = {
    'animations': {
        'calm': {'kind': 'breathe', 'color': '#0000ff', 'level': 0.8, 'low': 0.2, 'period_s': 4.0},
        'busy': {'kind': 'comet', 'color': '#ff0000', 'period_s': 1.0, 'tail': 0.5},
        'walk': {'kind': 'wave', 'color': '#ffffff', 'period_s': 1.0, 'crests': 2},
        'ring': {'kind': 'pulse', 'color': '#ffffff', 'period_s': 1.0},
        'warn': {'kind': 'blink', 'color': '#ffffff', 'low': 0.5, 'period_s': 1.0},
        'bow': {'kind': 'rainbow', 'period_s': 1.0},
        'party': {'kind': 'sparkle', 'colors': ['#ff0000', '#0000ff'], 'period_s': 1.0},
        'lamp': {'kind': 'solid', 'color': '#ff8000'},
        'night': {'kind': 'solid', 'color': '#ffffff', 'level': 0.0},
    },
    'states': {
        'resting': 'calm',
        'listening': 'walk',
        'thinking': 'busy',
        'speaking': 'ring',
        'following_up': 'walk',
        'muted': 'lamp',
        'resting_in': {'sleep': 'night'},
    },
    'ear_light': {'color': '#00ff00', 'waiting': 0.25, 'listening': 1.0},
}


METER: dict[str, Any] = {'kind': 'loudness', 'color': '#ffffff', 'low': 0.2}


def small() -> AnimationLibrary:
    return AnimationLibrary.model_validate(SMALL)


def render(
    animation: Any, elapsed_s: float, pixels: int, color: Any, brightness: float
) -> np.ndarray:
    return correct_gamma(paint(animation, Moment(elapsed_s), pixels, color) * brightness)


def shown(name: str, elapsed_s: float, color: Any = None, brightness: float = 1.0) -> np.ndarray:
    return render(small().find(name), elapsed_s, PIXELS, color, brightness)


@pytest.fixture(scope='module')
def shipped() -> AnimationLibrary:
    return load_animations(LEDS_YAML)


def test_shipped_file_has_the_animations_that_the_toy_asks_for(shipped: AnimationLibrary) -> None:
    wanted = (
        'breathing listening thinking speaking sleep happy rainbow alarm error ears_off solid off'
    )
    assert set(wanted.split()) <= set(shipped.animations)


def test_shipped_states_look_different(shipped: AnimationLibrary) -> None:
    states = [
        shipped.of_state('idle', 'resting'),
        shipped.of_state('sleep', 'resting'),
        shipped.of_state('conversation', 'listening'),
        shipped.of_state('conversation', 'following_up'),
        shipped.of_state('conversation', 'thinking'),
        shipped.of_state('conversation', 'speaking'),
        shipped.find('ears_off'),
        shipped.find('error'),
    ]
    films = [
        b''.join(render(a, tick / 10, PIXELS, None, 1.0).tobytes() for tick in range(50))
        for a in states
    ]
    assert len(set(films)) == len(states)


def test_shipped_animations_are_seen_at_a_fifth_of_the_brightness(
    shipped: AnimationLibrary,
) -> None:
    for name, animation in shipped.animations.items():
        film = [render(animation, tick / 10, PIXELS, None, 0.2) for tick in range(100)]
        assert np.any(film) == (name != 'off'), name


@pytest.mark.parametrize('name', SMALL['animations'])
def test_render_depends_on_time_alone_and_repeats(name: str) -> None:
    first = shown(name, 0.37)
    assert first.shape == (PIXELS, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, shown(name, 0.37))
    # 4 s are whole periods of each, and an even number of them: `party` has two colors.
    assert np.allclose(first.astype(int), shown(name, 4.37).astype(int), atol=1)


def test_gamma_makes_half_the_level_a_fifth_of_the_duty() -> None:
    assert correct_gamma(np.array([0.0, 0.5, 1.0])).tolist() == [0, 55, 255]
    assert shown('lamp', 0)[0].tolist() == [255, 56, 0]
    assert shown('lamp', 0, brightness=0.5)[0].tolist() == [55, 12, 0]


def test_color_of_a_command_replaces_the_animations_own() -> None:
    assert shown('lamp', 0, color=(0.0, 1.0, 0.0))[0].tolist() == [0, 255, 0]
    assert not shown('busy', 0.5, color=(0.0, 0.0, 1.0))[:, :2].any()
    assert not shown('party', 0.5, color=(0.0, 0.0, 1.0))[:, :2].any()


def test_brightness_zero_is_dark() -> None:
    for name in SMALL['animations']:
        assert not shown(name, 0.4, brightness=0.0).any()


def test_breathe_goes_from_low_to_level() -> None:
    blue = [int(shown('calm', t)[0, 2]) for t in (0.0, 2.0)]
    assert blue == correct_gamma(np.array([0.2, 0.8])).tolist()


def test_comet_head_runs_around_the_ring_and_its_tail_follows() -> None:
    for pixel in range(PIXELS):
        red = shown('busy', pixel / PIXELS)[:, 0].astype(int)
        tail = np.roll(red, -pixel)[::-1]  # the pixel behind the head first, the head last
        assert red.argmax() == pixel
        assert tail[0] > tail[3] > tail[8] == 0


def test_comet_head_glides_from_pixel_to_pixel() -> None:
    coming = [int(shown('busy', (3 + part) / PIXELS)[4, 0]) for part in (0, 0.5, 1)]
    assert coming == [0, 55, 255]


def test_wave_has_its_crests_evenly_spaced() -> None:
    assert np.flatnonzero(shown('walk', 0)[:, 0] == 255).tolist() == [0, 8]
    assert np.flatnonzero(shown('walk', 0.5)[:, 0] == 255).tolist() == [4, 12]


def test_blink_has_two_levels() -> None:
    assert shown('warn', 0.25)[0].tolist() == [255, 255, 255]
    assert shown('warn', 0.75)[0].tolist() == [55, 55, 55]


def test_rainbow_shows_the_three_primary_colors_evenly() -> None:
    pixels = render(small().find('bow'), 0.0, 12, None, 1.0)
    assert [pixels[i].tolist() for i in (0, 4, 8)] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


def test_no_pixel_flashes_more_than_three_times_a_second(shipped: AnimationLibrary) -> None:
    for name, animation in shipped.animations.items():
        film = [render(animation, tick / 50, PIXELS, None, 1.0) for tick in range(501)]
        level = np.array(film).astype(int).sum(axis=2)
        bright = level > (level.min(axis=0) + level.max(axis=0)) / 2
        flashes = (~bright[:-1] & bright[1:]).sum(axis=0)
        assert flashes.max() <= 30, name
    assert 1 / SHORTEST_PERIOD_S < 3


def test_activity_replaces_the_resting_look_only() -> None:
    library = small()
    assert library.of_state('sleep', 'resting') is library.find('night')
    assert library.of_state('idle', 'resting') is library.find('calm')
    assert library.of_state('sleep', 'listening') is library.find('walk')


def test_unknown_name_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(ValueError, match=r"'disco'; allowed are bow, busy, .*warn"):
        small().find('disco')


@pytest.mark.parametrize(
    ('keys', 'value', 'said'),
    [
        (('animations', 'calm', 'period_s'), 0.1, r'animations\.calm\.period_s: 0\.1 .*0\.34'),
        (('animations', 'calm', 'period_s'), '4', r"animations\.calm\.period_s: '4' .*number"),
        (('animations', 'calm', 'period_s'), float('inf'), r'calm\.period_s: inf .*finite'),
        (('animations', 'calm', 'level'), 1.5, r'animations\.calm\.level: 1\.5 .*less than or eq'),
        (
            ('animations', 'calm', 'low'),
            0.9,
            r'animations\.calm: .*low: 0\.9 is above level: 0\.8',
        ),
        (('animations', 'calm', 'color'), 'blue', r"animations\.calm\.color: 'blue' .*#rrggbb"),
        (('animations', 'calm', 'color'), '#12345', r"calm\.color: '#12345' .*#rrggbb"),
        (('animations', 'calm', 'color'), None, r'calm\.color: None .*with the quotes'),
        (
            ('animations', 'calm', 'kind'),
            'disco',
            r"animations\.calm: .*'disco'.*'solid', 'breathe'",
        ),
        (
            ('animations', 'calm', 'speed'),
            2,
            r"animations\.calm: .*'speed'.*allowed are .*period_s",
        ),
        (('animations', 'calm'), 'blue', r"animations\.calm: 'blue' .*dictionary"),
        (('animations', 'party', 'colors'), [], r'animations\.party\.colors: \[\] .*at least 1'),
        (('animations', 'walk', 'crests'), 0, r'animations\.walk\.crests: 0 .*greater than'),
        (('animations', 'Two words'), SMALL['animations']['lamp'], r"'Two words' \(a name is"),
        (('animations', False), SMALL['animations']['lamp'], r'False \(a name is .*quoted'),
        (('states', 'resting'), 'disco', r"states\.resting: 'disco'; allowed are bow, busy"),
        (('states', 'resting_in', 'story'), 'disco', r"states\.resting_in\.story: 'disco'; allow"),
        (('states', 'dancing'), 'calm', r"states: .*'dancing'.*allowed are resting, listening"),
        (('colors',), {}, r"'colors'.*allowed are animations, states, ear_light"),
        (('ear_light', 'waiting'), 0.1, 'waiting: too dark to be seen'),
        (('ear_light', 'color'), '#000000', 'waiting: too dark to be seen'),
    ],
)
def test_mistake_in_the_file_is_named(
    tmp_path: Path, keys: tuple[Any, ...], value: Any, said: str
) -> None:
    data = copy.deepcopy(SMALL)
    place = data
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = tmp_path / 'my_leds.yaml'
    path.write_text(yaml.safe_dump(data), encoding='utf-8')
    with pytest.raises(ConfigFileError, match=said) as caught:
        load_animations(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize('text', ['', '[1]', 'animations: {', 'animations: {}\n'])
def test_file_that_is_no_animations_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / 'my_leds.yaml'
    path.write_text(text, encoding='utf-8')
    with pytest.raises(ConfigFileError, match='my_leds'):
        load_animations(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match='none\\.yaml'):
        load_animations(tmp_path / 'none.yaml')


def test_missing_state_is_named(tmp_path: Path) -> None:
    data = copy.deepcopy(SMALL)
    del data['states']['thinking']
    path = tmp_path / 'my_leds.yaml'
    path.write_text(yaml.safe_dump(data), encoding='utf-8')
    with pytest.raises(ConfigFileError, match=r'states\.thinking: Field required'):
        load_animations(path)


def test_loudness_lights_up_from_the_first_pixel_to_both_sides() -> None:
    meter = AnimationLibrary.model_validate(
        {**SMALL, 'animations': {**SMALL['animations'], 'meter': METER}}
    ).find('meter')

    def lit(loudness: float) -> list[int]:
        levels = paint(meter, Moment(3.0, loudness), 8, None)
        assert levels.min() >= METER['low']
        return [pixel for pixel in range(8) if levels[pixel, 0] > METER['low'] + 0.01]

    assert lit(0.0) == []
    assert lit(0.3) == [0, 1, 7]
    assert lit(1.0) == list(range(8))


def test_a_frame_over_the_current_budget_is_dimmed_as_a_whole() -> None:
    frame = np.array([[255, 128, 0]] * 10, np.uint8)  # 10 LEDs: 10 mA dark, 300 mA lit
    assert np.array_equal(limit_current(frame, 320), frame)
    dimmed = limit_current(frame, 160)
    assert 10 + dimmed.sum() / 255 * 20 <= 160
    assert dimmed[0].tolist() == [127, 63, 0]
    assert not limit_current(frame, 5).any()
