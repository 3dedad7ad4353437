"""
Finds the quantities in a text: lengths of time, times, days, places and sums.

Each is one mark in the text that is matched against the sentence templates, so that a template
names it as one list, and nothing of it can be lost or changed by tolerance. The 'more' of 'five
more minutes' stands before its mark.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import TypeAlias

from phoenix_core.settings.load_once import load_once
from phoenix_speech.understanding.quantities.clocks import ClockReader
from phoenix_speech.understanding.quantities.days import DayReader
from phoenix_speech.understanding.quantities.durations import DurationReader
from phoenix_speech.understanding.quantities.lexicon import load_lexicon
from phoenix_speech.understanding.quantities.places import PlaceReader
from phoenix_speech.understanding.quantities.sums import SumReader
from phoenix_speech.understanding.quantities.terms import Term, read_terms

MOST_OF_A_KIND = 4


class Kind(Enum):
    """What a quantity is; the value is the name of the list that templates use."""

    DURATION = 'duration'
    CLOCK = 'clock'
    DAY = 'day'
    CITY = 'city'
    SUM = 'sum'

    @property
    def marks(self) -> list[str]:
        """The words that stand for the first, second, ... of that kind in a text."""
        return [f'{self.value}mark{letter}' for letter in 'abcd'[:MOST_OF_A_KIND]]

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that it can fill."""
        return _SLOTS[self]


_BARE = (Kind.DURATION, Kind.CLOCK, None)  # what corrects a mere number; None: another one
_SLOTS = {
    Kind.DURATION: ('duration',),
    Kind.CLOCK: ('hour', 'minute', 'day_part'),
    Kind.DAY: ('day', 'repeat', 'day_part'),
    Kind.CITY: ('place', 'where'),
    Kind.SUM: ('sum', 'result'),
}


@dataclass(frozen=True)
class Quantity:
    """
    A quantity.

    :param said: its words.
    :param slots: its value, in normal form; a duration in seconds, which may be negative.
    :param clock: it was written as 1:30, which may also be a length of time.
    """

    kind: Kind
    said: str
    slots: dict[str, str]
    clock: bool = False


@dataclass(frozen=True)
class MarkedText:
    """
    A text with a mark for each quantity.

    :param quantities: by mark.
    :param parts: the words of the text; all words of a number are one.
    :param counts: the value of each part that is a number and no quantity; None: no whole one.
    :param corrected: a part that was taken back is left out.
    """

    text: str
    quantities: dict[str, Quantity]
    parts: tuple[str, ...] = ()
    counts: Mapping[str, int | None] = field(default_factory=dict)
    corrected: bool = False

    @property
    def numbers(self) -> frozenset[str]:
        """The parts that are numbers, and no quantities."""
        return frozenset(self.counts)

    def unmarked(self, text: str) -> str:
        """Return a part of the text as it was said."""
        for mark, quantity in self.quantities.items():
            text = text.replace(mark, quantity.said)
        return text

    def moment_said(self) -> str:
        """Return the quantities and numbers as they were said, with a word between two of them."""
        parts, told = self.parts, {*self.quantities, *self.numbers}
        counted = [index for index, part in enumerate(parts) if part in told]
        said = [parts[index] for index in counted[:1]]
        for last, index in pairwise(counted):
            said += parts[last + 1 : index + 1] if index <= last + 2 else [parts[index]]
        return self.unmarked(' '.join(said))


Reader: TypeAlias = Callable[[Sequence[Term], int], 'tuple[dict[str, str], int] | None']


class QuantityReader:
    """Finds the quantities of a language."""

    def __init__(self, path: Path, language: str) -> None:
        """
        Load a lexicon; where the file does not exist there are no quantities.

        :raises ConfigFileError: it is broken.
        """
        self._language = language
        self.units: frozenset[str] = frozenset()
        self.words: frozenset[str] = frozenset()
        self._more: frozenset[str] = frozenset()
        self.corrections: list[list[str]] = []
        self._roughly: frozenset[str] = frozenset()
        self._before_time: frozenset[str] = frozenset()
        self._sooner_or_later: frozenset[str] = frozenset()
        self._readers: dict[Kind, Reader] = {}
        if not path.exists():
            return
        lexicon = load_lexicon(path)
        self.words = frozenset(lexicon.words())
        self._more = frozenset(lexicon.more)
        self._sooner_or_later = frozenset(lexicon.sooner_or_later)
        self._roughly = frozenset(lexicon.roughly)
        self._before_time = frozenset(lexicon.before_time)
        longest_first = sorted(lexicon.corrections, key=len, reverse=True)
        self.corrections = [phrase.split() for phrase in longest_first]
        self.units = frozenset(word for words in lexicon.units.values() for word in words)
        durations = DurationReader(lexicon, language)
        self._readers = {
            Kind.SUM: SumReader(lexicon, language).read,
            Kind.DURATION: lambda terms, begin: _in_seconds(durations.read(terms, begin)),
            Kind.CLOCK: ClockReader(lexicon, language).read,
            Kind.DAY: DayReader(lexicon, language).read,
            Kind.CITY: PlaceReader(language, lexicon.places).read,
        }

    def numbers(self, text: str) -> bool:
        """Return whether there is a number in a text."""
        terms = read_terms(text, self._language, self.units)
        return any(term.value is not None for term in terms)

    def tells_a_time(self, text: str) -> bool:
        """Return whether an hour is named in a text: 'at five'."""
        terms = read_terms(text, self._language, self.units)
        return any(
            one.text in self._before_time and other.value is not None
            for one, other in pairwise(terms)
        )

    def is_cut_off(self, text: str) -> bool:
        """Return whether a text ends in a time that lacks its hour: 'at five to'."""
        terms = read_terms(text, self._language, self.units)
        return (
            len(terms) > 1
            and terms[-1].text in self._sooner_or_later
            and terms[-2].value is not None
        )

    def shape(self, text: str) -> str:
        """Return a text with the kind of each quantity instead of it; '' where there is none."""
        marked = self.mark(text)
        kinds = {mark: one.kind for mark, one in marked.quantities.items()}
        kinds |= dict.fromkeys(marked.numbers, Kind.CLOCK)
        parts = [f'{{{kinds[one].value}}}' if one in kinds else one for one in marked.parts]
        return ' '.join(parts) if kinds else ''

    def mark(self, text: str) -> MarkedText:
        """Return the text with a mark for each quantity, the longest at each place."""
        terms = read_terms(text, self._language, self.units)
        words: list[str] = []
        counts: dict[str, int | None] = {}
        corrected = False
        quantities: dict[str, Quantity] = {}
        marks = {kind: iter(kind.marks) for kind in self._readers}
        index = 0
        while index < len(terms):
            kind, slots, end = self._longest(terms, index)
            mark = next(marks[kind], None) if kind else None
            if kind and mark:
                said = ' '.join(term.text for term in terms[index:end])
                written = terms[index].clock is not None and 'day_part' not in slots
                quantities[mark] = Quantity(kind, said, slots, clock=written)
                if ' '.join(words[-2:]) in self._roughly:
                    words.pop()
                corrected |= self._take_back(words, quantities, kind)
                more = next((t.text for t in terms[index:end] if t.text in self._more), None)
                words += [more, mark] if more else [mark]
                index = end
            else:
                if terms[index].value is not None:
                    corrected |= self._take_back(words, quantities, None)
                    counts[terms[index].text] = terms[index].count
                words.append(terms[index].text)
                index += 1
        return MarkedText(' '.join(words), quantities, tuple(words), counts, corrected)

    def _take_back(
        self, words: list[str], quantities: dict[str, Quantity], kind: Kind | None
    ) -> bool:
        """
        Take back the quantity or number that the next one corrects: 'five, no, ten minutes'.

        The word before it may be said again: 'at seven, no, at eight'.

        :param kind: of the next one; None for a number.
        """
        for phrase, again in product(self.corrections, (0, 1)):
            end = len(words) - again
            at = end - len(phrase) - 1
            if at < again or words[at + 1 : end] != phrase:
                continue
            if again and words[at - 1] != words[end]:
                continue
            old = quantities.get(words[at])
            same = old.kind is (kind or Kind.CLOCK) if old else self.numbers(words[at])
            if same and (old or kind in _BARE):
                quantities.pop(words[at], None)
                del words[at - again : end]
                return True
            return False
        return False

    def _longest(
        self, terms: Sequence[Term], begin: int
    ) -> tuple[Kind | None, dict[str, str], int]:
        longest: tuple[Kind | None, dict[str, str], int] = (None, {}, begin)
        for kind, read in self._readers.items():
            if (found := read(terms, begin)) and found[1] > longest[2]:
                longest = (kind, *found)
        return longest


def _in_seconds(read: tuple[Fraction, int] | None) -> tuple[dict[str, str], int] | None:
    return ({'duration': str(round(read[0]))}, read[1]) if read else None


@load_once
def load_quantities(path: Path, language: str) -> QuantityReader:
    """Return a reader of quantities; see QuantityReader."""
    return QuantityReader(path, language)
