"""The base of all activities: something the toy does, that understands intents and touches."""

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from phoenix_activities.state.safe_state import Kept
from phoenix_activities.words.words import ActivityWords, Phrase

if TYPE_CHECKING:
    from phoenix_activities.engine.activity_manager import ActivityManager


@dataclass(frozen=True)
class UserIntent:
    """
    What a person wants.

    :param name: as in the intents file, or 'fallback', or 'answer' to what was asked.
    :param text: what was said or typed.
    """

    name: str
    text: str = ''
    slots: Mapping[str, str] = field(default_factory=dict)


REQUESTED = 'request'  # the reason of what a program asks for


@dataclass(frozen=True)
class Request:
    """
    Why an activity is entered.

    :param reason: an intent's name, 'wake_word', 'touch', 'alarm', ...
    :param intent: the intent to act on, when there is one.
    """

    reason: str
    intent: UserIntent | None = None


class Priority(IntEnum):
    """What interrupts what: an activity pauses one of a lower priority and ends every other."""

    REST = 0  # what the toy does while nobody wants anything
    PLAY = 1  # goes on for a while
    ANSWER = 2  # is over soon
    ALARM = 3  # must be heard
    CARE = 4  # somebody may be in danger


class RequestSlots(BaseModel):
    """
    Base of what a program may tell with its request for an activity: other slots are ignored.

    Values arrive as texts; one that does not fit refuses the request before anything happens.
    """

    model_config = ConfigDict(allow_inf_nan=False, frozen=True)


class Activity:
    """
    Base of all activities.

    A subclass knows no ROS. It acts through the manager (which activity runs), the dialogue (what
    is said and heard) and the body (light and volume). Its methods are called one after another.
    The annotations of `words` and `kept` declare the models of its words file and of what it
    keeps over a crash.
    """

    name: ClassVar[str]
    intents: ClassVar[tuple[str, ...]] = ()  # enter it
    priority: ClassVar[Priority] = Priority.PLAY
    lively: ClassVar[bool] = False  # fun: not while a conversation is grave, nor in quiet hours
    request_slots: ClassVar[type[RequestSlots]] = RequestSlots
    essential: ClassVar[bool] = False  # no limit that a parent sets refuses it
    words: ActivityWords
    kept: Kept

    def __init__(self, manager: 'ActivityManager') -> None:
        self.manager = manager
        self.dialogue = manager.dialogue
        self.body = manager.body
        self.words = manager.words.of_activity(self.name)
        kept_model: type[Kept] = typing.get_type_hints(type(self))['kept']
        self.kept = manager.safe_state.recall(self.kept_as, kept_model)

    @property
    def kept_as(self) -> str:
        """The name under which `kept` is kept."""
        return f'activity {self.name}'

    @classmethod
    def words_model(cls) -> type[ActivityWords]:
        """Return the model that the class declares as the type of `words`."""
        model: type[ActivityWords] = typing.get_type_hints(cls)['words']
        return model

    @property
    def is_asking(self) -> bool:
        """Whether a question is open."""
        return False

    def on_start(self) -> None:
        """Resume work in the background; the toy has started, maybe after a crash, and rests."""

    def start(self) -> None:
        """Resume work in the background; without what was kept, if that makes it fail."""
        try:
            self.on_start()
        except Exception:  # or it would fail at every start
            self.manager.safe_state.refuse(self.kept_as)
            self.on_start()

    def enter(self, request: Request) -> None:
        """Begin."""

    def pause(self) -> None:
        """Prepare for an interruption; the toy is silent already, and resume will follow."""

    def resume(self) -> None:
        """Go on after an interruption."""
        self.manager.finish('resumed')

    def leave(self) -> None:
        """End, maybe while paused; the toy is silent already."""

    def on_intent(self, intent: UserIntent) -> bool:
        """Act on an intent; return False to pass it on to the activity that understands it."""
        return False

    def on_request(self, request: Request) -> bool:
        """Defer an activity that a program asks for; return False to let it begin at once."""
        return False

    def on_touch(self, pad: str) -> bool:
        """Act on a touch of a pad; return False to make it a call for attention."""
        return False

    def on_attention(self, reason: str) -> bool:
        """
        Act on a wake word, a touch or a button; speech has stopped.

        :returns: whether the ear is to open.
        """
        return True

    def on_not_heard(self) -> None:
        """Act on an ear that closed without intelligible speech."""
        self.manager.finish('not_heard')

    def on_unattended(self) -> None:
        """Act without an ear: attention is over, and only a call opens it; see Attention."""
        self.manager.finish('unattended')

    def on_said(self) -> None:
        """Act when all that was to be said has been spoken."""
        self.manager.finish('done')

    def on_lost(self, *, asked: bool = False) -> None:
        """
        Act when other capabilities of the toy are lost than before.

        :param asked: somebody has just touched the toy in vain, and is to be told.
        """

    def on_timeout(self) -> None:
        """Act when the time of manager.wait is over."""

    def say_phrase(self, phrase: Phrase, /, **values: Any) -> None:
        """Say one of the texts of a phrase."""
        self.dialogue.say(self.text_of(phrase, **values))

    def text_of(self, phrase: Phrase, /, **values: Any) -> str:
        """Return one of the texts of a phrase, with the {values} that it names."""
        values.setdefault('name', self.manager.memory.child_name)
        values.setdefault('grown_up', self.manager.words.grown_up)
        return self.manager.words.choose(phrase).format_map(values)
