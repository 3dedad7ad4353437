"""The book: what children ask and what is true of it, found by the words and the meaning."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from rapidfuzz import fuzz

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.safety.normalise import plain_words

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

# Chosen on questions by the writer of the book, who did not look at it meanwhile.
SURE = 0.84  # from here on the question is taken for that of the book
SAME_WORDS = 0.7  # and each word has its like
PERHAPS = 0.85  # from here on it is said which question is answered; below, half are others
_SHORT_LIST = 20  # questions of the book whose meaning is compared
_ALIKE = 65.0  # percent, of two words that count as one in the short list
_STEM = 5  # letters: 'dinos' and 'dinosaurs' are one word, 'tail' and 'tails', too
_LITTLE_WEIGHT = 0.3  # of a little word; a word that is in one question alone has about 8
_MEANING_FROM, _MEANING_TO = 0.35, 0.75  # likeness of two words that mean other things, the same


class Certainty(Enum):
    """How much a question is like one of the book."""

    SURE = 'sure'
    PERHAPS = 'perhaps'


class Entry(FileModel):
    """A few ways to ask for one thing, in small letters and without marks, and the answer."""

    ask: list[str] = Field(min_length=2)
    say: str


class BookFile(FileModel):
    """
    A book.yaml.

    :param perhaps: how a question begins its answer that is perhaps meant: {question}.
    :param unknown: what is said to a question that is not in the book.
    :param question_words: what a question begins with.
    :param little_words: words that say little of what is asked.
    """

    perhaps: str
    unknown: list[str] = Field(min_length=2)
    question_words: list[str]
    little_words: list[str]
    entries: list[Entry]


@dataclass(frozen=True)
class Found:
    """What the book says."""

    question: str  # of the book
    answer: str
    certainty: Certainty


class Book:
    """
    Finds the entry that a question asks for.

    A question and one of the book are as near as their meaning and the share of each one's words
    that the other has. A word without its like in the other makes it uncertain: 'how many teeth
    does a crocodile have' is not what the book says of sharks.

    :param encode: returns the meaning of each text, as rows of length one.
    """

    def __init__(self, file: BookFile, encode: Encode) -> None:
        self.file = file
        self._encode = encode
        self._little = frozenset(file.little_words)
        self._questions = [
            (ask, plain_words(ask), entry) for entry in file.entries for ask in entry.ask
        ]
        self._occurs = Counter(word for _, words, _ in self._questions for word in set(words))
        self._meanings: dict[str, NDArray[np.float32]] = {}  # of what is in the book

    @classmethod
    def load(cls, path: Path, encode: Encode) -> 'Book':
        """
        Read a book.yaml.

        :raises ConfigFileError: the file is refused.
        """
        return cls(load_config(path, BookFile), encode)

    def is_question(self, text: str) -> bool:
        """Return whether a text asks for something."""
        return text.rstrip().endswith('?') or plain_words(text)[:1] in [
            [word] for word in self.file.question_words
        ]

    def find(self, text: str) -> Found | None:
        """Return what the book says to a text; None: nothing in it is near enough."""
        words = plain_words(text)
        if not words:
            return None
        near = self._short_list(words)
        meanings = self._meanings_of([' '.join(words), *words], near)
        best, place, alike = 0.0, 0, False
        for at in near:
            _, asked, _ = self._questions[at]
            meant = float(meanings[' '.join(words)] @ meanings[' '.join(asked)])
            likeness = self._likeness(words, asked, meanings)
            of_asked = self._likeness(asked, words, meanings)
            shared = self._share(words, likeness) + self._share(asked, of_asked)
            if (nearness := meant / 2 + shared / 4) > best:
                best, place = nearness, at
                alike = self._all_alike(words, likeness) and self._all_alike(asked, of_asked)
        if best < PERHAPS:
            return None
        question, _, entry = self._questions[place]
        certainty = Certainty.SURE if best >= SURE and alike else Certainty.PERHAPS
        return Found(question, entry.say, certainty)

    def _short_list(self, words: Sequence[str]) -> list[int]:
        """Return the places of the questions that share most of their words with these."""
        telling = self._telling(words)
        alike = {
            word: likeness / 100
            for word in self._occurs
            if (likeness := max(fuzz.ratio(word, one) for one in telling)) > _ALIKE
        }
        scores = []
        for _, asked, _ in self._questions:
            weights = {word: self._weight(word) for word in self._telling(asked)}
            shared = sum(weight * alike.get(word, 0) ** 2 for word, weight in weights.items())
            scores.append(shared / (sum(weights.values()) + 2))
        places = np.argsort(-np.array(scores), kind='stable')
        return [int(place) for place in places[:_SHORT_LIST]]

    def _telling(self, words: Sequence[str]) -> list[str]:
        return [word for word in words if word not in self._little] or list(words)

    def _weight(self, word: str) -> float:
        if word in self._little:
            return _LITTLE_WEIGHT
        return math.log(1 + len(self._questions) / (1 + self._occurs[word]))

    def _meanings_of(
        self, texts: Sequence[str], near: Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """Return the meanings of texts, and of near questions and their words, which are kept."""
        asked = [self._questions[at][1] for at in near]
        kept = {' '.join(words) for words in asked} | {word for words in asked for word in words}
        new = [text for text in {*texts, *kept} if text not in self._meanings]
        found = dict(zip(new, self._encode(new), strict=True)) if new else {}
        self._meanings |= {text: found[text] for text in kept if text in found}
        return self._meanings | found

    @staticmethod
    def _likeness(
        words: Sequence[str],
        others: Sequence[str],
        meanings: dict[str, NDArray[np.float32]],
    ) -> list[float]:
        """Return how like each word is to that among others which is nearest, 0 to 1."""
        return [
            max(_likeness(word, other, meanings[word], meanings[other]) for other in others)
            for word in words
        ]

    def _share(self, words: Sequence[str], likeness: Sequence[float]) -> float:
        weights = [self._weight(word) for word in words]
        return float(np.dot(weights, likeness)) / sum(weights)

    def _all_alike(self, words: Sequence[str], likeness: Sequence[float]) -> bool:
        return all(
            word in self._little or one >= SAME_WORDS
            for word, one in zip(words, likeness, strict=True)
        )


def _likeness(
    word: str, other: str, meaning: NDArray[np.float32], of_other: NDArray[np.float32]
) -> float:
    if word == other or (min(len(word), len(other)) > 3 and word[:_STEM] == other[:_STEM]):
        return 1.0
    alike = (float(meaning @ of_other) - _MEANING_FROM) / (_MEANING_TO - _MEANING_FROM)
    return min(1.0, max(0.0, alike))
