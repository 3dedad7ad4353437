"""
Finds the sentences of a hassil grammar that are nearest to what a recognizer heard.

Each template is aligned with the heard words by a weighted edit distance over the template's tree:
a word may be missing, superfluous or misheard ('lite' for 'light'). The fewer intents use a word,
the more it counts, so that 'timer' decides and 'the' hardly matters. No template is ever written
out, so that alternatives add to the work and do not multiply it.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import reduce
from operator import itemgetter
from typing import NamedTuple, TypeAlias

import numpy as np
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
from hassil.util import normalize_text
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

RARITY = 0.4  # a word that n intents use weighs n ** -RARITY, one that none uses weighs 1
WILDCARD_COST = 0.2  # per word, so that a wildcard takes no more than it must
DOUBT = 1.0  # weight that counts as not understood, so that few words prove less than many
CLEAR_LEAD = 0.03  # of the best score over the best of another intent
MIN_SIMILARITY = 0.6  # of a word to what was heard for it
EXACT_LENGTH = 2  # words up to here must be heard as they are: 'now' is not 'no'

NUMBER, WILDCARD = '#', '*'  # as words of the vocabulary
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")

# The cheapest alignment that has used up the first j heard words: its cost, the weight of its
# template words, the weight of the heard words that wildcards took, and its words, last one first.
Words: TypeAlias = 'tuple[str, Words] | None'
Path: TypeAlias = tuple[float, float, float, Words]
Frontier: TypeAlias = list[Path | None]
# A part of a template takes a frontier on to the one behind it.
Step: TypeAlias = 'Callable[[_Alignment, Frontier], Frontier]'


class Candidate(NamedTuple):
    """A sentence near to what was heard."""

    score: float  # 1 = the same
    intent: str
    sentence: str


class _Template(NamedTuple):
    intent: str
    step: Step
    words: frozenset[str]  # that its sentences are made of
    required: frozenset[frozenset[str]]  # of each set, every sentence has at least one word


class SentenceGrammar:
    """The sentence templates of an intents file, searched with tolerance."""

    def __init__(
        self,
        intents: Intents,
        without: Collection[str] = (),
        numbers: Collection[tuple[str, ...]] | None = None,
    ) -> None:
        """
        Take the templates of `intents`, except those of the intents named in `without`.

        :param numbers: how numbers are said, if another grammar of these lists knows it.
        """
        self._rules = intents.expansion_rules
        self._lists = intents.slot_lists
        self._templates = [
            _Template(
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
        self.weights = {word: count**-RARITY for word, count in used_by.items()}
        self.numbers = set(_number_phrases(intents)) if numbers is None else numbers
        self.fillers = {_split(phrase) for phrase in intents.skip_words}

    def nearest(self, text: str, min_score: float, min_words: int = 2) -> Candidate | None:
        """
        Give the sentence nearest to `text`, its wildcards and numbers filled from `text`.

        Gives None if none scores `min_score`, if another intent's is about as near, or if there
        are less than `min_words` to go by: one alone, misheard, could be any.
        """
        alignment = _Alignment(self, _split(text))
        if alignment.telling_words < min_words:
            return None
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
        found = [candidate for candidate in found if candidate.score >= min_score]
        if len({candidate.intent for candidate in found}) != 1:
            return None
        return max(found)

    def _parts(self, part: Expression | SlotList) -> Sequence[Expression | SlotList]:
        """Give what a part is made of: items, a rule's body, a list or a list's values."""
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
        if isinstance(part, TextChunk):
            yield from _split(part.text)
        elif isinstance(part, RangeSlotList):
            yield NUMBER
        elif isinstance(part, WildcardSlotList):
            yield WILDCARD
        for inner in self._parts(part):
            yield from self._vocabulary(inner)

    def _compile(self, part: Expression | SlotList, in_slot: bool = False) -> Step:
        if isinstance(part, TextChunk):
            words = _split(part.text)
            return lambda alignment, before: alignment.say(words, before, in_slot)
        if isinstance(part, RangeSlotList):
            return _Alignment.say_number
        if isinstance(part, WildcardSlotList):
            return _Alignment.say_anything
        in_slot = in_slot or isinstance(part, TextSlotList)
        steps = [self._compile(inner, in_slot) for inner in self._parts(part)]
        if isinstance(part, Alternative | TextSlotList):
            return lambda alignment, before: reduce(
                _merge, [step(alignment, before) for step in steps]
            )
        # A permutation, too, is only searched in its written order.
        return lambda alignment, before: reduce(
            lambda frontier, step: step(alignment, frontier), steps, before
        )


class _Alignment:
    """The words of one text, to be aligned with one template after the other."""

    def __init__(self, grammar: SentenceGrammar, words: tuple[str, ...]) -> None:
        self._grammar = grammar
        self._words = words
        self._weights = [grammar.weights.get(word, 1.0) for word in words]
        self._numbers: list[tuple[int, int]] = []
        for begin, end in _spans(words):
            inside = any(first <= begin and end <= last for first, last in self._numbers)
            if words[begin:end] in grammar.numbers and not inside:
                self._numbers.append((begin, end))
                weight = grammar.weights.get(NUMBER, 1.0) / (end - begin)
                self._weights[begin:end] = [weight] * (end - begin)
        for begin, end in _spans(words):
            if words[begin:end] in grammar.fillers:
                self._weights[begin:end] = [0.0] * (end - begin)
        self._weight = sum(self._weights)
        self.telling_words = sum(weight > 0 for weight in self._weights)
        self._heard = self._find(list(grammar.weights))
        self._least_cost = dict(grammar.weights)
        for word, places in self._heard.items():
            self._least_cost[word] *= 1 - max(similarity for _, similarity in places)

    def _find(self, vocabulary: list[str]) -> dict[str, list[tuple[int, float]]]:
        """Find where each word of the vocabulary may have been heard, and how similar."""
        similarity = cdist(
            self._words,
            vocabulary,
            scorer=Indel.normalized_similarity,
            score_cutoff=MIN_SIMILARITY,
        )
        heard: dict[str, list[tuple[int, float]]] = {}
        for index, column in np.argwhere(similarity).tolist():
            word = vocabulary[column]
            if len(word) > EXACT_LENGTH or word == self._words[index]:
                heard.setdefault(word, []).append((index, float(similarity[index, column])))
        return heard

    def best_possible_score(self, template: _Template) -> float:
        """Give a quick upper bound of a template's score."""
        nearest = [0.0] * len(self._words)
        for word in template.words & self._heard.keys():
            for index, similarity in self._heard[word]:
                nearest[index] = max(nearest[index], similarity)
        if NUMBER in template.words:
            for begin, end in self._numbers:
                nearest[begin:end] = [1.0] * (end - begin)
        cost = sum(
            min(self._least_cost.get(word, 0.0) for word in clause) for clause in template.required
        )
        # A word like none of the template's is lost, unless a wildcard takes it out of the count.
        total = 0.0
        for weight, similarity in zip(self._weights, nearest, strict=True):
            if similarity:
                total += weight + 1
            if WILDCARD not in template.words:
                cost += weight * (1 - similarity)
        return 1 - (cost + DOUBT) / (total + cost + DOUBT)

    def best(self, template: _Template) -> Candidate:
        """Give the sentence of `template` that is nearest to the words."""
        start: Frontier = [(0.0, 0.0, 0.0, None), *[None] * len(self._words)]
        path = template.step(self, self._skip(start))[-1]
        if path is None:
            return Candidate(0.0, template.intent, '')
        cost, weight, taken, words = path
        sentence = []
        while words is not None:
            word, words = words
            sentence.append(word)
        total = weight + self._weight - taken
        score = 1 - (cost + DOUBT) / (total + DOUBT)
        return Candidate(score, template.intent, ' '.join(reversed(sentence)))

    def say(self, words: tuple[str, ...], before: Frontier, in_slot: bool) -> Frontier:
        """Go on by words. In a slot's value, all must be heard; elsewhere, some may be missing."""
        min_similarity = 1.0 if in_slot else MIN_SIMILARITY
        for word in words:
            weight = self._grammar.weights[word]
            after: Frontier = [None] * len(before)
            if not in_slot:
                after = [
                    path and (path[0] + weight, path[1] + weight, path[2], (word, path[3]))
                    for path in before
                ]
            if word in self._heard:
                for index, similarity in self._heard[word]:
                    path = before[index]
                    if path is not None and similarity >= min_similarity:
                        cost = path[0] + (1 - similarity) * (weight + self._weights[index])
                        heard = (cost, path[1] + weight, path[2], (word, path[3]))
                        after[index + 1] = _cheaper(after[index + 1], heard)
                self._skip(after)
            before = after
        return before

    def say_number(self, before: Frontier) -> Frontier:
        """Go on by a number, which must have been heard."""
        weight = self._grammar.weights[NUMBER]
        after: Frontier = [None] * len(before)
        for begin, end in self._numbers:
            if (path := before[begin]) is not None:
                words = (' '.join(self._words[begin:end]), path[3])
                after[end] = _cheaper(after[end], (path[0], path[1] + weight, path[2], words))
        return self._skip(after)

    def say_anything(self, before: Frontier) -> Frontier:
        """Go on by one or more heard words."""
        after: Frontier = [None] * len(before)
        for index, word in enumerate(self._words):
            path = _cheaper(before[index], after[index])
            if path is not None:
                cost, weight, taken, words = path
                taken += self._weights[index]
                after[index + 1] = (cost + WILDCARD_COST, weight, taken, (word, words))
        return after

    def _skip(self, frontier: Frontier) -> Frontier:
        """Let paths pass over heard words that the template has not."""
        for index, weight in enumerate(self._weights):
            if (path := frontier[index]) is not None:
                skipped = (path[0] + weight, *path[1:])
                frontier[index + 1] = _cheaper(frontier[index + 1], skipped)
        return frontier


def _cheaper(one: Path | None, other: Path | None) -> Path | None:
    if one is None or (other is not None and other[0] < one[0]):
        return other
    return one


def _merge(some: Frontier, others: Frontier) -> Frontier:
    return [_cheaper(one, other) for one, other in zip(some, others, strict=True)]


def _split(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(normalize_text(text).lower()))


def _spans(words: Sequence[str]) -> list[tuple[int, int]]:
    """Give (begin, end) of every run of words, longer ones first."""
    count = len(words)
    return [
        (begin, begin + length)
        for length in range(count, 0, -1)
        for begin in range(count - length + 1)
    ]


def _number_phrases(intents: Intents) -> Iterator[tuple[str, ...]]:
    """Yield how the numbers of the intents' lists are written and said."""
    engine = get_rbnf_engine(intents.language)
    for slot_list in intents.slot_lists.values():
        if isinstance(slot_list, RangeSlotList):
            for number in slot_list.get_numbers():
                yield (str(number),)
                for phrase in engine.format_number(number).text_by_ruleset.values():
                    yield _split(phrase)
