"""What an activity is: something the toy does, that understands intents, touches and silence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from phoenix_activities.director import Director


@dataclass(frozen=True)
class Intent:
    """
    What a person wants.

    :param name: as in the intents file, or 'fallback'.
    :param text: what was said or typed.
    """

    name: str
    text: str = ''
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """
    Why an activity is entered.

    :param reason: an intent's name, 'wake_word', 'touch', 'alarm', ...
    :param intent: the intent to act on, when there is one.
    """

    reason: str
    intent: Intent | None = None


class Activity:
    """
    Base of all activities; knows no ROS and acts through the director.

    The director calls one method after another, never two at a time.
    """

    name: ClassVar[str]
    intents: ClassVar[tuple[str, ...]] = ()  # entered by these

    def __init__(self, director: 'Director') -> None:
        """Keep the director to act through."""
        self.director = director

    def enter(self, request: Request) -> None:
        """Begin."""

    def leave(self) -> None:
        """End; the director has silenced the toy already."""

    def on_intent(self, intent: Intent) -> bool:
        """Take an intent said meanwhile; False passes it on to whoever understands it."""
        return False

    def on_attention(self, reason: str) -> bool:
        """
        Take a wake word, a touch or a button; speech has stopped.

        :returns: whether the ear is to open.
        """
        return True

    def on_not_heard(self) -> None:
        """Take it that the ear closed without an intelligible word."""
        self.director.finish('not_heard')

    def on_said(self) -> None:
        """Take it that all that was to be said has been spoken or interrupted."""
        self.director.finish('done')
