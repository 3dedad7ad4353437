"""Finds the sentences of a hassil grammar that are nearest to what a recognizer heard.

Each template is aligned with the heard words by a weighted edit distance over the template's tree:
a word may be missing, superfluous, misspelled ('lite'), or heard as two ('time or' for 'timer').
Words count by how few intents use them, so that 'timer' decides and 'the' hardly matters. No
template is ever written out, so alternatives cost additions, not multiplications.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import TypeAlias

import numpy as np
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    TextChunk,
)
from hassil.intents import Intents, RangeSlotList, TextSlotList, WildcardSlotList
from hassil.numbers import get_rbnf_engine
from hassil.util import normalize_text
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

MIN_WEIGHT = 0.15  # of a word that every intent uses; a word that none uses weighs 1
WILDCARD_COST = 0.15  # per word, so that a wildcard takes no more than it must
NUMBER_WEIGHT = 0.3
MIN_SIMILARITY = 0.6  # of a word to what was heard for it
MIN_SIMILARITY_OF_TWO = 0.8  # of a word to two heard ones
SHORT=2
POW=0.4
LISTSIM=.8
NUMBER = '#'  # any number, as a word of the vocabulary
WILDCARD = '*'

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")

# The cheapest alignment that has used up the first j heard words: its cost, the weight of its
# template words, the weight of the heard words that wildcards took, and its words, last one first.
Words: TypeAlias = 'tuple[str, Words] | None'
Path: TypeAlias = tuple[float, float, float, Words]
Frontier: TypeAlias = list[Path | None]


class SentenceGrammar:
    """The sentence templates of an intents file, searched with tolerance."""

    def __init__(self, intents: Intents, without: Collection[str] = ()) -> None:
        """Take the templates of `intents`, except those of the intents named in `without`."""
        self.rules = intents.expansion_rules
        self.lists = intents.slot_lists
        groups = {
            name: [sentence.expression for data in intent.data for sentence in data.sentences]
            for name, intent in intents.intents.items()
            if name not in without
        }
        self._templates = [(n,self._compile(template),frozenset(self._words(template))) for n,group in groups.items() for template in group]
        used_by = Counter(
            word for group in groups.values() for word in {w for t in group for w in self._words(t)}
        )
        self.weights = {
            word: count**-POW
            for word, count in used_by.items()
        }
        self.numbers = set(_number_phrases(intents))
        self.fillers = [tuple(_split(phrase)) for phrase in intents.skip_words]

    def nearest(self, text: str, min_score: float) -> list[tuple[float, str]]:
        """Give the sentences nearest to `text` with scores in [min_score, 1], best first.

        Wildcards and numbers of the sentences are filled with the words of `text`.
        """
        words = _split(text)
        if not words:
            return []
        alignment = _Alignment(self, words)
        scored = [(*alignment.score(template),n) for n, template, vocabulary in self._templates if alignment.bound(vocabulary)>=min_score]
        return sorted((near for near in scored if near[0] >= min_score), reverse=True)

    def _words(self, expression: Expression) -> Iterator[str]:
        """Yield the words that sentences of `expression` are made of."""
        if isinstance(expression, TextChunk):
            yield from _split(expression.text)
        elif isinstance(expression, RangeSlotList):
            yield NUMBER
        elif isinstance(expression, WildcardSlotList):
            yield WILDCARD
        else:
            for part in self._parts(expression):
                yield from self._words(part)

    def _parts(self, e):
        if isinstance(e, Group): return e.items
        if isinstance(e, RuleReference): return [self.rules[e.rule_name].expression]
        l=self.lists[e.list_name]
        return [v.text_in for v in l.values] if isinstance(l,TextSlotList) else [l]

    def _compile(self, expression, m=0.0):
        if isinstance(expression, TextChunk):
            words=_split(expression.text)
            def f(al,v):
                for w in words: v=al.word(w,v,m)
                return v
            return f
        if isinstance(expression, ListReference): m=LISTSIM
        if isinstance(expression,RangeSlotList): return _Alignment.number
        if isinstance(expression,WildcardSlotList): return _Alignment.wildcard
        steps=[self._compile(p,m) for p in self._parts(expression)]
        if len(steps)==1: return steps[0]
        if isinstance(expression,(Alternative,ListReference)):
            def f(al,v):
                o=steps[0](al,v)
                for s in steps[1:]:
                    r=s(al,v)
                    if r is not v or o is not v: o=[b if a is None or (b is not None and b[0]<a[0]) else a for a,b in zip(o,r)]
                return o
            return f
        def f(al,v):
            for s in steps: v=s(al,v)
            return v
        return f


class _Alignment:
    """The words of one text, to be aligned with one template after the other."""

    def __init__(self, grammar: SentenceGrammar, words: list[str]) -> None:
        self._grammar = grammar
        self._words = words
        self._weights = [grammar.weights.get(word, 1.0) for word in words]
        for filler in grammar.fillers:
            for begin, end in self._spans(len(filler)):
                if tuple(words[begin:end]) == filler:
                    self._weights[begin:end] = [0.0] * len(filler)
        # Where each word of the vocabulary may have been heard: begin, end, similarity.
        self._places: dict[str, list[tuple[int, int, float]]] = {}
        vocabulary = list(grammar.weights)
        for length, cutoff in ((1, MIN_SIMILARITY), (2, MIN_SIMILARITY_OF_TWO)):
            spans = self._spans(length)
            heard = [''.join(words[begin:end]) for begin, end in spans]
            similarity = cdist(
                heard, vocabulary, scorer=Indel.normalized_similarity, score_cutoff=cutoff
            )
            for row, column in zip(*np.nonzero(similarity), strict=True):
                if len(vocabulary[column])<=SHORT and heard[row]!=vocabulary[column]: continue
                place = (*spans[row], float(similarity[row, column]))
                self._places.setdefault(vocabulary[column], []).append(place)
        longest = max(map(len, grammar.numbers), default=0)
        self._places[NUMBER] = [
            (begin, end, 1.0)
            for length in range(1, longest + 1)
            for begin, end in self._spans(length)
            if tuple(words[begin:end]) in grammar.numbers
        ]

        for b,e,_ in self._places[NUMBER]: self._weights[b:e]=[grammar.weights[NUMBER]/(e-b)]*(e-b)
        self._weight = sum(self._weights)
    def bound(self, vocabulary):
        if WILDCARD in vocabulary: return 1.0
        best=[0.0]*len(self._words)
        for w in vocabulary & self._places.keys():
            for b,e,s in self._places[w]:
                for j in range(b,e):
                    if s>best[j]: best[j]=s
        u=sum(w*(1-b) for w,b in zip(self._weights,best))
        return 1-u/(self._weight+sum(b>0 for b in best)) if self._weight else 1.0
    def score(self, template: Expression) -> tuple[float, str]:
        """Give how near the nearest sentence of `template` is, in [0, 1], and that sentence."""
        start: Frontier = [(0.0, 0.0, 0.0, None)] + [None] * len(self._words)
        path = template(self, self._skip(start))[-1]
        if path is None:
            return 0.0, ''
        cost, weight, taken, words = path
        sentence = []
        while words is not None:
            word, words = words
            sentence.append(word)
        return 1 - cost / (weight + self._weight - taken), ' '.join(reversed(sentence))

    def word(self, word: str, before: Frontier, m) -> Frontier:
        """Go on by a word: missing or heard somewhere."""
        weight = self._grammar.weights[word]
        after: Frontier = [
            path and (path[0] + weight, path[1] + weight, path[2], (word, path[3]))
            for path in before
        ]
        places = self._places.get(word)
        if not places:
            return after
        for begin, end, similarity in places:
            if similarity<m: continue
            if (path := before[begin]) is not None:
                difference = (1 - similarity) * (weight + sum(self._weights[begin:end]))
                cost = path[0] + difference
                if (old := after[end]) is None or cost < old[0]:
                    after[end] = (cost, path[1] + weight, path[2], (word, path[3]))
        return self._skip(after)

    def number(self, before: Frontier) -> Frontier:
        """Go on by a number."""
        weight = self._grammar.weights[NUMBER]
        after: Frontier = [None] * len(before)
        for begin, end, _ in self._places[NUMBER]:
            if (path := before[begin]) is not None:
                number = ' '.join(self._words[begin:end])
                if (old := after[end]) is None or path[0] < old[0]:
                    after[end] = (path[0], path[1] + weight, path[2], (number, path[3]))
        return self._skip(after)

    def wildcard(self, before: Frontier) -> Frontier:
        """Go on by one or more words, whatever they are."""
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
                cost = path[0] + weight
                if (old := frontier[index + 1]) is None or cost < old[0]:
                    frontier[index + 1] = (cost, *path[1:])
        return frontier

    def _spans(self, length: int) -> list[tuple[int, int]]:
        return [(begin, begin + length) for begin in range(len(self._words) - length + 1)]


def _cheaper(one: Path | None, other: Path | None) -> Path | None:
    if one is None or (other is not None and other[0] < one[0]):
        return other
    return one


def _split(text: str) -> list[str]:
    return WORD.findall(normalize_text(text).lower())


def _number_phrases(intents: Intents) -> Iterator[tuple[str, ...]]:
    """Yield how the numbers of the intents' lists are said and written."""
    engine = get_rbnf_engine(intents.language)
    numbers = {
        number
        for slot_list in intents.slot_lists.values()
        if isinstance(slot_list, RangeSlotList)
        for number in slot_list.get_numbers()
    }
    for number in numbers:
        yield (str(number),)
        for phrase in engine.format_number(number).text_by_ruleset.values():
            yield tuple(_split(phrase))
