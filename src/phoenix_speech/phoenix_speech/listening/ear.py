"""The states of the listener's ear, and what is recognized while it is open."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from phoenix_speech.listening.endpointer import Paused


class Ear(Enum):
    """What the ear is open for."""

    CLOSED = auto()
    CALLED = auto()  # a wake word or a request
    FOLLOW_UP = auto()  # what may follow an answer
    ENDING = auto()  # closed for all to see; a person who goes on at once is still heard
    GOING_ON = auto()  # that person

    @property
    def is_visible(self) -> bool:
        """Return whether its opening was told, and its end was not."""
        return self in (Ear.CALLED, Ear.FOLLOW_UP, Ear.GOING_ON)


class Heard(NamedTuple):
    """What was recognized; no text when the recognizer found none, or failed."""

    text: str
    took_s: float


@dataclass
class Early:
    """What is recognized in a pause, before it is known to be the end."""

    pause: Paused
    listening: int  # the number of its listening
    heard: Heard | None = None  # still being recognized
    is_all: bool = False  # it was the end
