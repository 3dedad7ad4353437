"""What a person wants, as it was understood: requests, or a question about them."""

from dataclasses import dataclass
from enum import Enum

from phoenix_speech.understanding.quantities.reader import Kind

ANSWER = 'answer'  # the intent of an expected answer, and its slot that says which
QUANTITY_SLOTS = frozenset(slot for kind in Kind for slot in kind.slots) - {'where'}
MOMENT = 'moment'  # the intent of a time out of nothing, which is asked about
YES, CHOICES = 'yes', ('first', 'second')  # answers to a question, as intents and as ANSWER


@dataclass(frozen=True)
class IntentMatch:
    """
    What the user wants.

    Slots are in normal form: lower case, numbers in digits, `duration` in seconds. A confidence
    of 1 means: word for word a sentence of the intents file.
    """

    name: str
    slots: dict[str, str]
    confidence: float

    @property
    def said(self) -> dict[str, str]:
        """The slots that may hold what was said, and not the value of a quantity."""
        return {name: value for name, value in self.slots.items() if name not in QUANTITY_SLOTS}


class QuestionKind(Enum):
    """What is unclear; the value names the phrase that asks it in unsure.yaml."""

    SAID = 'said'  # whether that sentence was said
    EITHER = 'either'  # which of two sentences was said
    LENGTH = 'length'  # which of two lengths of time is meant
    TIMER = 'timer'  # whether a timer is wanted for a length of time
    ALARM = 'alarm'  # whether an alarm is wanted for a time of the day


# What gives what is asked about another time, instead of what is set already.
NEW_TIME = ('duration', 'hour')
INSTEAD = {QuestionKind.ALARM: 'time_change', QuestionKind.TIMER: 'timer_change'}


@dataclass(frozen=True)
class Choice:
    """
    What may be meant.

    :param text: a sentence, seconds, or a time of the day.
    """

    text: str
    request: IntentMatch


@dataclass(frozen=True)
class Question:
    """One short question, with one choice for yes and no, or two."""

    kind: QuestionKind
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Understood:
    """What was understood: requests in their order, or a question; or neither."""

    requests: tuple[IntentMatch, ...] = ()
    question: Question | None = None


def chosen(question: Question, answer: Understood) -> IntentMatch | None:
    """Return what was meant, if that is an answer to the question."""
    if len(answer.requests) != 1:
        return None
    said, choices = answer.requests[0], question.choices
    if said.name == INSTEAD.get(question.kind) and not said.slots.keys().isdisjoint(NEW_TIME):
        return _instead(choices[0].request, said)
    name = said.slots.get(ANSWER, said.name) if said.name == ANSWER else said.name
    if name == YES and len(choices) == 1:
        return choices[0].request
    if name in CHOICES and len(choices) > 1:
        return choices[CHOICES.index(name)].request
    lengths = {choice.text: choice.request for choice in choices}
    return lengths.get(said.slots.get('duration', '')) if said.name == ANSWER else None


def _instead(meant: IntentMatch, said: IntentMatch) -> IntentMatch:
    """Return what was asked about with another time: 'no, at eight'."""
    kept = {name: value for name, value in meant.slots.items() if name not in ('hour', 'minute')}
    new = {name: value for name, value in said.slots.items() if name in QUANTITY_SLOTS}
    return IntentMatch(meant.name, {**kept, **new}, said.confidence)


def tells_a_moment(match: IntentMatch) -> bool:
    """Return whether a match is a time, or days that repeat, out of nothing."""
    return match.name == MOMENT and not {'hour', 'repeat'}.isdisjoint(match.slots)


def slots_of(question: Question) -> dict[str, str]:
    """Return a question as the slots of the intent UNSURE."""
    texts = (choice.text for choice in question.choices)
    return {'ask': question.kind.value, **dict(zip(CHOICES, texts, strict=False))}
