"""The toy interface: what the activities can make the toy do, without ROS."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol

from phoenix_activities.timer_handle import TimerHandle


class Phase(IntEnum):
    """What the toy does within an activity; the values of ActivityState."""

    RESTING = 1
    LISTENING = 2
    THINKING = 3
    SPEAKING = 4
    FOLLOWING_UP = 5  # listening although nobody called


class ToyInterface(Protocol):
    """What the activities can make the toy do."""

    def say(self, text: str) -> str:
        """Say a text after what is being said; return the id of the utterance."""

    def stop_speaking(self, reason: str) -> None:
        """Stop all speech at once."""

    def listen(self, *, called: bool) -> None:
        """Open the ear."""

    def stop_listening(self) -> None:
        """Close the ear and drop what it heard."""

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Understand these answers, name to sentence templates, until the next call."""

    def request_reply(self, text: str, known: Mapping[str, str]) -> None:
        """
        Ask the conversation node for a reply.

        :param known: what a person told before, e.g. child_name.
        """

    def cancel_reply(self) -> None:
        """Cancel the reply of the conversation node."""

    def show(self, animation: str, color: str, brightness: float, duration_s: float) -> None:
        """
        Show an animation over that of the state; an empty name ends it.

        :param color: '#rrggbb', or empty for the animation's own.
        :param duration_s: 0: until the next one, while the toy rests.
        """

    def set_volume(self, level: float, muted: bool) -> None:
        """Set the volume of the voice, 0 to 1."""

    def keep(self, values: dict[str, Any]) -> None:
        """Keep these JSON values, and no others, so that they survive a crash."""

    def call_later(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> TimerHandle:
        """
        Call back after a delay.

        :param new_interaction: what follows is not part of the interaction that is under way.
        """

    def now(self) -> datetime:
        """Return the local time."""

    def steady_s(self) -> float:
        """Return the seconds of a clock that nobody can set."""

    def report_transition(self, activity: str, left: str, reason: str) -> None:
        """Report that another activity runs."""

    def report_state(self, activity: str, phase: Phase) -> None:
        """Report what the toy is doing now."""

    def report_late(self, phase: Phase) -> None:
        """Report that a phase exceeded its deadline and was given up."""
