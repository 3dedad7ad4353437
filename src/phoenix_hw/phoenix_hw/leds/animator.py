"""Decides which animation the LED ring shows at a given time, and fades from one to the next."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phoenix_hw.leds.animation import (
    RGB,
    Animation,
    AnimationLibrary,
    Levels,
    Moment,
    Phase,
    paint,
)
from phoenix_hw.leds.duty import CHANNEL_MA, correct_gamma, limit_current

FADE_S = 0.2
EAR_PIXEL = -1
LISTENING_PHASES = ('listening', 'following_up')
LONGEST_LISTENING_S = 30.0  # a listener that died tells of no end


@dataclass(frozen=True)
class _Scene:
    animation: Animation
    started_s: float
    color: RGB | None = None
    brightness: float = 1.0
    ends_s: float = math.inf


class Animator:
    """
    Shows the animation of the toy's state or of a command.

    A command with a duration is shown over any state but an open ear; one without replaces the
    resting animation until the next command, so that it stays visible when the toy listens and
    speaks. While the microphone is muted or lost, that is shown instead of any resting animation.
    Unless it is muted, one pixel is the ear light: no animation, command, brightness or current
    limit puts it out.
    All times are seconds of one clock, which must not run backwards. The ring fades in from dark.

    :param loudness: returns how loud the toy speaks, [0, 1], at a time that is not in the future.
    """

    def __init__(
        self,
        library: AnimationLibrary,
        *,
        pixels: int,
        now_s: float,
        brightness: float = 1.0,
        current_limit_ma: float = math.inf,
        loudness: Callable[[float], float] = lambda now_s: 0.0,
    ) -> None:
        self._library = library
        self._pixels = pixels
        self.brightness = brightness
        self._current_limit_ma = current_limit_ma
        self._loudness = loudness
        self._muted: _Scene | None = None
        self._state = _Scene(library.of_state('', 'resting'), now_s)
        self._phase: Phase = 'resting'
        self._ear: _Scene | None = None  # open, whatever the state says
        self.ear_light = True
        self._standing: _Scene | None = None
        self._command: _Scene | None = None
        self._fade_from: Levels = np.zeros((pixels, 3))
        self._fade_started_s = now_s

    def show_state(self, activity: str, phase: Phase, now_s: float) -> bool:
        """
        Show the animation of this state as soon as no command is shown.

        :returns: whether another animation is shown now.
        """
        before, scene = self._levels(now_s), self._scene(now_s)
        animation = self._library.of_state(activity, phase)
        if animation is not self._state.animation:
            self._state = _Scene(animation, now_s)
        self._phase = phase
        changed = self._scene(now_s) is not scene
        if changed:
            self._fade(before, now_s)
        return changed

    def show_ear(self, opened: bool, now_s: float) -> None:
        """Show that the ear is open, at once; for a state that shows so, too, that is the same."""
        before = self._levels(now_s)
        animation = self._library.of_state('', 'listening')
        ends_s = now_s + LONGEST_LISTENING_S
        self._ear = _Scene(animation, now_s, ends_s=ends_s) if opened else None
        self._fade(before, now_s)

    def show_muted(self, muted: bool, now_s: float) -> None:
        """Show that the microphone is muted or lost, or stop showing it."""
        before, scene = self._levels(now_s), self._scene(now_s)
        animation = self._library.animations[self._library.states.muted]
        self._muted = _Scene(animation, now_s) if muted else None
        if self._scene(now_s) is not scene:
            self._fade(before, now_s)

    def play(
        self,
        name: str,
        now_s: float,
        *,
        color: RGB | None = None,
        brightness: float = 1.0,
        duration_s: float = 0.0,
    ) -> None:
        """
        Show the animation of that name for `duration_s`; 0: whenever the toy rests.

        :param color: [0, 1] for each channel; None: the animation's own.
        :param brightness: [0, 1].
        :raises ValueError: there is no such animation.
        """
        animation = self._library.find(name)
        before = self._levels(now_s)
        self._command = None
        if duration_s > 0:
            self._command = _Scene(animation, now_s, color, brightness, now_s + duration_s)
        else:
            self._standing = _Scene(animation, now_s, color, brightness)
        self._fade(before, now_s)

    def end_commands(self, now_s: float) -> None:
        """Show the animation of the state again."""
        before = self._levels(now_s)
        self._command = self._standing = None
        self._fade(before, now_s)

    def frame(self, now_s: float) -> npt.NDArray[np.uint8]:
        """Return the duty of each LED at that time, shape (pixels, 3), [0, 255]."""
        duty = correct_gamma(self._levels(now_s) * self.brightness)
        if not self.ear_light:
            return limit_current(duty, self._current_limit_ma)
        ear = self._library.ear_light.duty(self._listens(now_s))
        duty[EAR_PIXEL] = 0
        ear_ma = ear.sum(dtype=np.int64) / 255 * CHANNEL_MA
        duty = limit_current(duty, self._current_limit_ma - ear_ma).copy()
        duty[EAR_PIXEL] = ear
        return duty

    def _listens(self, now_s: float) -> bool:
        is_open = self._ear is not None and now_s < self._ear.ends_s
        return is_open or self._phase in LISTENING_PHASES

    def _scene(self, now_s: float) -> _Scene:
        if self._phase in LISTENING_PHASES:
            return self._state
        if self._ear is not None and now_s < self._ear.ends_s:
            return self._ear
        command = self._command
        if command is not None:
            if now_s < command.ends_s:
                return command
            # The fade begins when the command ended, not at the next frame, so that frames
            # depend on time alone.
            before = self._faded(command, command.ends_s)
            self._command = None
            self._fade(before, command.ends_s)
        if self._phase == 'resting' and self._muted is not None:
            return self._muted
        if self._phase == 'resting' and self._standing is not None:
            return self._standing
        return self._state

    def _fade(self, before: Levels, now_s: float) -> None:
        self._fade_from = before
        self._fade_started_s = now_s

    def _levels(self, now_s: float) -> Levels:
        return self._faded(self._scene(now_s), now_s)

    def _faded(self, scene: _Scene, now_s: float) -> Levels:
        moment = Moment(now_s - scene.started_s, self._loudness(now_s))
        target = paint(scene.animation, moment, self._pixels, scene.color)
        share = min(max((now_s - self._fade_started_s) / FADE_S, 0.0), 1.0)
        share = share * share * (3 - 2 * share)
        return self._fade_from + share * (target * scene.brightness - self._fade_from)
