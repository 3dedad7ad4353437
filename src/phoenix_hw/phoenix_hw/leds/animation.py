"""
Renders animations, described as data in config/leds.yaml, as pixels of the LED ring.

Colors are RGB in [0, 1] as perceived, levels and brightness likewise; gamma correction is
the last step. Everything is a function of the moment passed in: the same moment, the same pixels.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import (
    BeforeValidator,
    Field,
    model_validator,
)

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_hw.leds.duty import correct_gamma

RGB: TypeAlias = tuple[float, float, float]
Levels: TypeAlias = npt.NDArray[np.float64]

# At most three flashes per second, so that no ring can provoke a seizure (WCAG 2.3.1).
SHORTEST_PERIOD_S = 0.34
VISIBLE = 8  # duty, [0, 255], of its brightest channel from which on an LED is seen in a lit room
GOLDEN_RATIO = 0.6180339887


def _parse_color(text: Any) -> RGB:
    try:
        if len(text) != 7 or text[0] != '#':
            raise ValueError
        red, green, blue = bytes.fromhex(text[1:])
    except (TypeError, ValueError):
        raise ValueError("a color is written '#rrggbb', with the quotes") from None
    return (red / 255, green / 255, blue / 255)


def _check_name(name: Any) -> Any:
    # 64 characters fit into the LedCommand event.
    if not isinstance(name, str) or not re.fullmatch('[a-z][a-z0-9_]{0,63}', name):
        raise ValueError(
            "a name is at most 64 of a-z, 0-9 and _, quoted where YAML needs it ('off')"
        )
    return name


Color = Annotated[RGB, BeforeValidator(_parse_color)]
Level = Annotated[float, Field(ge=0, le=1)]
PeriodS = Annotated[float, Field(ge=SHORTEST_PERIOD_S)]
Name = Annotated[str, BeforeValidator(_check_name)]


@dataclass(frozen=True)
class Moment:
    """All that an animation depends on: its age, and how loud the toy speaks just now, [0, 1]."""

    elapsed_s: float
    loudness: float = 0.0


class Solid(FileModel):
    """One color that stays."""

    kind: Literal['solid']
    color: Color
    level: Level = 1.0

    def _paint(self, moment: Moment, pixels: int, color: RGB | None) -> Levels:
        return np.tile(np.array(color or self.color) * self.level, (pixels, 1))


class _Swinging(FileModel):
    """One color whose level goes between `low` and `level`."""

    color: Color
    level: Level = 1.0
    low: Level = 0.0

    @model_validator(mode='after')
    def _order_levels(self) -> '_Swinging':
        if self.low > self.level:
            raise ValueError(
                f'low: {self.low} is above level: {self.level}; allowed is at most that'
            )
        return self

    def _swing(self, shape: Levels, color: RGB | None) -> Levels:
        return np.outer(self.low + (self.level - self.low) * shape, color or self.color)


class _Periodic(_Swinging):
    """Each pixel repeats every period."""

    period_s: PeriodS

    def _shape(self, cycles: float, ring: Levels) -> Levels:
        """Return how lit each pixel is, [0, 1], `cycles` periods after the start."""
        raise NotImplementedError

    def _paint(self, moment: Moment, pixels: int, color: RGB | None) -> Levels:
        return self._swing(self._shape(moment.elapsed_s / self.period_s, _ring(pixels)), color)


class Breathe(_Periodic):
    """The whole ring swells and fades smoothly."""

    kind: Literal['breathe']

    def _shape(self, cycles: float, ring: Levels) -> Levels:
        return np.full_like(ring, _swell(cycles))


class Pulse(_Periodic):
    """The whole ring lights up quickly and dies away."""

    kind: Literal['pulse']

    def _shape(self, cycles: float, ring: Levels) -> Levels:
        rise, part = 0.15, cycles % 1
        lit = part / rise if part < rise else ((1 - part) / (1 - rise)) ** 2
        return np.full_like(ring, lit)


class Blink(_Periodic):
    """The whole ring is on for the first half of the period and off for the second."""

    kind: Literal['blink']

    def _shape(self, cycles: float, ring: Levels) -> Levels:
        return np.full_like(ring, cycles % 1 < 0.5)


class Comet(_Periodic):
    """A bright head runs around the ring once per period and drags a tail behind it."""

    kind: Literal['comet']
    tail: float = Field(default=0.6, gt=0, le=1, description='length, as a share of the ring')

    def _shape(self, cycles: float, ring: Levels) -> Levels:
        behind = np.clip(1 - ((cycles - ring) % 1) / self.tail, 0, 1) ** 2
        # The pixel ahead of the head lights up gradually, otherwise the comet would jump.
        ahead = np.clip(1 - ((ring - cycles) % 1) * len(ring), 0, 1)
        return np.maximum(behind, ahead)


class Wave(_Periodic):
    """Bright crests move around the ring; after a period each is where the next one was."""

    kind: Literal['wave']
    crests: int = Field(default=1, ge=1, le=8)

    def _shape(self, cycles: float, ring: Levels) -> Levels:
        return _swell(0.5 + self.crests * ring - cycles)


class Loudness(_Swinging):
    """Lights up from the first pixel to both sides, the farther the louder the toy speaks."""

    kind: Literal['loudness']

    def _paint(self, moment: Moment, pixels: int, color: RGB | None) -> Levels:
        distance = np.abs((_ring(pixels) + 0.5) % 1 - 0.5) * pixels  # [pixels] from the first
        lit = moment.loudness * (pixels / 2 + 1) - distance
        return self._swing(np.clip(lit, 0, 1), color)


class Rainbow(FileModel):
    """All hues at once, turning once per period. A color given by a command changes nothing."""

    kind: Literal['rainbow']
    level: Level = 1.0
    period_s: PeriodS

    def _paint(self, moment: Moment, pixels: int, color: RGB | None) -> Levels:
        hue = _ring(pixels)[:, np.newaxis] - moment.elapsed_s / self.period_s
        channels = np.array([0, 1 / 3, 2 / 3])
        distance = np.abs((hue - channels + 0.5) % 1 - 0.5)
        return np.asarray(self.level * np.clip(2 - 6 * distance, 0, 1))


class Sparkle(FileModel):
    """Each pixel twinkles once per period, at a moment of its own, in the next of the colors."""

    kind: Literal['sparkle']
    colors: Annotated[list[Color], Field(min_length=1)]
    level: Level = 1.0
    period_s: PeriodS

    def _paint(self, moment: Moment, pixels: int, color: RGB | None) -> Levels:
        index = np.arange(pixels)
        # Multiples of the golden ratio spread evenly, yet neighbors look unrelated.
        cycles = moment.elapsed_s / self.period_s + index * GOLDEN_RATIO
        palette = np.array([color] if color else self.colors)
        chosen = palette[(np.floor(cycles).astype(int) + index) % len(palette)]
        return np.asarray(self.level * _swell(cycles)[:, np.newaxis] * chosen)


Animation: TypeAlias = (
    Solid | Breathe | Pulse | Blink | Comet | Wave | Loudness | Rainbow | Sparkle
)
Phase: TypeAlias = Literal['resting', 'listening', 'thinking', 'speaking', 'following_up']


class States(FileModel):
    """Which animation shows which phase of an activity."""

    resting: Name
    listening: Name
    thinking: Name
    speaking: Name
    following_up: Name  # listening without a wake word
    muted: Name  # instead of `resting` and of any command while the microphone is muted
    # By activity, instead of `resting`. The other phases look the same in every activity: it must
    # always be visible whether the toy listens.
    resting_in: dict[Name, Name] = {}


class EarLight(FileModel):
    """The pixel that shows that the microphone may hear: how bright it is, and in which color."""

    color: Color
    waiting: Level  # while the toy only waits for its name
    listening: Level

    @model_validator(mode='after')
    def _can_be_seen(self) -> 'EarLight':
        for key, listening in (('waiting', False), ('listening', True)):
            if not is_visible(self.duty(listening)):
                raise ValueError(f'ear_light.{key}: too dark to be seen; needs a higher level')
        return self

    def duty(self, listening: bool) -> npt.NDArray[np.uint8]:
        """Return the duty of the pixel, shape (3,)."""
        return correct_gamma(
            np.array(self.color) * (self.listening if listening else self.waiting)
        )


def is_visible(duty: npt.NDArray[np.uint8]) -> bool:
    """Return whether a pixel of that duty can be seen."""
    return bool(duty.max() >= VISIBLE)


class AnimationLibrary(FileModel):
    """All animations by name, the states they show, and the ear light above them."""

    animations: dict[Name, Annotated[Animation, Field(discriminator='kind')]]
    states: States
    ear_light: EarLight

    @model_validator(mode='after')
    def _find_states(self) -> 'AnimationLibrary':
        chosen = self.states.model_dump()
        resting_in = chosen.pop('resting_in')
        chosen |= {f'resting_in.{activity}': name for activity, name in resting_in.items()}
        for key, name in chosen.items():
            if name not in self.animations:
                raise ValueError(f'states.{key}: {name!r}; allowed are {self._names()}')
        return self

    def _names(self) -> str:
        return ', '.join(sorted(self.animations))

    def find(self, name: str) -> Animation:
        """Return the animation of that name; raise ValueError naming those that exist."""
        if name not in self.animations:
            raise ValueError(f'animation: {name!r}; allowed are {self._names()}')
        return self.animations[name]

    def of_state(self, activity: str, phase: Phase) -> Animation:
        """Return the animation that shows the phase of the activity."""
        name: str = getattr(self.states, phase)
        if phase == 'resting':
            name = self.states.resting_in.get(activity, name)
        return self.animations[name]


def load_animations(path: Path) -> AnimationLibrary:
    """Read the animations file; raise ConfigFileError naming every mistake in it."""
    return load_config(path, AnimationLibrary)


def paint(animation: Animation, moment: Moment, pixels: int, color: RGB | None) -> Levels:
    """Return the pixels as perceived, shape (pixels, 3) in [0, 1]."""
    return animation._paint(moment, pixels, color)


def _ring(pixels: int) -> Levels:
    return np.arange(pixels) / pixels


def _swell(cycles: npt.ArrayLike) -> Levels:
    return np.asarray((1 - np.cos(2 * math.pi * np.asarray(cycles))) / 2)
