"""
Recognizes sentences that have exactly the telling words of a template in another order.

Every telling word and every quantity that was heard is one of the sentence's, and the other way
around. A preposition stays before its word, a question begins as the template's, and what fits
two meanings is none. Templates are not expanded: their parts take the words heard one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import NamedTuple, TypeAlias

from hassil import Intents
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    TextChunk,
)
from hassil.intents import RangeSlotList, SlotList, TextSlotList, WildcardSlotList

from phoenix_speech.understanding.alignment import split_words
from phoenix_speech.understanding.exact_sentences import named
from phoenix_speech.understanding.quantities.reader import Kind, MarkedText, Quantity
from phoenix_speech.understanding.requests import IntentMatch
from phoenix_speech.understanding.telling_words import Heard, Order, Slots, State, with_slots
from phoenix_speech.understanding.tolerance import Tolerance
from phoenix_speech.understanding.words_beside import WordsBeside

FEWEST, MOST = 2, 10  # telling words
FEWEST_ALIKE = 3  # where the verb may be another: 'mach auf' is not 'dreh auf'
CONFIDENCE = 0.9  # in a sentence whose order is another
_NUMBER = '#'

States: TypeAlias = frozenset[State]
Step: TypeAlias = Callable[[Heard, States], States]
_NONE: States = frozenset()


class _Sentence(NamedTuple):
    intent: str
    step: Step


class FreeOrder:
    """The sentences of a language by their telling words."""

    def __init__(self, intents: Intents, tolerance: Tolerance) -> None:
        """Compile the templates; parts that any words would fit are left out."""
        self._intents, self._rules = intents, tolerance.free_order
        self._forms = tolerance.imperatives
        self._besides = frozenset(self._rules.besides)
        self._order = Order.of(self._rules, self._forms.questions)
        self._beside = WordsBeside(intents.skip_words, tolerance, self._order.heads)
        self._alike: dict[str, set[str]] = {}
        for group in self._rules.alike:
            for verb in group:
                self._alike.setdefault(verb, set()).update(group)
        self._negations = frozenset(tolerance.negations)
        self._steps: dict[str, Step] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._sentences: list[_Sentence] = []
        self._using: dict[str, int] = {}  # the sentences with a word, as bits
        expressions = [
            (name, sentence.expression)
            for name, intent in (intents.intents.items() if self._rules else ())
            for data in intent.data
            for sentence in data.sentences
        ]
        for number, (name, expression) in enumerate(expressions):
            self._sentences.append(_Sentence(name, self._compile(expression)))
            for word in {*self._vocabulary(expression)}:
                self._using[word] = self._using.get(word, 0) | 1 << number

    def recognize(self, marked: MarkedText) -> IntentMatch | None:
        """Return the one meaning of the words of a text, if it is clear."""
        if not self._negations.isdisjoint(marked.parts):
            return None
        words, strong = self._beside.left_out(marked.parts)
        found = self._meanings(words, marked)
        if not found and strong != words:
            found = self._meanings(strong, marked)
        if not found:
            found = self._meanings(strong, marked, alike=True)
        if len(found) != 1:
            return None
        [(intent, slots)] = found
        return IntentMatch(intent, dict(slots), CONFIDENCE)

    def _meanings(
        self, words: list[str], marked: MarkedText, *, alike: bool = False
    ) -> set[tuple[str, Slots]]:
        """
        Return what words mean, also with the other forms of a request put right.

        :param alike: with any verb that is like the one that was said.
        """
        variants = [words, *self._forms.of(words), *self._forms.unframed(words)]
        return {
            (sentence.intent, tuple(sorted(state.slots)))
            for variant in variants
            if (said := self._telling(variant, marked))
            for heard in (self._with_others(said) if alike else (said,))
            for sentence in self._with_all(heard)
            for state in sentence.step(heard, frozenset((State(),)))
            if heard.is_whole(state)
        }

    def _with_others(self, heard: Heard) -> Iterator[Heard]:
        """Yield the words with each verb that is like the one in them."""
        if len(heard.words) < FEWEST_ALIKE:
            return
        for index, word in enumerate(heard.words):
            for other in self._alike.get(word, ()):
                words = [*heard.words[:index], other, *heard.words[index + 1 :]]
                yield Heard(words, heard.amounts, self._order)

    def _with_all(self, heard: Heard) -> Iterator[_Sentence]:
        """Yield the sentences that have all the words."""
        common = (1 << len(self._sentences)) - 1
        for index, word in enumerate(heard.words):
            using = self._using.get(word, 0)
            if index in heard.amounts:
                amount = heard.amounts[index]
                kind = amount.kind.value if isinstance(amount, Quantity) else _NUMBER
                using |= self._using.get(kind, 0)
            common &= using
        while common:
            lowest = common & -common
            yield self._sentences[lowest.bit_length() - 1]
            common ^= lowest

    def _telling(self, words: Sequence[str], marked: MarkedText) -> Heard | None:
        telling = [word for word in words if word not in self._besides]
        forms = self._with_imperative(telling, marked)
        if not FEWEST <= len(forms) <= MOST:
            return None
        amounts: dict[int, Quantity | int | None] = {}
        for index, word in enumerate(forms):
            if word in marked.quantities:
                amounts[index] = marked.quantities[word]
            elif word in marked.numbers:
                amounts[index] = marked.counts[word]
        kinds = [one.kind if isinstance(one, Quantity) else None for one in amounts.values()]
        # Of two lengths or times, the order says which is which.
        if sum(kind is not Kind.DAY for kind in kinds) > 1 or kinds.count(Kind.DAY) > 1:
            return None
        return Heard(forms, amounts, self._order)

    def _with_imperative(self, words: list[str], marked: MarkedText) -> list[str]:
        """Return words with an infinitive that nothing follows but an amount as an imperative."""
        last = len(words) - 1
        while last > 0 and (
            words[last] in marked.quantities
            or (words[last] in self._rules.ties and last + 1 < len(words))
        ):
            last -= 1
        return (
            [*words[:last], *self._forms.parted(words[last]), *words[last + 1 :]] if words else []
        )

    def _parts(self, text: str) -> list[str]:
        """Return the telling words of a part of a template."""
        words = (part for word in split_words(text) for part in self._forms.parted(word))
        return [word for word in words if word not in self._besides]

    def _vocabulary(self, part: Expression | SlotList) -> Iterator[str]:
        if isinstance(part, TextChunk):
            yield from self._parts(part.text)
        elif isinstance(part, RangeSlotList):
            yield _NUMBER
        elif isinstance(part, RuleReference | ListReference):
            name = part.rule_name if isinstance(part, RuleReference) else f'{{{part.list_name}'
            if name not in self._words:
                self._words[name] = frozenset(self._vocabulary(self._inside(part)))
            yield from self._words[name]
            if isinstance(part, ListReference):
                yield part.list_name
        elif isinstance(part, Group):
            for item in part.items:
                yield from self._vocabulary(item)
        elif isinstance(part, TextSlotList):
            for value in part.values:
                yield from self._vocabulary(value.text_in)

    def _inside(self, part: RuleReference | ListReference) -> Expression | SlotList:
        if isinstance(part, RuleReference):
            return self._intents.expansion_rules[part.rule_name].expression
        return self._intents.slot_lists[part.list_name]

    def _compile(self, part: Expression) -> Step:
        if isinstance(part, TextChunk):
            return _in_turn([_word(word) for word in self._parts(part.text)])
        if isinstance(part, RuleReference):
            if part.rule_name not in self._steps:
                rule = self._intents.expansion_rules[part.rule_name]
                self._steps[part.rule_name] = self._compile(rule.expression)
            return self._steps[part.rule_name]
        if isinstance(part, ListReference):
            return self._slot(part.slot_name, part.list_name)
        assert isinstance(part, Group)
        steps = [self._compile(item) for item in part.items]
        return _either(steps) if isinstance(part, Alternative) else _in_turn(steps)

    def _slot(self, slot: str, name: str) -> Step:
        values = self._intents.slot_lists[name]
        if isinstance(values, WildcardSlotList):
            return lambda _heard, _states: _NONE
        if isinstance(values, RangeSlotList):
            return _number(slot, values)
        if any(name == kind.value for kind in Kind):
            return _quantity(slot, Kind(name))
        assert isinstance(values, TextSlotList)
        steps = [
            _value(((slot, str(value.value_out)),), self._compile(value.text_in))
            for value in values.values
        ]
        return _either(steps)


def _word(word: str) -> Step:
    def step(heard: Heard, states: States) -> States:
        return _taking(heard, states, ((index, ()) for index in heard.places.get(word, ())))

    return step


def _number(slot: str, numbers: RangeSlotList) -> Step:
    def step(heard: Heard, states: States) -> States:
        fitting = (
            (index, ((slot, str(amount)),))
            for index, amount in heard.amounts.items()
            if isinstance(amount, int) and numbers.start <= amount <= numbers.stop
        )
        return _taking(heard, states, fitting)

    return step


def _quantity(slot: str, kind: Kind) -> Step:
    is_attribute = slot != kind.value

    def step(heard: Heard, states: States) -> States:
        fitting = (
            (index, tuple(named(slot, amount)))
            for index, amount in heard.amounts.items()
            if isinstance(amount, Quantity) and amount.kind is kind
        )
        return _taking(heard, states, fitting, is_attribute=is_attribute)

    return step


def _taking(
    heard: Heard,
    states: States,
    fitting: Iterable[tuple[int, Slots]],
    *,
    is_attribute: bool = False,
) -> States:
    taken = (
        heard.take(state, *one, is_attribute=is_attribute) for one in fitting for state in states
    )
    return frozenset(state for state in taken if state is not None)


def _value(slots: Slots, step: Step) -> Step:
    """Return the step of a value of a slot, which must have been heard."""

    def fill(heard: Heard, states: States) -> States:
        filled = (
            with_slots(after, slots)
            for state in states
            for after in step(heard, frozenset((state,)))
            if after.taken != state.taken
        )
        return frozenset(state for state in filled if state is not None)

    return fill


def _either(steps: Sequence[Step]) -> Step:
    return lambda heard, states: frozenset().union(*(step(heard, states) for step in steps))


def _in_turn(steps: Sequence[Step]) -> Step:
    return lambda heard, states: reduce(
        lambda at, step: step(heard, at) if at else at, steps, states
    )
