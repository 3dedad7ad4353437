"""Unsure: asks one short question about what was not clearly understood."""

from datetime import timedelta
from typing import Literal

from pydantic import model_validator

from phoenix_activities.engine.activity import Priority, Request, RequestSlots, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords

CHOICES = ('first', 'second')
LENGTHS = ('length', 'timer')  # questions about lengths of time


class UnsurePhrases(Phrases):
    """Questions, by what is unclear, with {first} and {second} for what may be meant."""

    said: Phrase
    either: Phrase
    length: Phrase
    timer: Phrase
    alarm: Phrase
    all_right: Phrase


class UnsureSlots(RequestSlots):
    """What a program must say of a question: its phrase, and what may be meant."""

    ask: Literal['said', 'either', 'length', 'timer', 'alarm']
    first: str
    second: str = ''

    @model_validator(mode='after')
    def _length_in_seconds(self) -> 'UnsureSlots':
        if self.ask in LENGTHS and not all(one.isdigit() for one in self.choices):
            raise ValueError('first and second are seconds')
        return self

    @property
    def choices(self) -> list[str]:
        """What may be meant, one or two."""
        return [one for one in (self.first, self.second) if one]


class UnsureActivity(AskingActivity):
    """
    Asks what was meant, twice at most.

    The intent node knows what hangs on the answer: the intent that was meant follows a yes or a
    choice.
    """

    name = 'unsure'
    intents = ('unsure',)
    priority = Priority.ANSWER
    request_slots = UnsureSlots
    words: PhraseWords[UnsurePhrases]

    def enter(self, request: Request) -> None:
        """Ask."""
        assert request.intent is not None
        self._ask_about(request.intent)

    def on_intent(self, intent: UserIntent) -> bool:
        """Ask about something else, or let it be."""
        if intent.name == 'unsure':
            self._ask_about(intent)
        elif intent.name == 'no':
            self.ask_nothing()
            self.say_phrase(self.words.phrases.all_right)
        elif intent.name == 'light_color':
            return False
        else:
            return super().on_intent(intent)
        return True

    def _ask_about(self, intent: UserIntent) -> None:
        slots = UnsureSlots.model_validate(dict(intent.slots))
        choices = slots.choices
        if slots.ask in LENGTHS:
            forms = self.manager.words.forms
            choices = [forms.length(timedelta(seconds=float(one))) for one in choices]
        phrase: Phrase = getattr(self.words.phrases, slots.ask)
        question = self.text_of(phrase, **dict(zip(CHOICES, choices, strict=False)))
        self.ask(question, self.words.answers if len(choices) > 1 else {})
