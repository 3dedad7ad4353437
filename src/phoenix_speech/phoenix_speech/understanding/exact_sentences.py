"""Recognizes sentences that are word for word those of the templates, and reads their slots."""

from collections.abc import Iterator

from hassil import Intents, RecognizeResult, recognize_all
from hassil.recognize import MatchEntity
from hassil.util import remove_skip_words

from phoenix_speech.understanding.intents_file import free_slots
from phoenix_speech.understanding.quantities.reader import (
    Kind,
    MarkedText,
    Quantity,
    QuantityReader,
)
from phoenix_speech.understanding.requests import MOMENT, IntentMatch
from phoenix_speech.understanding.tolerance import Tolerance

NAMES = frozenset(('name', 'where'))  # slots for names of persons, timers and places
PURPOSE = 'what'  # the slot for what a reminder is about
BUT = 'but_'  # begins the slots of what is left as it is
AS_SAID = frozenset(('topic', 'favorite'))  # slots without their opposite: 'no monsters'
MOST_WORDS_OF_A_NAME = 3


class ExactSentences:
    """The sentences of some intents."""

    def __init__(self, intents: Intents, quantities: QuantityReader, tolerance: Tolerance) -> None:
        self._intents = intents
        self._quantities = quantities
        self._tolerance = tolerance
        self._free_slots = free_slots(intents)
        self._negations = frozenset(tolerance.negations)

    def free_words(self, match: IntentMatch) -> list[str]:
        """Return the words of a match that any others would fit as well."""
        return ' '.join(self.free_values(match)).split()

    def free_values(self, match: IntentMatch) -> list[str]:
        """Return the values of a match that any others would fit as well."""
        slots = match.slots.items()
        return [value.lower() for name, value in slots if name in self._free_slots]

    def recognize(self, text: str) -> IntentMatch | None:
        """Return the intent of a text that is one of the sentences."""
        marked, plain = self._quantities.mark(text), MarkedText(text.lower(), {})
        found = self._results(marked) if marked.quantities or marked.corrected else []
        return self._best([*found, *self._results(plain)])

    def recognize_marked(self, marked: MarkedText) -> IntentMatch | None:
        """Return the intent of a text whose quantities are marked."""
        return self._best(self._results(marked))

    def _results(self, marked: MarkedText) -> list[tuple[RecognizeResult, MarkedText]]:
        return [
            (result, marked)
            for result in recognize_all(marked.text, self._intents)
            if all(self._fits(entity, marked) for entity in result.entities_list)
            and not _contradicts_itself(result, marked)
        ]

    def _best(self, results: list[tuple[RecognizeResult, MarkedText]]) -> IntentMatch | None:
        best = min(results, key=lambda found: _order(found[0]), default=None)
        return best and self._match(*best)

    def _fits(self, entity: MatchEntity, marked: MarkedText) -> bool:
        """Return whether words may fill a slot that takes any words."""
        words = entity.value.split() if entity.is_wildcard else []
        name = entity.name.removeprefix(BUT)
        if name in AS_SAID:
            topic = self._quantities.mark(marked.unmarked(entity.value))
            told = topic.quantities.get(topic.text)  # 'the story from yesterday' is unknown
            is_near = told is not None and told.slots.get('day', '').startswith(('+', '-'))
            return not is_near and not self._negations.intersection(words)
        if not words or name not in (*NAMES, PURPOSE):
            return True
        said = marked.unmarked(entity.value)
        if self._quantities.mark(said).quantities or self._quantities.tells_a_time(said):
            return False
        tolerance = self._tolerance
        unfit = {*tolerance.negations, *tolerance.joins, *tolerance.no_names}
        unfit |= self._quantities.units
        return name == PURPOSE or (
            0 < len(words) <= MOST_WORDS_OF_A_NAME
            and unfit.isdisjoint(words)
            and not self._quantities.numbers(said)
        )

    def _match(self, result: RecognizeResult, marked: MarkedText) -> IntentMatch:
        slots: dict[str, str] = {}
        for entity in result.entities_list:
            quantity = marked.quantities.get(str(entity.value))
            if entity.is_wildcard:  # covers all that follows, even a 'please'
                value = marked.unmarked(entity.value)
                slots[entity.name] = remove_skip_words(
                    value, self._intents.skip_words, ignore_whitespace=False, start=False
                ).strip()
            elif quantity is not None:
                for slot, value in named(entity.name, quantity):
                    slots.setdefault(slot, value)
            elif isinstance(entity.value, float):
                slots[entity.name] = f'{entity.value:.0f}'
            else:
                slots[entity.name] = str(entity.value)
        return IntentMatch(result.intent.name, slots, 1.0)


def _contradicts_itself(result: RecognizeResult, marked: MarkedText) -> bool:
    """Return whether a slot would get two values: 'tomorrow' and 'on monday'."""
    values: dict[str, str] = {}
    return any(
        values.setdefault(slot, value) != value
        for entity in result.entities_list
        if (quantity := marked.quantities.get(str(entity.value)))
        for slot, value in named(entity.name, quantity)
    )


def named(slot: str, quantity: Quantity) -> Iterator[tuple[str, str]]:
    """Yield the slots of a quantity: of {duration:of} of, of {clock:of} of_hour and so on."""
    if quantity.kind is Kind.DURATION:
        yield slot, quantity.slots['duration']
    else:
        before = '' if slot == quantity.kind.value else f'{slot}_'
        yield from ((before + name, value) for name, value in quantity.slots.items())


def _order(result: RecognizeResult) -> tuple[int, int, bool, int, str]:
    """Return by what the best reading is the least: few words that any would fit, a request."""
    wild = [entity for entity in result.entities_list if entity.is_wildcard]
    words = sum(len(entity.value.split()) for entity in wild)
    name = result.intent.name
    return len(wild), words, name == MOMENT, -(result.text_chunks_matched or 0), name
