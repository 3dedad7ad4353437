"""
Finds the sentences of a hassil grammar that are nearest to what a recognizer heard.

The fewer intents use a word, the more it counts, so that 'timer' decides and 'the' hardly matters.
No template is ever expanded, so that alternatives add to the work and do not multiply it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from operator import itemgetter

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    TextChunk,
)
from hassil.intents import Intents, RangeSlotList, SlotList, TextSlotList, WildcardSlotList
from hassil.numbers import get_rbnf_engine

from phoenix_speech.understanding.alignment import (
    NUMBER,
    WILDCARD,
    Alignment,
    Candidate,
    Step,
    Template,
    Vocabulary,
    merge,
    split_words,
)
from phoenix_speech.understanding.quantities.reader import Kind
from phoenix_speech.understanding.tolerance import Tolerance

RARITY = 0.4  # a word that n intents use weighs n ** -RARITY, one that none uses weighs 1
CLEAR_LEAD = 0.03  # of the best score over the best of another intent


class SentenceGrammar:
    """The sentence templates of an intents file, searched with tolerance."""

    def __init__(
        self,
        intents: Intents,
        tolerance: Tolerance,
        without: Collection[str] = (),
        numbers: Collection[tuple[str, ...]] | None = None,
        *,
        strict: bool = True,
    ) -> None:
        """
        Compile the templates of `intents`, except those of the intents named in `without`.

        :param numbers: how numbers are said, if known from another grammar of the same lists.
        :param strict: only words that tell little may be missing or superfluous.
        """
        self._rules = intents.expansion_rules
        self._lists = intents.slot_lists
        self._words: dict[str, frozenset[str]] = {}  # of each rule and list
        self._steps: dict[tuple[str, bool], Step] = {}
        self._templates = [
            Template(
                name,
                self._compile(sentence.expression),
                frozenset(self._vocabulary(sentence.expression)),
                sentence.get_required_clauses(self._rules),
            )
            for name, intent in intents.intents.items()
            for data in intent.data
            for sentence in data.sentences
            if name not in without
        ]
        uses = {(template.intent, word) for template in self._templates for word in template.words}
        used_by = Counter(word for _, word in uses)
        self.vocabulary = Vocabulary(
            weights={word: count**-RARITY for word, count in used_by.items()},
            numbers=set(_number_phrases(intents)) if numbers is None else numbers,
            fillers={split_words(phrase) for phrase in intents.skip_words},
            kept={*tolerance.negations, *(mark for kind in Kind for mark in kind.marks)},
            known={*used_by, *tolerance.words()},
            little=frozenset(tolerance.little_words) if strict else None,
            lead=frozenset(tolerance.lead_words),
        )

    def nearest(
        self, text: str, min_score: float, min_words: int = 2, *, guess: bool = False
    ) -> list[Candidate]:
        """
        Return the sentences nearest to `text`, their wildcards and numbers filled from `text`.

        It is one for each intent that is about as near as the nearest, that first. None is if
        none scores `min_score`, or if there are fewer than `min_words` words that tell: a single
        misheard one could be any.

        :param guess: words that templates know may be misheard ones, too.
        """
        alignment = Alignment(self.vocabulary, split_words(text), guess=guess)
        if alignment.telling_words < min_words:
            return []
        bounds = [(alignment.best_possible_score(one), one) for one in self._templates]
        bounds.sort(key=itemgetter(0), reverse=True)
        found = []
        for bound, template in bounds:
            if bound < min_score:
                break
            candidate = alignment.best(template)
            if candidate.score >= min_score:
                found.append(candidate)
                min_score = max(min_score, candidate.score - CLEAR_LEAD)
        near: dict[str, Candidate] = {}
        for candidate in sorted(found, reverse=True):
            if candidate.score >= min_score:
                near.setdefault(candidate.intent, candidate)
        return list(near.values())

    def _parts(self, part: Expression | SlotList) -> Sequence[Expression | SlotList]:
        """Return what a part consists of: items, a rule's body, a list or a list's values."""
        if isinstance(part, Group):
            return part.items
        if isinstance(part, RuleReference):
            return [self._rules[part.rule_name].expression]
        if isinstance(part, ListReference):
            return [self._lists[part.list_name]]
        if isinstance(part, TextSlotList):
            return [value.text_in for value in part.values]
        return []

    def _vocabulary(self, part: Expression | SlotList) -> Iterator[str]:
        if name := _reference(part):
            if name not in self._words:
                [inner] = self._parts(part)
                self._words[name] = frozenset(self._vocabulary(inner))
            yield from self._words[name]
            return
        if isinstance(part, TextChunk):
            yield from split_words(part.text)
        elif isinstance(part, RangeSlotList):
            yield NUMBER
        elif isinstance(part, WildcardSlotList):
            yield WILDCARD
        for inner in self._parts(part):
            yield from self._vocabulary(inner)

    def _compile(self, part: Expression | SlotList, in_slot: bool = False) -> Step:
        if name := _reference(part):
            if (name, in_slot) not in self._steps:
                [inner] = self._parts(part)
                self._steps[name, in_slot] = self._compile(inner, in_slot)
            return self._steps[name, in_slot]
        if isinstance(part, TextChunk):
            words = split_words(part.text)
            return lambda alignment, before: alignment.advance(words, before, in_slot)
        if isinstance(part, RangeSlotList):
            return Alignment.advance_number
        if isinstance(part, WildcardSlotList):
            return Alignment.advance_wildcard
        in_slot = in_slot or isinstance(part, TextSlotList)
        steps = [self._compile(inner, in_slot) for inner in self._parts(part)]
        if isinstance(part, Alternative | TextSlotList):
            return lambda alignment, before: reduce(
                merge, [step(alignment, before) for step in steps]
            )
        # A permutation, too, is only searched in its written order.
        return lambda alignment, before: reduce(
            lambda frontier, step: step(alignment, frontier), steps, before
        )


def _reference(part: Expression | SlotList) -> str:
    """Return what names a rule or a list, as templates write it; '' for any other part."""
    if isinstance(part, RuleReference):
        return f'<{part.rule_name}>'
    return f'{{{part.list_name}}}' if isinstance(part, ListReference) else ''


def _number_phrases(intents: Intents) -> Iterator[tuple[str, ...]]:
    """Yield how the numbers of the lists are written and said."""
    engine = get_rbnf_engine(intents.language)
    for slot_list in intents.slot_lists.values():
        if isinstance(slot_list, RangeSlotList):
            for number in slot_list.get_numbers():
                yield (str(number),)
                for phrase in engine.format_number(number).text_by_ruleset.values():
                    yield split_words(phrase)
