"""The turn between the toy and a person, as a state machine: ear, reply and speech."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import NamedTuple

from phoenix_activities.engine.toy_interface import Phase


class Ear(Enum):
    """Whether the toy listens."""

    CLOSED = auto()
    LISTENING = auto()  # somebody called
    FOLLOWING_UP = auto()  # open although nobody called
    HEARD = auto()  # closed after speech; the intent of it is on its way


class Reply(Enum):
    """The reply of the conversation node."""

    NONE = auto()
    REQUESTED = auto()  # sentences that arrive now belong to an earlier reply
    STARTED = auto()


@dataclass(frozen=True)
class Turn:
    """
    A state.

    :param unsaid: utterances that were sent to the voice and not yet spoken.
    :param sounding: the first of them is being played.
    """

    ear: Ear = Ear.CLOSED
    reply: Reply = Reply.NONE
    unsaid: tuple[str, ...] = ()
    sounding: bool = False

    @property
    def phase(self) -> Phase:
        """What the toy is doing."""
        if self.ear is Ear.LISTENING:
            return Phase.LISTENING
        if self.ear is Ear.FOLLOWING_UP:
            return Phase.FOLLOWING_UP
        if self.sounding:
            return Phase.SPEAKING
        if self.ear is Ear.HEARD or not self.all_said:
            return Phase.THINKING
        return Phase.RESTING

    @property
    def all_said(self) -> bool:
        """Whether nothing is being said or about to be."""
        return not self.unsaid and self.reply is Reply.NONE


# Events that come from other nodes.


class EarEvent(Enum):
    """What the listener reports of its ear."""

    OPENED = auto()
    HEARD = auto()  # closed after speech
    NOTHING_HEARD = auto()  # closed without intelligible speech
    NOT_ADDRESSED = auto()  # closed after speech that was not meant for the toy
    CANCELLED = auto()  # closed on request
    MUTED = auto()  # closed, or not opened, by the mute switch


@dataclass(frozen=True)
class ReplyStarted:
    """A provider was asked for a reply."""


@dataclass(frozen=True)
class ReplySentence:
    """A sentence of a reply was sent to the voice."""

    text: str
    utterance: str


@dataclass(frozen=True)
class ReplyEnded:
    """A reply is complete or was cancelled."""


@dataclass(frozen=True)
class PlaybackStarted:
    """An utterance is being played."""

    utterance: str


@dataclass(frozen=True)
class PlaybackEnded:
    """An utterance was played or interrupted."""

    utterance: str


# Events that the toy makes itself.


@dataclass(frozen=True)
class SpeechQueued:
    """An utterance was sent to the voice."""

    utterance: str


@dataclass(frozen=True)
class ReplyRequested:
    """The conversation node was asked for a reply."""


@dataclass(frozen=True)
class EarWanted:
    """
    The toy is to listen.

    :param called: by somebody who called; otherwise to what may follow.
    :param opens_itself: the listener opens without a request, as after a wake word.
    """

    called: bool = False
    opens_itself: bool = False


@dataclass(frozen=True)
class Silenced:
    """
    All speech, replies and listening are to end.

    :param ear_reopens: the ear is opened again at once: closing it might close the new one.
    """

    ear_reopens: bool = False


TurnEvent = (
    EarEvent
    | ReplyStarted
    | ReplySentence
    | ReplyEnded
    | PlaybackStarted
    | PlaybackEnded
    | SpeechQueued
    | ReplyRequested
    | EarWanted
    | Silenced
)


class TurnCommand(Enum):
    """What the toy has to do."""

    OPEN_EAR = auto()
    CLOSE_EAR = auto()
    STOP_SPEAKING = auto()
    CANCEL_REPLY = auto()


class Outcome(Enum):
    """What the running activity has to learn."""

    NOTHING_HEARD = auto()
    NOT_ADDRESSED = auto()
    MUTED = auto()
    ALL_SAID = auto()


class Step(NamedTuple):
    """The result of a transition: the new state, and what follows from it."""

    turn: Turn
    commands: tuple[TurnCommand, ...] = ()
    outcome: Outcome | None = None


def transition(turn: Turn, event: TurnEvent) -> Step:
    """Return the state that follows an event; what belongs to no open turn changes nothing."""
    match event:
        case EarEvent.OPENED:  # by a wake word, whose own event may come later, or on request
            follows_up = turn.ear is Ear.FOLLOWING_UP
            return Step(replace(turn, ear=Ear.FOLLOWING_UP if follows_up else Ear.LISTENING))
        case EarEvent.HEARD:
            return Step(replace(turn, ear=Ear.HEARD))
        case EarEvent.CANCELLED:
            return Step(replace(turn, ear=Ear.CLOSED))
        case EarEvent.NOTHING_HEARD | EarEvent.NOT_ADDRESSED | EarEvent.MUTED:
            outcome = Outcome[event.name] if turn.ear is not Ear.CLOSED else None
            return Step(replace(turn, ear=Ear.CLOSED), outcome=outcome)
        case EarWanted(called, opens_itself):
            ear = Ear.LISTENING if called else Ear.FOLLOWING_UP
            return Step(replace(turn, ear=ear), () if opens_itself else (TurnCommand.OPEN_EAR,))
        case SpeechQueued(utterance):
            return Step(replace(turn, unsaid=(*turn.unsaid, utterance)))
        case ReplyRequested():
            return Step(replace(turn, reply=Reply.REQUESTED))
        case ReplyStarted() if turn.reply is Reply.REQUESTED:
            return Step(replace(turn, reply=Reply.STARTED))
        case ReplySentence(_, utterance) if turn.reply is Reply.STARTED:
            return Step(replace(turn, unsaid=(*turn.unsaid, utterance)))
        case ReplyEnded() if turn.reply is Reply.STARTED:
            return _said(replace(turn, reply=Reply.NONE))
        case PlaybackStarted(utterance) if utterance in turn.unsaid:
            return Step(replace(turn, sounding=True))
        case PlaybackEnded(utterance) if utterance in turn.unsaid:
            unsaid = tuple(one for one in turn.unsaid if one != utterance)
            return _said(replace(turn, unsaid=unsaid, sounding=False))
        case Silenced(ear_reopens):
            return Step(Turn(), tuple(_open(turn, ear_reopens)))
    return Step(turn)


def _said(turn: Turn) -> Step:
    return Step(turn, outcome=Outcome.ALL_SAID if turn.all_said else None)


def _open(turn: Turn, ear_reopens: bool) -> Iterator[TurnCommand]:
    """Yield what ends all that is open in a turn."""
    if turn.reply is not Reply.NONE:
        yield TurnCommand.CANCEL_REPLY
    if turn.unsaid:
        yield TurnCommand.STOP_SPEAKING
    if turn.ear in (Ear.LISTENING, Ear.FOLLOWING_UP) and not ear_reopens:
        yield TurnCommand.CLOSE_EAR
