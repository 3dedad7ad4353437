"""Every state of the turn with every event: what follows, and what can never be."""

import itertools

import pytest

from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.engine.turn import (
    Ear,
    EarEvent,
    EarWanted,
    Outcome,
    PlaybackEnded,
    PlaybackStarted,
    Reply,
    ReplyEnded,
    ReplyRequested,
    ReplySentence,
    ReplyStarted,
    Silenced,
    SpeechQueued,
    Step,
    Turn,
    TurnCommand,
    transition,
)

SPEECH = [((), False), (('a',), False), (('a',), True), (('a', 'b'), True)]
TURNS = [
    Turn(ear, reply, unsaid, sounding)
    for ear, reply, (unsaid, sounding) in itertools.product(Ear, Reply, SPEECH)
]
EVENTS = [
    *EarEvent,
    ReplyStarted(),
    ReplySentence('text', 'r'),
    ReplyEnded(),
    *(kind(name) for kind in (PlaybackStarted, PlaybackEnded) for name in ('a', 'of no turn')),
    SpeechQueued('s'),
    ReplyRequested(),
    *(EarWanted(called, itself) for called in (False, True) for itself in (False, True)),
    *(Silenced(reopens) for reopens in (False, True)),
]
STEPS = [(turn, event, transition(turn, event)) for turn in TURNS for event in EVENTS]


def test_the_phase_is_that_of_what_is_most_open():
    assert Turn().phase is Phase.RESTING
    assert Turn(unsaid=('a',)).phase is Phase.THINKING
    assert Turn(reply=Reply.REQUESTED).phase is Phase.THINKING
    assert Turn(ear=Ear.HEARD).phase is Phase.THINKING
    assert Turn(ear=Ear.HEARD, unsaid=('a',), sounding=True).phase is Phase.SPEAKING
    assert Turn(ear=Ear.LISTENING, unsaid=('a',), sounding=True).phase is Phase.LISTENING
    assert Turn(ear=Ear.FOLLOWING_UP, reply=Reply.STARTED).phase is Phase.FOLLOWING_UP


def test_nothing_sounds_without_an_utterance():
    assert all(step.turn.unsaid for _, _, step in STEPS if step.turn.sounding)


def test_all_said_is_an_outcome_exactly_when_the_last_thing_was_said():
    for turn, event, step in STEPS:
        became = step.turn.all_said and not turn.all_said and not isinstance(event, Silenced)
        assert (step.outcome is Outcome.ALL_SAID) == became, (turn, event)


@pytest.mark.parametrize('name', ['NOTHING_HEARD', 'NOT_ADDRESSED', 'MUTED'])
def test_nothing_heard_is_an_outcome_exactly_when_the_ear_waited_for_it(name):
    for turn, event, step in STEPS:
        waited = event is EarEvent[name] and turn.ear is not Ear.CLOSED
        assert (step.outcome is Outcome[name]) == waited, (turn, event)


def test_silence_ends_all_that_is_open_and_nothing_else():
    for turn, event, step in STEPS:
        if isinstance(event, Silenced):
            assert step.turn == Turn()
            assert (TurnCommand.CANCEL_REPLY in step.commands) == (turn.reply is not Reply.NONE)
            assert (TurnCommand.STOP_SPEAKING in step.commands) == bool(turn.unsaid)
            is_open = turn.ear in (Ear.LISTENING, Ear.FOLLOWING_UP)
            assert (TurnCommand.CLOSE_EAR in step.commands) == (is_open and not event.ear_reopens)


@pytest.mark.parametrize(
    ('turn', 'event'),
    [
        (Turn(unsaid=('a',)), PlaybackStarted('of an earlier turn')),
        (Turn(unsaid=('a',)), PlaybackEnded('of an earlier turn')),
        (Turn(reply=Reply.REQUESTED), ReplySentence('of an earlier reply', 'r')),
        (Turn(reply=Reply.REQUESTED), ReplyEnded()),
        (Turn(), ReplyStarted()),
        (Turn(), ReplySentence('of a cancelled reply', 'r')),
        (Turn(), ReplyEnded()),
    ],
)
def test_what_belongs_to_an_earlier_turn_changes_nothing(turn, event):
    assert transition(turn, event) == Step(turn)


def test_an_ear_that_opens_was_called_unless_the_toy_follows_up():
    for turn, event, step in STEPS:
        if event is EarEvent.OPENED:
            follows_up = turn.ear is Ear.FOLLOWING_UP
            assert step.turn.ear is (Ear.FOLLOWING_UP if follows_up else Ear.LISTENING)


@pytest.mark.parametrize('called', [False, True])
def test_the_ear_is_opened_unless_it_opens_itself(called):
    assert transition(Turn(), EarWanted(called)).commands == (TurnCommand.OPEN_EAR,)
    assert transition(Turn(), EarWanted(called, opens_itself=True)).commands == ()
