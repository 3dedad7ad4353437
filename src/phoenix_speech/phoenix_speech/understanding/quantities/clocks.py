"""Reads times of the day: 'half past six', 'seven in the evening', 'ten to eight'."""

from collections.abc import Sequence
from itertools import chain

from phoenix_speech.understanding.quantities.lexicon import Lexicon, PhraseBook, by_value, same
from phoenix_speech.understanding.quantities.terms import Term

NIGHT = 'night'
Slots = dict[str, str]
Read = tuple[Slots, int]  # slots, and where their words end


class ClockReader:
    """
    Reads the time of the day that begins at a term.

    Its slots are hour, 0 to 24, minute, and day_part, 'am' or 'pm', unless the hour tells.
    """

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        self._oclock = PhraseBook(same(lexicon.oclock, True), language)
        self._zero = frozenset(lexicon.zero)
        self._minutes = frozenset(lexicon.units['minute'])
        self._one = frozenset(lexicon.one)
        self._nouns = frozenset(chain.from_iterable(lexicon.ordinals.values()))
        self._quarter = PhraseBook(same(lexicon.quarter, 15), language)
        self._signs = PhraseBook(lexicon.sooner_or_later.items(), language)
        self._before_hour = PhraseBook(lexicon.before_hour.items(), language)
        self._ranges = frozenset(lexicon.ranges)
        self._before_time = frozenset(lexicon.before_time)
        self._named = PhraseBook(lexicon.named.items(), language)
        self._parts = PhraseBook(by_value(lexicon.parts), language)
        self._units = PhraseBook(
            [(phrase, True) for ones in lexicon.units.values() for phrase in ones], language
        )

    def read(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Return the slots of a time that cannot be a mere number, and where it ends."""
        at = begin + (terms[begin].count == 12)  # 'twelve noon'
        if named := self._named.find(terms, at):
            return _slots(named[0], 0, '', exact=True), named[1]
        for read in (self._offset, self._hour):
            if found := read(terms, begin):
                return found
        return None

    def _offset(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Read an hour and the minutes before or after it, said first."""
        for offset in (self._before_hour.find(terms, begin), self._minutes_first(terms, begin)):
            if offset and offset[1] < len(terms) and (found := self._hour_after(terms, *offset)):
                return found
        return None

    def _hour_after(self, terms: Sequence[Term], minutes: int, at: int) -> Read | None:
        if named := self._named.find(terms, at):
            return _slots(named[0], minutes, '', exact=True), named[1]
        hour = _hour_of(terms[at])
        if hour is None or self._units.find(terms, at + 1):  # 'timer 7 to five minutes'
            return None
        part, end = self._part(terms, self._skip_oclock(terms, at + 1))
        return _slots(hour, minutes, part), end

    def _minutes_first(self, terms: Sequence[Term], begin: int) -> tuple[int, int] | None:
        """Read 'a quarter to' or 'ten minutes past'."""
        if begin and terms[begin - 1].text in self._ranges:
            return None
        at = begin + (terms[begin].text in self._one)
        count = terms[begin].count
        if at < len(terms) and (quarter := self._quarter.find(terms, at)):
            minutes, at = quarter
        elif count is not None and 0 < count < 60:
            minutes = count
            at = begin + 1
            at += at < len(terms) and terms[at].text in self._minutes
        else:
            return None
        sign = self._signs.find(terms, at)
        return (minutes * sign[0], sign[1]) if sign else None

    def _hour(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Read an hour and what proves that it is one: minutes, o'clock or a part of the day."""
        term = terms[begin]
        if term.clock is not None:
            if term.clock[0] > 24 or term.clock[1] > 59:
                return None
            part, end = self._part(terms, self._skip_oclock(terms, begin + 1))
            return _slots(*term.clock, part, exact=term.text.startswith('0')), end
        if term.count is not None and term.count % 100 == 0 and 1300 <= term.count <= 2300:
            part, end = self._part(terms, begin + 1)
            return _slots(term.count // 100, 0, part), end
        if term.text.isdigit() and len(term.text) in (3, 4) and self._is_awaited(terms, begin):
            hours, minutes = divmod(term.count or 0, 100)  # 'at 715'
            part, end = self._part(terms, begin + 1)
            return (
                (_slots(hours, minutes, part), end) if 0 < hours <= 24 and minutes < 60 else None
            )
        if (dotted := self._dotted(terms, begin)) is not None:
            return dotted
        hour = _hour_of(term)
        if hour is None:
            return None
        at = self._skip_oclock(terms, begin + 1)
        proven = at > begin + 1
        minutes, after = self._minutes_of_hour(terms, at)
        if after > at:
            at, proven = self._skip_oclock(terms, after), True
        part, end = self._part(terms, at)
        return (_slots(hour, minutes, part), end) if proven or part else None

    def _dotted(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Read 7.30, which is a time only after 'at', or before o'clock or a part of the day."""
        hour, _, minutes = terms[begin].text.partition('.')
        if not (hour.isdigit() and minutes.isdigit() and len(minutes) == 2):
            return None
        at = self._skip_oclock(terms, begin + 1)
        part, end = self._part(terms, at)
        proven = at > begin + 1 or part or self._is_awaited(terms, begin)
        if not proven or int(hour) > 24 or int(minutes) > 59:
            return None
        return _slots(int(hour), int(minutes), part), end

    def _is_awaited(self, terms: Sequence[Term], begin: int) -> bool:
        return begin > 0 and terms[begin - 1].text in self._before_time

    def _minutes_of_hour(self, terms: Sequence[Term], begin: int) -> tuple[int, int]:
        """Read 'oh five' or 'thirty' after an hour."""
        at = begin
        zero = at < len(terms) and (terms[at].text in self._zero or terms[at].text == '0')
        at += zero
        count = terms[at].count if at < len(terms) else None
        after_oclock = begin > 0 and self._oclock.find(terms, begin - 1) is not None
        least = 1 if zero or after_oclock else 10
        if at < len(terms) and terms[at].text in self._nouns:  # "the seven o'clock one"
            return 0, begin
        if count is None or not least <= count < (10 if zero else 60):
            return 0, begin
        if self._units.find(terms, at + 1) and not after_oclock:
            return 0, begin
        return count, at + 1

    def _skip_oclock(self, terms: Sequence[Term], begin: int) -> int:
        found = self._oclock.find(terms, begin) if begin < len(terms) else None
        return found[1] if found else begin

    def _part(self, terms: Sequence[Term], begin: int) -> tuple[str, int]:
        found = self._parts.find(terms, begin) if begin < len(terms) else None
        return found or ('', begin)


def _hour_of(term: Term) -> int | None:
    return term.count if term.count is not None and term.count <= 24 else None


def _slots(hour: int, minutes: int, part: str, *, exact: bool = False) -> Slots:
    """
    Return the slots of a time; minutes may lie outside of the hour.

    :param exact: the hour is of 24.
    """
    total = hour * 60 + minutes
    if part == NIGHT:  # ten at night, two at night
        part = 'pm' if 6 <= hour < 12 else 'am'
    if exact or hour == 0 or hour > 12:
        total %= 24 * 60
        part = '' if total >= 13 * 60 else 'am' if total < 12 * 60 else 'pm'
    else:
        total = (total - 60) % (12 * 60) + 60  # 1:00 to 12:59
    slots = {'hour': str(total // 60)}
    if total % 60:
        slots['minute'] = str(total % 60)
    if part:
        slots['day_part'] = part
    return slots
