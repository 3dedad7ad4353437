"""Reads lengths of time: '2.5 hours', 'two hours and a half', 'three quarters of an hour'."""

from collections.abc import Sequence
from fractions import Fraction

from phoenix_speech.understanding.quantities.lexicon import (
    ALL_UNITS,
    PARTS_OF_A_UNIT,
    Lexicon,
    PhraseBook,
    same,
)
from phoenix_speech.understanding.quantities.terms import Term, read_terms

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
SMALLER = {3600: 60, 60: 1}  # 'a minute thirty'
COUNTED_WITHIN = 4  # words: 'a second ten minute pizza timer'
Read = tuple[Fraction, int]  # a value, and where its words end


class DurationReader:
    """Reads the length of time that begins at a term."""

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        units = [item for name in lexicon.units for item in same(lexicon.units[name], name)]
        self._units = PhraseBook([(p, ALL_UNITS[name]) for p, name in units], language)
        self._whole_units = {word for word, name in units if name not in PARTS_OF_A_UNIT}
        self._one = frozenset(lexicon.one)
        self._ordinals = {word: frozenset(some) for word, some in lexicon.ordinals.items()}
        self._half = PhraseBook(same(lexicon.half, HALF), language)
        self._quarter = PhraseBook(same(lexicon.quarter, QUARTER), language)
        self._fused = PhraseBook(
            [(word, Fraction(str(value))) for word, value in lexicon.fused.items()], language
        )
        self._and_a_half = tuple(lexicon.and_a_half)
        self._joins, self._of = frozenset(lexicon.joins), frozenset(lexicon.of)
        self._between = frozenset(lexicon.more)
        self._minus = frozenset(lexicon.minus)
        self._language = language

    def read(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Return the seconds of a length of time, negative after a minus, and where it ends."""
        if self._is_ordinal(terms, begin):
            return None
        negative = self._is(terms, begin, self._minus)
        start = begin + negative
        seconds, end, smallest = Fraction(0), start, 0
        while True:
            at = end
            if end > start:
                at += self._is(terms, end, self._joins)
            part = self._part(terms, at)
            if part is None or (smallest and part[2] >= smallest):
                break
            seconds, end, smallest = seconds + part[0], part[1], part[2]
        if end == start:
            return None
        if smallest in SMALLER and (rest := self._rest(terms, end)):
            seconds, end = seconds + rest * SMALLER[smallest], end + 1
        return -seconds if negative else seconds, end

    def _is_ordinal(self, terms: Sequence[Term], begin: int) -> bool:
        """Return whether what looks like an article and a unit counts what follows."""
        if not self._is(terms, begin, self._one) or terms[begin].value is not None:
            return False
        unit = terms[begin + 1].text if begin + 1 < len(terms) else ''
        counted = self._ordinals.get(unit, frozenset())
        following = (term.text for term in terms[begin + 2 : begin + 2 + COUNTED_WITHIN])
        first = next((text for text in following if text in counted or text in self._one), '')
        return first in counted

    def _rest(self, terms: Sequence[Term], begin: int) -> int | None:
        """Return the bare number of smaller units after a length of time."""
        count = terms[begin].count if begin < len(terms) else None
        if count is None or not 10 <= count < 60 or self._units.find(terms, begin + 1):
            return None
        return count

    def _part(self, terms: Sequence[Term], begin: int) -> tuple[Fraction, int, int] | None:
        """Return the seconds of an amount of one unit, where it ends, and the unit's seconds."""
        for amount, at in self._amounts(terms, begin):
            at += self._is(terms, at, self._between)
            if unit := self._units.find(terms, at):
                seconds, end = unit
                more, end = self._more(terms, end, after_unit=True)
                return (amount + more) * seconds, end, seconds
        return None

    def _amounts(self, terms: Sequence[Term], begin: int) -> list[Read]:
        """Return how the amount before a unit may be read, the longest reading first."""
        found: list[Read] = []
        one = self._is(terms, begin, self._one)
        if one:
            found.append((Fraction(1), begin + 1))
            if (hundreds := self.number(terms, begin + 1)) and hundreds[0] >= 100:
                found.append(hundreds)
        for words in (self._half, self._quarter, self._fused):
            # 'half an hour', 'a half hour', 'a quarter of an hour', 'a couple of hours'
            if part := words.find(terms, begin + one):
                found.append(self._after_of(terms, part))
        if number := self.number(terms, begin):
            # '3/4 of an hour'
            found.append(self._after_of(terms, number) if number[0] < 1 else number)
            if quarters := self._quarter.find(terms, number[1]):
                value = (number[0] * quarters[0], quarters[1])
                found.append(self._after_of(terms, value))
        more = [(amount + extra, end) for amount, end in found
                for extra, end in [self._more(terms, end)] if extra]  # fmt: skip
        return sorted([*found, *more], key=lambda read: read[1], reverse=True)

    def number(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Return a number, maybe of two parts, as '1 1/2', or with a half at its end."""
        if begin >= len(terms):
            return None
        term = terms[begin]
        if term.value is None:
            return self._with_a_half(term, begin)
        following = terms[begin + 1] if begin + 1 < len(terms) else None
        if following and '/' in following.text and following.value and following.value < 1:
            return term.value + following.value, begin + 2
        return term.value, begin + 1

    def _with_a_half(self, term: Term, begin: int) -> Read | None:
        for ending in self._and_a_half:
            if term.text.endswith(ending) and len(term.text) > len(ending):
                number = read_terms(term.text.removesuffix(ending), self._language, frozenset())
                if len(number) == 1 and number[0].value is not None:
                    return number[0].value + HALF, begin + 1
        return None

    def _more(self, terms: Sequence[Term], begin: int, *, after_unit: bool = False) -> Read:
        """
        Return the part that 'and a half' adds to what is before it, 0 if it is not there.

        :param after_unit: an hour and a half, and not two and a half hours.
        """
        if self._is(terms, begin, self._joins):
            at = begin + 1 + self._is(terms, begin + 1, self._one)
            number = self.number(terms, begin + 1)
            for words in (self._half, self._quarter):
                part = words.find(terms, at)
                if part and not (after_unit and self._begins_unit(terms, part[1])):
                    return part
                if number and (part := words.find(terms, number[1])):
                    return number[0] * part[0], part[1]
        return Fraction(0), begin

    def _begins_unit(self, terms: Sequence[Term], begin: int) -> bool:
        """Return whether '[of] [an] hour' follows: what is before it is a length of its own."""
        at = begin + self._is(terms, begin, self._of)
        return self._units.find(terms, at + self._is(terms, at, self._one)) is not None

    def _after_of(self, terms: Sequence[Term], read: Read) -> Read:
        value, end = read
        end += self._is(terms, end, self._of)
        return value, end + self._is(terms, end, self._one)

    @staticmethod
    def _is(terms: Sequence[Term], index: int, words: frozenset[str]) -> bool:
        return index < len(terms) and terms[index].text in words
