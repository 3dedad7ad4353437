"""What may be misheard without a change of meaning, per language, as data: tolerance.yaml."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from rapidfuzz.distance import OSA

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.understanding.free_order_rules import FreeOrderRules
from phoenix_speech.understanding.imperatives import ImperativeRules
from phoenix_speech.understanding.remarks import RemarkRules

LONG_WORD = 4  # letters from which on a word may be misspelt
LONG_UNIT = 6  # letters from which on two may be wrong


class Tolerance(FileModel):
    """
    The words that tell little, and those that tell all.

    :param little_words: may be missing, or heard besides.
    :param lead_words: may be heard besides at the beginning: hesitation, the end of the call.
    :param negations: turn the sense of a sentence; never missing, never besides.
    :param same_sound: words that sound the same.
    :param no_names: begin no name of a person or a timer.
    :param joins: between two requests, the longer first.
    :param compounds: words that others are joined with, as in 'nudeltimer'.
    :param other_words: words that people say to each other, and so no misspelt ones of a template.
    :param short_forms: what is said short, as 'gimme', to what is written.
    :param remarks: what may be said besides a request.
    :param imperatives: the other forms of a request.
    :param free_order: what the order of words tells.
    """

    little_words: list[str] = []
    lead_words: list[str] = []
    negations: list[str] = []
    same_sound: list[list[str]] = []
    no_names: list[str] = []
    joins: list[str] = []
    compounds: list[str] = []
    other_words: list[str] = []
    short_forms: dict[str, str] = {}
    remarks: RemarkRules = RemarkRules()
    imperatives: ImperativeRules = ImperativeRules()
    free_order: FreeOrderRules = FreeOrderRules()

    def words(self) -> Iterator[str]:
        """Yield the words that are right as they are."""
        yield from (*self.little_words, *self.lead_words, *self.negations, *self.other_words)
        yield from ' '.join(self.joins).split()

    def written_out(self, text: str) -> str:
        """Return a text with its short forms as they are written; one that is all stays."""
        if not self.short_forms or ' ' not in text.strip():
            return text
        return self._short.sub(lambda found: self.short_forms[found[0].lower()], text)

    @cached_property
    def _short(self) -> re.Pattern[str]:
        longest_first = sorted(self.short_forms, key=len, reverse=True)
        return re.compile(rf'\b(?:{"|".join(map(re.escape, longest_first))})\b', re.IGNORECASE)


def load_tolerance(path: Path) -> Tolerance:
    """
    Read a file; without it nothing is tolerated.

    :raises ConfigFileError: it is broken.
    """
    return load_config(path, Tolerance) if path.exists() else Tolerance()


def same_sounding(words: list[str], tolerance: Tolerance) -> Iterator[list[str]]:
    """Yield the words with one of them replaced by another that sounds the same."""
    for index, word in enumerate(words):
        for group in tolerance.same_sound:
            if word in group:
                for other in group:
                    if other != word:
                        yield [*words[:index], *other.split(), *words[index + 1 :]]


def respelt(words: list[str], known: frozenset[str], units: frozenset[str]) -> list[str]:
    """
    Return the words with misspelt ones put right.

    Any known word is put right if two of its letters are swapped; a word for a unit in other
    cases, too. A number is not: with one letter changed, it could be another.

    :param known: words that are right as they are.
    :param units: words for units; all of these are known.
    """
    return [word if word in known else _respelt(word, known, units) for word in words]


def _respelt(word: str, known: frozenset[str], units: frozenset[str]) -> str:
    if len(word) < LONG_WORD or not word.isalpha():
        return word
    letters = sorted(word)
    near = {one for one in known if sorted(one) == letters and OSA.distance(word, one) == 1}
    if not near:
        wrong = 2 if len(word) >= LONG_UNIT else 1
        near = {one for one in units if len(one) >= LONG_WORD and OSA.distance(word, one) <= wrong}
    return near.pop() if len(near) == 1 else word
