"""Reads times of the day and days: 'half past six', 'tomorrow morning', 'every weekday'."""

from collections.abc import Sequence

from phoenix_speech.understanding.quantities.dates import DateReader
from phoenix_speech.understanding.quantities.lexicon import Lexicon, PhraseBook, by_value, same
from phoenix_speech.understanding.quantities.terms import Term

WEEKDAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
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
        self._quarter = PhraseBook(same(lexicon.quarter, 15), language)
        self._signs = PhraseBook(lexicon.sooner_or_later.items(), language)
        self._before_hour = PhraseBook(lexicon.before_hour.items(), language)
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
        offset = self._before_hour.find(terms, begin) or self._minutes_first(terms, begin)
        if offset is None or offset[1] >= len(terms):
            return None
        minutes, at = offset
        if named := self._named.find(terms, at):
            return _slots(named[0], minutes, '', exact=True), named[1]
        hour = _hour_of(terms[at])
        if hour is None:
            return None
        part, end = self._part(terms, self._skip_oclock(terms, at + 1))
        return _slots(hour, minutes, part), end

    def _minutes_first(self, terms: Sequence[Term], begin: int) -> tuple[int, int] | None:
        """Read 'a quarter to' or 'ten minutes past'."""
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
        """Read 7.30, which is a time only before o'clock or a part of the day."""
        hour, _, minutes = terms[begin].text.partition('.')
        if not (hour.isdigit() and minutes.isdigit() and len(minutes) == 2):
            return None
        at = self._skip_oclock(terms, begin + 1)
        part, end = self._part(terms, at)
        if (at == begin + 1 and not part) or int(hour) > 24 or int(minutes) > 59:
            return None
        return _slots(int(hour), int(minutes), part), end

    def _minutes_of_hour(self, terms: Sequence[Term], begin: int) -> tuple[int, int]:
        """Read 'oh five' or 'thirty' after an hour."""
        at = begin
        zero = at < len(terms) and (terms[at].text in self._zero or terms[at].text == '0')
        at += zero
        count = terms[at].count if at < len(terms) else None
        after_oclock = begin > 0 and self._oclock.find(terms, begin - 1) is not None
        least = 1 if zero or after_oclock else 10
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


class DayReader:
    """
    Reads the day or days that begin at a term.

    Its slots are day, as '+1', 'monday', 'next_monday' or '12-24'; or repeat, as 'daily',
    'weekdays', 'monday'; and day_part, if that is told with it.
    """

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        self._days = PhraseBook([(p, f'{n:+d}') for p, n in lexicon.days.items()], language)
        self._day_parts = PhraseBook(lexicon.day_parts.items(), language)
        self._repeats = PhraseBook(by_value(lexicon.repeats), language)
        self._weekdays = PhraseBook(zip(lexicon.weekdays, WEEKDAYS, strict=True), language)
        self._on_each = PhraseBook(zip(lexicon.on_each, WEEKDAYS, strict=True), language)
        self._each = frozenset(lexicon.each)
        self._coming = PhraseBook(lexicon.coming.items(), language)
        self._dates = DateReader(lexicon, language)
        self._parts = PhraseBook(
            [*by_value(lexicon.parts), *by_value(lexicon.parts_after_a_day)], language
        )

    def read(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Return the slots of a day, and where it ends."""
        if found := self._day_parts.find(terms, begin):  # 'tonight': +0 pm
            day, _, part = found[0].partition(' ')
            return ({'repeat': day} if day[0] != '+' else {'day': day}) | {'day_part': part}, (
                found[1]
            )
        if found := self._repeats.find(terms, begin):
            return {'repeat': found[0]}, found[1]
        if found := self._days.find(terms, begin):
            return self._with_part({'day': found[0]}, terms, found[1])
        each = terms[begin].text in self._each
        if each and (found := self._weekdays.find(terms, begin + 1)):
            return self._with_part({'repeat': found[0]}, terms, found[1])
        if found := self._on_each.find(terms, begin):
            return self._with_part({'repeat': found[0]}, terms, found[1])
        coming, at = self._coming.find(terms, begin) or ('', begin)
        if found := self._weekdays.find(terms, at):
            return self._with_part({'day': coming + found[0]}, terms, found[1])
        if found := self._dates.read(terms, begin):
            return self._with_part({'day': found[0]}, terms, found[1])
        return None

    def _with_part(self, slots: Slots, terms: Sequence[Term], end: int) -> Read:
        if end < len(terms) and (part := self._parts.find(terms, end)):
            return {**slots, 'day_part': part[0]}, part[1]
        return slots, end


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
