"""The inputs of the activity manager: what happens to the toy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.turn import (
    EarEvent,
    PlaybackEnded,
    PlaybackStarted,
    ReplyEnded,
    ReplySentence,
    ReplyStarted,
)


@dataclass(frozen=True)
class Started:
    """The toy was switched on."""


@dataclass(frozen=True)
class Called:
    """
    Somebody wants the toy's attention.

    :param reason: 'wake_word', 'touch' or 'button'.
    :param ear_opens: the listener opens by itself, as it does after a wake word.
    """

    reason: str
    ear_opens: bool = False


@dataclass(frozen=True)
class Touched:
    """A pad was touched."""

    pad: str


@dataclass(frozen=True)
class ActivityRequested:
    """A program asks for an activity, with slots as its `request_slots` declares."""

    name: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CapabilitiesLost:
    """These capabilities of config/capabilities.yaml, and no others, are lost."""

    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class VolumeStepped:
    """A volume key was pressed."""

    step: float


@dataclass(frozen=True)
class TimerExpired:
    """The time of ActivityManager.after is over."""

    callback: Callable[[], None]


Input = (
    Started
    | Called
    | Touched
    | UserIntent
    | ActivityRequested
    | EarEvent
    | ReplyStarted
    | ReplySentence
    | ReplyEnded
    | PlaybackStarted
    | PlaybackEnded
    | CapabilitiesLost
    | VolumeStepped
    | TimerExpired
)
