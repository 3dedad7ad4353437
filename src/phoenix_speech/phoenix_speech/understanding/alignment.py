"""
Aligns the words that a recognizer heard with sentence templates, one after the other.

A weighted edit distance over the tree of a template. Meaning is kept: only words that tell little
may be missing or superfluous, and only a word that no template knows may be a misheard one ('lite'
for 'light'). Answers to a question are compared more freely: there, any word may be missing or
superfluous but numbers and negations.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from hassil.util import normalize_text
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

WILDCARD_COST = 0.2  # per word, so that a wildcard covers no more than it must
DOUBT = 1.0  # weight that counts as not understood, so that few words prove less than many
MIN_SIMILARITY = 0.6  # of a word to what was heard for it, where that is only asked about
CLEAR_SIMILARITY = 0.7  # where it is acted on
LEAST_LENGTH_RATIO = 0.7
TAIL_WORDS = 2  # of the wake phrase that may be heard as the beginning of a sentence
LEAD_WEIGHT = 0.3
EXACT_LENGTH = 2  # words up to this length must be heard exactly: 'now' is not 'no'

NUMBER, WILDCARD = '#', '*'  # as words of the vocabulary
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")

# The cheapest alignment that has used up the first j heard words: its cost, the weight of its
# template words, the weight of the heard words that wildcards cover, its words, last one first,
# and whether that one was heard.
Words: TypeAlias = 'tuple[str, Words] | None'
Path: TypeAlias = tuple[float, float, float, Words, bool]
Frontier: TypeAlias = list[Path | None]
# A part of a template advances a frontier to the one behind it.
Step: TypeAlias = 'Callable[[Alignment, Frontier], Frontier]'


class Candidate(NamedTuple):
    """A sentence near to what was heard."""

    score: float  # 1 = the same
    intent: str
    sentence: str


class Template(NamedTuple):
    """A sentence template, compiled."""

    intent: str
    step: Step
    words: frozenset[str]  # all words of its sentences
    required: frozenset[frozenset[str]]  # of each set, every sentence has at least one word


class Vocabulary(NamedTuple):
    """
    The words of a grammar.

    :param weights: how much each word tells about the intent.
    :param numbers: how the numbers of its lists are said.
    :param fillers: phrases that tell nothing, as 'please'.
    :param kept: words that are never superfluous: numbers, marks of quantities, negations.
    :param known: words that are not misheard ones.
    :param little: the only words that may be missing or superfluous; None: all but `kept`.
    :param lead: words that may be superfluous at the beginning, besides.
    """

    weights: Mapping[str, float]
    numbers: Collection[tuple[str, ...]]
    fillers: Collection[tuple[str, ...]]
    kept: Collection[str]
    known: Collection[str]
    little: Collection[str] | None
    lead: Collection[str]

    def may_miss(self, word: str) -> bool:
        """Return whether a word of a template need not be heard."""
        return word not in self.kept and (self.little is None or word in self.little)


class Alignment:
    """The words of one text, and where each word of a vocabulary may have been heard in it."""

    def __init__(
        self, vocabulary: Vocabulary, words: tuple[str, ...], *, guess: bool = False
    ) -> None:
        """
        Find where each word may have been heard.

        :param guess: a word that a template knows may be a misheard one, unless it is `kept`.
        """
        self._right = vocabulary.kept if guess else vocabulary.known
        is_free = guess or vocabulary.little is None
        self._min_similarity = MIN_SIMILARITY if is_free else CLEAR_SIMILARITY
        self._vocabulary = vocabulary
        self._words = words
        self._weights = [vocabulary.weights.get(word, 1.0) for word in words]
        self._numbers: list[tuple[int, int]] = []
        for begin, end in _spans(words):
            inside = any(first <= begin and end <= last for first, last in self._numbers)
            if words[begin:end] in vocabulary.numbers and not inside:
                self._numbers.append((begin, end))
                weight = vocabulary.weights.get(NUMBER, 1.0) / (end - begin)
                self._weights[begin:end] = [weight] * (end - begin)
        for begin, end in _spans(words):
            if words[begin:end] in vocabulary.fillers:
                self._weights[begin:end] = [0.0] * (end - begin)
        self._may_skip = self._find_superfluous(guess=guess)
        self._weight = sum(self._weights)
        self.telling_words = sum(weight > 0 for weight in self._weights)
        self._heard = self._find(list(vocabulary.weights))
        self._least_cost = dict(vocabulary.weights)
        for word, places in self._heard.items():
            self._least_cost[word] *= 1 - max(similarity for _, similarity in places)

    def _find_superfluous(self, *, guess: bool) -> list[bool]:
        """Find which words may be left out, for a guess also what was heard of the wake phrase."""
        vocabulary, leading = self._vocabulary, True
        may_skip: list[bool] = []
        number = {index for begin, end in self._numbers for index in range(begin, end)}
        for index, word in enumerate(self._words):
            leading = leading and (
                word in vocabulary.lead
                or (guess and index < TAIL_WORDS and word not in vocabulary.known)
            )
            if leading:
                self._weights[index] *= LEAD_WEIGHT
            filler = self._weights[index] == 0
            little = leading or vocabulary.may_miss(word)
            may_skip.append(filler or (little and index not in number))
        return may_skip

    def _find(self, vocabulary: list[str]) -> dict[str, list[tuple[int, float]]]:
        """Find where each word of the vocabulary may have been heard, and how similar."""
        similarity = cdist(
            self._words,
            vocabulary,
            scorer=Indel.normalized_similarity,
            score_cutoff=self._min_similarity,
        )
        heard: dict[str, list[tuple[int, float]]] = {}
        for index, column in np.argwhere(similarity).tolist():
            word, said = vocabulary[column], self._words[index]
            misheard = len(word) > EXACT_LENGTH and said not in self._right
            if word == said or (misheard and _as_long(word, said)):
                heard.setdefault(word, []).append((index, float(similarity[index, column])))
        return heard

    def best_possible_score(self, template: Template) -> float:
        """Return a quick upper bound of a template's score."""
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
        # A word unlike any of the template's is lost, unless a wildcard covers it.
        total = 0.0
        for weight, similarity in zip(self._weights, nearest, strict=True):
            if similarity:
                total += weight + 1
            if WILDCARD not in template.words:
                cost += weight * (1 - similarity)
        return 1 - (cost + DOUBT) / (total + cost + DOUBT)

    def best(self, template: Template) -> Candidate:
        """Return the sentence of a template that is nearest to the words."""
        start: Frontier = [(0.0, 0.0, 0.0, None, True), *[None] * len(self._words)]
        path = template.step(self, self._skip(start))[-1]
        if path is None:
            return Candidate(0.0, template.intent, '')
        cost, weight, taken, words, _ = path
        sentence = []
        while words is not None:
            word, words = words
            sentence.append(word)
        total = weight + self._weight - taken
        score = 1 - (cost + DOUBT) / (total + DOUBT)
        return Candidate(score, template.intent, ' '.join(reversed(sentence)))

    def advance(self, words: tuple[str, ...], before: Frontier, in_slot: bool) -> Frontier:
        """Advance by words. In a slot's value all must be heard; elsewhere some may be missing."""
        min_similarity = 1.0 if in_slot else self._min_similarity
        for word in words:
            weight = self._vocabulary.weights[word]
            after: Frontier = [None] * len(before)
            if not in_slot and self._vocabulary.may_miss(word):
                after = [
                    path and (path[0] + weight, path[1] + weight, path[2], (word, path[3]), False)
                    for path in before
                ]
            if word in self._heard:
                for index, similarity in self._heard[word]:
                    path = before[index]
                    if path is not None and similarity >= min_similarity:
                        cost = path[0] + (1 - similarity) * (weight + self._weights[index])
                        heard = (cost, path[1] + weight, path[2], (word, path[3]), True)
                        after[index + 1] = _cheaper(after[index + 1], heard)
                self._skip(after)
            before = after
        return before

    def advance_number(self, before: Frontier) -> Frontier:
        """Advance by a number, which must have been heard, and so must the word before it."""
        weight = self._vocabulary.weights[NUMBER]
        after: Frontier = [None] * len(before)
        for begin, end in self._numbers:
            if (path := before[begin]) is not None and path[4]:
                words = (' '.join(self._words[begin:end]), path[3])
                number = (path[0], path[1] + weight, path[2], words, True)
                after[end] = _cheaper(after[end], number)
        return self._skip(after)

    def advance_wildcard(self, before: Frontier) -> Frontier:
        """
        Advance by one or more heard words, whatever they are.

        The word before them must have been heard: 'a story at seven' is none about 'at seven'.
        """
        after: Frontier = [None] * len(before)
        for index, word in enumerate(self._words):
            begin = before[index]
            path = _cheaper(begin if begin is not None and begin[4] else None, after[index])
            if path is not None:
                cost, weight, taken, words, _ = path
                taken += self._weights[index]
                after[index + 1] = (cost + WILDCARD_COST, weight, taken, (word, words), True)
        return after

    def _skip(self, frontier: Frontier) -> Frontier:
        """Let paths skip heard words that are not in the template."""
        for index, weight in enumerate(self._weights):
            if (path := frontier[index]) is not None and self._may_skip[index]:
                skipped = (path[0] + weight, *path[1:])
                frontier[index + 1] = _cheaper(frontier[index + 1], skipped)
        return frontier


def _as_long(one: str, other: str) -> bool:
    """Return whether words are about as long: 'another' is in 'grandmother', and is not heard."""
    return min(len(one), len(other)) >= LEAST_LENGTH_RATIO * max(len(one), len(other))


def _cheaper(one: Path | None, other: Path | None) -> Path | None:
    if one is None or (other is not None and other[0] < one[0]):
        return other
    return one


def merge(some: Frontier, others: Frontier) -> Frontier:
    """Return the cheaper path of two frontiers at each place."""
    return [_cheaper(one, other) for one, other in zip(some, others, strict=True)]


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in normal form."""
    return tuple(WORD.findall(normalize_text(text).lower()))


def _spans(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return (begin, end) of every run of words, longer ones first."""
    count = len(words)
    return [
        (begin, begin + length)
        for length in range(count, 0, -1)
        for begin in range(count - length + 1)
    ]
