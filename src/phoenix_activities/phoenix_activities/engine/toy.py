"""What the director can make the toy do: the port behind which the ROS node stands."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol


class Phase(IntEnum):
    """What the toy does within an activity; the values of ActivityState."""

    RESTING = 1
    LISTENING = 2
    THINKING = 3
    SPEAKING = 4
    FOLLOWING_UP = 5  # listening, too, but nobody called


class Alarm(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Do not call any more."""


class Toy(Protocol):
    """What the director can make the toy do."""

    def say(self, text: str) -> str:
        """Say something after what is being said; returns the utterance's name."""

    def silence(self, reason: str) -> None:
        """Stop all speech at once."""

    def listen(self) -> None:
        """Open the ear."""

    def stop_listening(self) -> None:
        """Close the ear and forget what it heard."""

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Understand these answers, name to sentence templates, until told otherwise."""

    def converse(self, text: str, known: Mapping[str, str]) -> None:
        """
        Let the conversation answer; its sentences are reported to Director.on_reply.

        :param known: what the toy was told before, e.g. child_name.
        """

    def stop_conversing(self) -> None:
        """Cancel the conversation's answer."""

    def show(self, animation: str, color: str, brightness: float, duration_s: float) -> None:
        """
        Show an animation over the state's own; an empty name ends that.

        :param color: '#rrggbb', or empty for the animation's own.
        :param duration_s: 0: until the next one, while the toy rests.
        """

    def set_volume(self, level: float, muted: bool) -> None:
        """Speak at that volume, from 0 to 1."""

    def keep(self, values: dict[str, Any]) -> None:
        """Keep these JSON values, and no others, so that they survive a crash."""

    def after(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> Alarm:
        """
        Call back later.

        :param new_interaction: what follows is not part of the interaction that is under way now.
        """

    def now(self) -> datetime:
        """Return the local time."""

    def entered(self, activity: str, left: str, reason: str) -> None:
        """Tell that another activity runs."""

    def state(self, activity: str, phase: Phase) -> None:
        """Tell what the toy is doing now."""

    def late(self, phase: Phase) -> None:
        """Tell that a step did not end in time and was given up."""
