"""Brings a sentence into the one form in which rules and classifier see words."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from rapidfuzz.distance import OSA

MAX_CHARACTERS = 600  # more is cut: bounds the time that a judgement can take
SHORTEST_TO_CORRECT = 5  # letters; most short words have a harmless neighbour

_NOT_A_WORD = re.compile(r'[^\w]+|_')
_REPEATED = re.compile(r'([^\W\d])\1{2,}')
_SPELLED = re.compile(r'(?:(?<=\s)|^)[^\W\d_](?:[\s.\-*]+[^\W\d_](?=[\s.\-*]|$)){2,}')
_APOSTROPHES = re.compile('[\'\u2019\u2018\u02bc\u00b4`"]')
_LEET = str.maketrans('013457@$!', 'oieastasi')
_UMLAUTS = {'a\u0308': 'ä', 'o\u0308': 'ö', 'u\u0308': 'ü', 'A\u0308': 'ä', 'O\u0308': 'ö'}
_UMLAUTS['U\u0308'] = 'ü'


class Normaliser:
    """Normalises the sentences of one language."""

    def __init__(
        self,
        replace: Mapping[str, str],
        skip: Collection[str] = (),
        vocabulary: Collection[str] = (),
        keep: Collection[str] = (),
        misheard: Mapping[str, str] | None = None,
    ) -> None:
        """
        Take what is particular to a language.

        :param replace: words to what stands for them, as 'im': 'i am'; longest first.
        :param skip: words without weight, which are left out.
        :param vocabulary: words of the rules, which a misspelt word is corrected to.
        :param keep: words that are right though they look like a misspelt one.
        :param misheard: what a recognizer writes for what was said, as 'die my hair'.
        """
        self._replace, self._misheard = _phrases(replace), _phrases(misheard or {})
        self._skip = frozenset(skip)
        self._known = frozenset(vocabulary) | frozenset(keep) | self._skip
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(vocabulary):
            if len(word) >= SHORTEST_TO_CORRECT:
                self._by_length.setdefault(len(word), []).append(word)
        self._corrections: dict[str, str] = {}

    def words(self, text: str) -> list[str]:
        """Return the words of a text: plain, expanded, corrected, without what has no weight."""
        plain = _replaced(self.plain(text), self._replace)
        words = (self._corrected(word) for word in plain if word not in self._skip)
        # What a correction made may be something to replace, too.
        replaced = _replaced(list(words), self._replace)
        return [word for word in replaced if word not in self._skip]

    def plain(self, text: str) -> list[str]:
        """Return the plain words of a text, with what is known to be misheard put right."""
        return _replaced(plain_words(text), self._misheard)

    def _corrected(self, word: str) -> str:
        if word in self._known or len(word) < SHORTEST_TO_CORRECT or word.isdigit():
            return word
        correction = self._corrections.get(word)  # another thread may clear them
        if correction is None:
            if len(self._corrections) > 5000:  # a stranger must not fill the memory
                self._corrections.clear()
            correction = self._corrections[word] = self._nearest(word)
        return correction

    def _nearest(self, word: str) -> str:
        allowed = 1 if len(word) < 9 else 2
        best, best_distance = word, allowed + 1
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            for candidate in self._by_length.get(length, ()):
                # The first letter is the one that people hardly ever get wrong.
                if candidate[0] != word[0] and candidate[:2] != word[1::-1]:
                    continue
                distance = OSA.distance(word, candidate, score_cutoff=allowed)
                if distance < best_distance:
                    best, best_distance = candidate, distance
        return best


def _phrases(texts: Mapping[str, str]) -> dict[tuple[str, ...], list[str]]:
    return {tuple(old.split()): new.split() for old, new in texts.items()}


def _replaced(words: list[str], phrases: Mapping[tuple[str, ...], list[str]]) -> list[str]:
    longest = max(map(len, phrases), default=0)
    result: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            new = phrases.get(tuple(words[at : at + length]))
            if new is not None:
                result += new
                at += length
                break
        else:
            result.append(words[at])
            at += 1
    return result


def plain_words(text: str) -> list[str]:
    """Return the words in small letters, without accents (umlauts stay), marks and leet."""
    text = unicodedata.normalize('NFKD', text[:MAX_CHARACTERS])
    for parts, whole in _UMLAUTS.items():
        text = text.replace(parts, whole)
    text = ''.join(c for c in text if not unicodedata.combining(c) and _visible(c)).lower()
    text = _APOSTROPHES.sub('', text)
    text = ' '.join(_without_leet(word) for word in text.split())
    text = _SPELLED.sub(lambda found: _NOT_A_WORD.sub('', found.group()), text)
    text = _REPEATED.sub(r'\1', text)
    return [word for word in _NOT_A_WORD.split(text) if word]


def _visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ('Cf', 'Cc', 'Cn', 'Co')


def _without_leet(word: str) -> str:
    """Read digits and signs inside a word as letters; numbers and the ends of sentences stay."""
    core = word.rstrip('!?.,;:')
    letters = sum(c.isalpha() for c in core)
    odd = sum(not c.isalpha() for c in core)
    if not odd or not letters or letters < 2 or not any(c in '013457@$!' for c in core):
        return word
    return core.translate(_LEET) + word[len(core) :]


def text_of(words: Iterable[str]) -> str:
    """Return the text that patterns are searched in: each word with a blank on both sides."""
    return f' {" ".join(words)} '
