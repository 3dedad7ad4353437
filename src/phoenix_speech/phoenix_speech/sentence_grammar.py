"""Finds the sentences of a hassil grammar that are nearest to what a recognizer heard.

Each template is aligned with the heard words by a weighted edit distance over the template's tree:
a word may be missing, superfluous or misheard ('lite' for 'light'). The fewer intents use a word,
the more it counts, so that 'timer' decides and 'the' hardly matters. No template is ever written
out, so that alternatives add to the work and do not multiply it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cache, reduce
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
MIN_SIMILARITY = 0.6  # of a word to what was heard for it
MIN_SLOT_SIMILARITY = 0.8  # in a slot's value, where another word is another meaning
EXACT_LENGTH = 2  # words up to here must be heard as they are: 'now' is not 'no'

NUMBER, WILDCARD = '#', '*'  # as words of the vocabulary
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")

# The cheapest alignment that has used up the first j heard words: its cost, the weight of its
# template words, the weight of the heard words that wildcards took, and its words, last one first.
Words: TypeAlias = 'tuple[str, Words] | None'
Path: TypeAlias = tuple[float, float, float, Words]
Frontier: TypeAlias = list[Path | None]
Part: TypeAlias = Expression | SlotList


class Candidate(NamedTuple):
    """A sentence near to what was heard."""

    score: float  # 1 = the same
    intent: str
    sentence: str


class SentenceGrammar:
    """The sentence templates of an intents file, searched with tolerance."""

    def __init__(self, intents: Intents, without: Collection[str] = ()) -> None:
        """Take the templates of `intents`, except those of the intents named in `without`."""
        self._rules = intents.expansion_rules
        self._lists = intents.slot_lists
        self._templates = [
            (name, sentence.expression, frozenset(self._vocabulary(sentence.expression)))
            for name, intent in intents.intents.items()
            for data in intent.data
            for sentence in data.sentences
            if name not in without
        ]
        uses = {(name, word) for name, _, vocabulary in self._templates for word in vocabulary}
        used_by = Counter(word for _, word in uses)
        self.weights = {word: count**-RARITY for word, count in used_by.items()}
        self.numbers = set(_number_phrases(intents))
        self.fillers = {_split(phrase) for phrase in intents.skip_words}

    def nearest(self, text: str, min_score: float) -> list[Candidate]:
        """Give each template's sentence nearest to `text`, if it scores min_score, best first.

        Wildcards and numbers of the sentences are filled with the words of `text`.
        """
        words = _split(text)
        if not words:
            return []
        alignment = _Alignment(self, words)
        candidates = [
            alignment.best(template, intent)
            for intent, template, vocabulary in self._templates
            if alignment.best_possible_score(vocabulary) >= min_score
        ]
        return sorted((one for one in candidates if one.score >= min_score), reverse=True)

    def parts(self, expression: Part) -> Sequence[Part]:
        """Give what an expression is made of: items, a rule's body or a list's values."""
        if isinstance(expression, Group):
            return expression.items
        if isinstance(expression, RuleReference):
            return [self._rules[expression.rule_name].expression]
        if isinstance(expression, ListReference):
            return [self._lists[expression.list_name]]
        if isinstance(expression, TextSlotList):
            return [value.text_in for value in expression.values]
        return []

    def _vocabulary(self, expression: Part) -> Iterator[str]:
        if isinstance(expression, TextChunk):
            yield from _split_chunk(expression.text)
        elif isinstance(expression, RangeSlotList):
            yield NUMBER
        elif isinstance(expression, WildcardSlotList):
            yield WILDCARD
        for part in self.parts(expression):
            yield from self._vocabulary(part)


class _Alignment:
    """The words of one text, to be aligned with one template after the other."""

    def __init__(self, grammar: SentenceGrammar, words: tuple[str, ...]) -> None:
        self._grammar = grammar
        self._words = words
        self._numbers = [span for span in _spans(words) if words[slice(*span)] in grammar.numbers]
        self._weights = [grammar.weights.get(word, 1.0) for word in words]
        for begin, end in self._numbers:
            weight = grammar.weights.get(NUMBER, 1.0) / (end - begin)
            self._weights[begin:end] = [weight] * (end - begin)
        for begin, end in _spans(words):
            if words[begin:end] in grammar.fillers:
                self._weights[begin:end] = [0.0] * (end - begin)
        self._weight = sum(self._weights)
        self._heard = self._find(list(grammar.weights))

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

    def best_possible_score(self, vocabulary: frozenset[str]) -> float:
        """Give a quick upper bound of the score of a template with this vocabulary."""
        if WILDCARD in vocabulary:
            return 1.0
        nearest = [0.0] * len(self._words)
        for word in vocabulary & self._heard.keys():
            for index, similarity in self._heard[word]:
                nearest[index] = max(nearest[index], similarity)
        if NUMBER in vocabulary:
            for begin, end in self._numbers:
                nearest[begin:end] = [1.0] * (end - begin)
        lost = sum(
            weight * (1 - similarity)
            for weight, similarity in zip(self._weights, nearest, strict=True)
        )
        return 1 - lost / (self._weight + len(self._words))

    def best(self, template: Expression, intent: str) -> Candidate:
        """Give the sentence of `template` that is nearest to the words."""
        start: Frontier = [(0.0, 0.0, 0.0, None), *[None] * len(self._words)]
        path = self._align(template, self._skip(start), MIN_SIMILARITY)[-1]
        if path is None:
            return Candidate(0.0, intent, '')
        cost, weight, taken, words = path
        sentence = []
        while words is not None:
            word, words = words
            sentence.append(word)
        total = weight + self._weight - taken
        score = 1 - cost / total if total else 0.0
        return Candidate(score, intent, ' '.join(reversed(sentence)))

    def _align(self, part: Part, before: Frontier, min_similarity: float) -> Frontier:
        if isinstance(part, TextChunk):
            for word in _split_chunk(part.text):
                before = self._word(word, before, min_similarity)
            return before
        if isinstance(part, RangeSlotList):
            return self._number(before)
        if isinstance(part, WildcardSlotList):
            return self._wildcard(before)
        if isinstance(part, Alternative | TextSlotList):
            if isinstance(part, TextSlotList):
                min_similarity = MIN_SLOT_SIMILARITY
            choices = [
                self._align(item, before, min_similarity) for item in self._grammar.parts(part)
            ]
            return [reduce(_cheaper, paths) for paths in zip(*choices, strict=True)]
        for item in self._grammar.parts(part):
            before = self._align(item, before, min_similarity)
        return before

    def _word(self, word: str, before: Frontier, min_similarity: float) -> Frontier:
        weight = self._grammar.weights[word]
        after: Frontier = [
            path and (path[0] + weight, path[1] + weight, path[2], (word, path[3]))
            for path in before
        ]
        if word not in self._heard:
            return after
        for index, similarity in self._heard[word]:
            path = before[index]
            if path is not None and similarity >= min_similarity:
                cost = path[0] + (1 - similarity) * (weight + self._weights[index])
                heard = (cost, path[1] + weight, path[2], (word, path[3]))
                after[index + 1] = _cheaper(after[index + 1], heard)
        return self._skip(after)

    def _number(self, before: Frontier) -> Frontier:
        weight = self._grammar.weights[NUMBER]
        after: Frontier = [None] * len(before)
        for begin, end in self._numbers:
            if (path := before[begin]) is not None:
                words = (' '.join(self._words[begin:end]), path[3])
                after[end] = _cheaper(after[end], (path[0], path[1] + weight, path[2], words))
        return self._skip(after)

    def _wildcard(self, before: Frontier) -> Frontier:
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


def _split(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(normalize_text(text).lower()))


_split_chunk = cache(_split)  # of templates only: nothing that was said is kept


def _spans(words: Sequence[str]) -> list[tuple[int, int]]:
    """Give (begin, end) of every run of words, shorter ones first."""
    count = len(words)
    return [
        (begin, begin + length)
        for length in range(1, count + 1)
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
