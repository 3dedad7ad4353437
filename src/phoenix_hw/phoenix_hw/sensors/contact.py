"""Converts the readings of a bouncing contact to presses, releases, clicks and holds."""

import math
from dataclasses import dataclass
from enum import Enum


class ChangeKind(Enum):
    """The kind of a change; the members are named as in the event ButtonEvent."""

    PRESSED = 'pressed'
    RELEASED = 'released'
    CLICKED = 'clicked'
    DOUBLE_CLICKED = 'double_clicked'
    HELD = 'held'


@dataclass(frozen=True)
class Change:
    """A change of a contact, when it happened, and how long [s] the contact was held before."""

    kind: ChangeKind
    at_s: float
    held_s: float


class Contact:
    """
    Follows one contact: a touch pad, a button, a motion sensor.

    It is pressed as soon as it closes, and released when it has been open for `settle_s`; shorter
    openings are bounces. So it changes at most twice per `settle_s`, however it chatters.
    All times are seconds of the caller's clock; `poll` is to be called at `due_s`.

    :param hold_s: a button pressed for so long is held, and not clicked.
    :param double_s: a button pressed again within that time after its release is double-clicked.
    """

    def __init__(self, *, settle_s: float, hold_s: float = 0.8, double_s: float = 0.3) -> None:
        self._settle_s = settle_s
        self._hold_s = hold_s
        self._double_s = double_s
        self._pressed_s: float | None = None
        self._opened_s: float | None = None  # open since then, but not yet released
        self._held = False  # and reported
        self._click: Change | None = None  # may still become a double one

    @property
    def due_s(self) -> float:
        """When something changes without a reading; infinity: never."""
        if self._opened_s is not None:
            return self._opened_s + self._settle_s
        if self._pressed_s is not None:
            return math.inf if self._held else self._pressed_s + self._hold_s
        return math.inf if self._click is None else self._click.at_s + self._double_s

    def feed(self, closed: bool, now_s: float) -> list[Change]:
        """Process a reading, which may repeat the previous one; return the changes."""
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
        """Return the changes up to that time."""
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
