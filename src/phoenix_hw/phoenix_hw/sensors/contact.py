"""Turns the readings of a contact that bounces into presses, releases, clicks and holds."""

import math
from dataclasses import dataclass
from enum import Enum


class ChangeKind(Enum):
    """What became of a contact; the members are named as in the event ButtonEvent."""

    PRESSED = 'pressed'
    RELEASED = 'released'
    CLICKED = 'clicked'
    DOUBLE_CLICKED = 'double_clicked'
    HELD = 'held'


@dataclass(frozen=True)
class Change:
    """A change, when it happened, and how long [s] the contact was held until then."""

    kind: ChangeKind
    at_s: float
    held_s: float


class Contact:
    """
    Follows one contact: a touch pad, a button, a motion sensor.

    It is pressed at the first sign of it, and released when it has been open for `settle_s`: what
    opens for less bounces. So it changes at most twice per `settle_s`, however it chatters.
    All times are seconds of the caller's clock; `due_s` is when `poll` is to be called.

    :param hold_s: pressed for so long, a button is held and no longer clicked.
    :param double_s: pressed again within that time of its release, it is double-clicked.
    """

    def __init__(self, *, settle_s: float, hold_s: float = 0.8, double_s: float = 0.3) -> None:
        """Begin released."""
        self._settle_s = settle_s
        self._hold_s = hold_s
        self._double_s = double_s
        self._pressed_s: float | None = None
        self._opened_s: float | None = None  # since then open, but not yet taken as released
        self._held = False  # told
        self._click: Change | None = None  # may yet become a double one

    @property
    def due_s(self) -> float:
        """When time alone will change something; infinity: never."""
        if self._opened_s is not None:
            return self._opened_s + self._settle_s
        if self._pressed_s is not None:
            return math.inf if self._held else self._pressed_s + self._hold_s
        return math.inf if self._click is None else self._click.at_s + self._double_s

    def feed(self, closed: bool, now_s: float) -> list[Change]:
        """Take a reading, which may repeat the one before, and return what follows from it."""
        changes = self.poll(now_s)
        if closed:
            self._opened_s = None
            if self._pressed_s is None:
                self._pressed_s, self._held = now_s, False
                changes.append(Change(ChangeKind.PRESSED, now_s, 0.0))
        elif self._pressed_s is not None and self._opened_s is None:
            self._opened_s = now_s
        return changes + self.poll(now_s)

    def poll(self, now_s: float) -> list[Change]:
        """Return what has become of the contact by that time."""
        changes = []
        while (due_s := self.due_s) <= now_s:
            if self._opened_s is not None:
                changes += self._release(self._opened_s)
            elif self._pressed_s is not None:
                self._held, self._click = True, None
                changes.append(Change(ChangeKind.HELD, due_s, self._hold_s))
            elif self._click is not None:
                changes.append(self._click)
                self._click = None
        return changes

    def _release(self, at_s: float) -> list[Change]:
        assert self._pressed_s is not None
        held_s = max(at_s - self._pressed_s, 0.0)
        self._pressed_s = self._opened_s = None
        changes = [Change(ChangeKind.RELEASED, at_s, held_s)]
        if self._held:
            return changes
        if self._click is None:
            self._click = Change(ChangeKind.CLICKED, at_s, held_s)
        else:
            self._click = None
            changes.append(Change(ChangeKind.DOUBLE_CLICKED, at_s, held_s))
        return changes
