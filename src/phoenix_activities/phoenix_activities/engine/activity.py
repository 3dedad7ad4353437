"""What an activity is: something the toy does, that understands intents, touches and silence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

from phoenix_activities.state.safe_state import Kept
from phoenix_activities.words.words import ActivityWords

if TYPE_CHECKING:
    from phoenix_activities.engine.activity_manager import Director


@dataclass(frozen=True)
class Intent:
    """
    What a person wants.

    :param name: as in the intents file, or 'fallback', or 'answer' to what was asked.
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


class Priority(IntEnum):
    """What interrupts what: an activity pauses one of a lower priority and ends every other."""

    REST = 0  # what the toy does while nobody wants anything
    PLAY = 1  # goes on for a while
    ANSWER = 2  # is over soon
    ALARM = 3  # must be heard


class Activity:
    """
    Base of all activities; knows no ROS and acts through the director.

    The director calls one method after another, never two at a time.
    """

    name: ClassVar[str]
    intents: ClassVar[tuple[str, ...]] = ()  # it is entered by these
    priority: ClassVar[Priority] = Priority.PLAY
    words_model: ClassVar[type[ActivityWords]] = ActivityWords  # of activities/<name>.yaml
    kept_model: ClassVar[type[Kept]] = Kept  # what survives a crash

    def __init__(self, director: 'Director') -> None:
        """Keep the director to act through, the activity's words, and what it kept before."""
        self.director = director
        self.words: Any = director.words.of_activity(self.name)  # a words_model
        self.kept: Any = director.state.recall(f'activity {self.name}', self.kept_model)

    def on_start(self) -> None:
        """Take it that the toy has started, maybe after a crash; it rests."""

    def enter(self, request: Request) -> None:
        """Begin."""

    def pause(self) -> None:
        """Be interrupted; the director has silenced the toy already, and resume will follow."""

    def resume(self) -> None:
        """Go on after an interruption."""
        self.director.finish('resumed')

    def leave(self) -> None:
        """End, maybe while paused; the director has silenced the toy already."""

    def on_intent(self, intent: Intent) -> bool:
        """Take an intent said meanwhile; False passes it on to whoever understands it."""
        return False

    def on_request(self, request: Request) -> bool:
        """Take it that a program asks for an activity; False lets that begin at once."""
        return False

    def on_touch(self, pad: str) -> bool:
        """Take a touch of a pad; False makes it a call for attention."""
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
        """Take it that all that was to be said has been spoken."""
        self.director.finish('done')

    def on_lost(self, *, asked: bool = False) -> None:
        """
        Take it that other capabilities of the toy are lost than before.

        :param asked: somebody has just touched the toy in vain, and is to be told.
        """

    def on_timeout(self) -> None:
        """Take it that the time set by director.wait is over."""

    def say_phrase(self, name: str, /, **values: Any) -> None:
        """Say one of the activity's phrases."""
        self.director.say(self.phrase(name, **values))

    def phrase(self, name: str, /, **values: Any) -> str:
        """Return one of the activity's phrases; an unknown name raises KeyError."""
        phrases = self.words.phrases[name]
        values.setdefault('name', self.director.memory.get('child_name', ''))
        return self.director.words.choose(f'{self.name}.{name}', phrases).format_map(values)
