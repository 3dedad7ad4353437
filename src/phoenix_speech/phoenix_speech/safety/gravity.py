"""Keeps whether a conversation has become grave, and until when."""

from dataclasses import dataclass
from enum import Enum

from phoenix_speech.safety.categories import GRAVE, Category

PAUSE_S = 900.0  # nobody has said anything for so long: another conversation


class Gravity(Enum):
    """What the toy may do besides answering."""

    LIGHT = 'light'
    GRAVE = 'grave'  # no dance, no joke


@dataclass(frozen=True)
class GravityState:
    """The gravity of a conversation, and when something was last said in it."""

    gravity: Gravity = Gravity.LIGHT
    last_s: float | None = None

    def after(self, noticed: Category | None, now_s: float) -> 'GravityState':
        """Return the state after a turn; the one place where it changes."""
        if noticed in GRAVE:
            return GravityState(Gravity.GRAVE, now_s)
        return GravityState(self.at(now_s), now_s)

    def at(self, now_s: float) -> Gravity:
        """Return the gravity at a moment, which a pause makes light again."""
        # A clock that was set back proves no pause.
        return Gravity.LIGHT if self.paused(now_s) else self.gravity

    def paused(self, now_s: float) -> bool:
        """Say whether there was a pause since the last turn."""
        return self.last_s is not None and now_s - self.last_s >= PAUSE_S
