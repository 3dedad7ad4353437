"""Reads days: 'tomorrow morning', 'every monday and friday', 'every weekday'."""

from collections.abc import Sequence

from phoenix_speech.understanding.quantities.dates import DateReader
from phoenix_speech.understanding.quantities.lexicon import Lexicon, PhraseBook, by_value, same
from phoenix_speech.understanding.quantities.terms import Term

WEEKDAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
NAMED_REPEATS = {'daily': range(7), 'weekdays': range(5), 'weekends': range(5, 7)}
HALVES = ('am', 'pm')
ALTERNATE = 'alternate'
OF_WEEKS = {'days_7': '', 'days_14': f'{ALTERNATE}_'}  # and what they are before a weekday
Slots = dict[str, str]
Read = tuple[Slots, int]  # slots, and where their words end
Days = tuple[frozenset[int], int]  # numbers of weekdays, and where their words end


class DayReader:
    """
    Reads the day or days that begin at a term.

    Its slots are day, as '+1', 'monday', 'next_monday' or '12-24'; or repeat, as 'daily',
    'alternate', 'alternate_friday', 'days_3', 'weekdays', 'monday', 'monday_friday'; and day_part,
    if that is told with it. A date is '12-24', or 'easter+1'.
    """

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        self._days = PhraseBook([(p, f'{n:+d}') for p, n in lexicon.days.items()], language)
        self._day_parts = PhraseBook(lexicon.day_parts.items(), language)
        self._named_dates = PhraseBook(lexicon.dates.items(), language)
        self._repeats = PhraseBook(by_value(lexicon.repeats), language)
        self._weekdays = PhraseBook(zip(lexicon.weekdays, WEEKDAYS, strict=True), language)
        named = [(phrase, day) for day, phrase in enumerate(lexicon.weekdays)]
        on_each = [(phrase, day) for day, phrase in enumerate(lexicon.on_each)]
        self._each_of = PhraseBook(named + on_each, language)
        self._on_each = PhraseBook(on_each, language)
        self._each, self._joins = frozenset(lexicon.each), frozenset(lexicon.joins)
        self._each_number = frozenset(lexicon.each_number)
        self._each_other = PhraseBook(same(lexicon.each_other, True), language)
        self._day_units = PhraseBook(lexicon.day_units.items(), language)
        self._on = PhraseBook(same(lexicon.on, True), language)
        self._but = PhraseBook(same(lexicon.but, True), language)
        self._up_to = PhraseBook(same(lexicon.up_to, True), language)
        self._coming = PhraseBook(lexicon.coming.items(), language)
        self._dates = DateReader(lexicon, language)
        self._parts = PhraseBook(
            [*by_value(lexicon.parts), *by_value(lexicon.parts_after_a_day)], language
        )

    def read(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Return the slots of a day, and where it ends."""
        if found := self._day_parts.find(terms, begin):  # 'tonight': +0 pm
            return _of_words(found[0]), found[1]
        if repeat := self._repeat(terms, begin):
            return self._with_part(*repeat, terms)
        coming, at = self._coming.find(terms, begin) or ('', begin)
        for day in (
            self._days.find(terms, begin),
            self._prefixed(coming, self._weekdays.find(terms, at)),
            self._named_dates.find(terms, begin),
            self._dates.read(terms, begin),
        ):
            if day:
                return self._with_part({'day': day[0]}, day[1], terms)
        return None

    def _repeat(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Read days that come again."""
        if found := self._repeats.find(terms, begin):
            name, end = found
            if name not in NAMED_REPEATS:
                return self._with_weekday(name, end, terms)
            days = frozenset(NAMED_REPEATS[name])
        elif some := self._some_days(terms, begin):
            return some
        elif several := self._several(terms, begin):
            days, end = several
        else:
            return None
        if (but := self._but.find(terms, end)) and (without := self._list(terms, but[1])):
            days, end = days - without[0], without[1]
        return ({'repeat': _name_of(days)}, end) if days else None

    def _some_days(self, terms: Sequence[Term], begin: int) -> Read | None:
        """Read 'every three days', 'every other week', 'every second friday'."""
        count, at = 2, begin + 2
        if other := self._each_other.find(terms, begin):
            at = other[1]
            if weekday := self._weekdays.find(terms, at):
                return {'repeat': f'{ALTERNATE}_{weekday[0]}'}, weekday[1]
        elif terms[begin].text in self._each_number and at <= len(terms):
            count = terms[begin + 1].count or 0
        else:
            return None
        if count < 2 or (unit := self._day_units.find(terms, at)) is None:
            return None
        days = count * unit[0]
        return self._with_weekday(ALTERNATE if days == 2 else f'days_{days}', unit[1], terms)

    def _with_weekday(self, repeat: str, end: int, terms: Sequence[Term]) -> Read:
        """Read the weekday of 'every two weeks on friday'."""
        at = on[1] if (on := self._on.find(terms, end)) else end
        if repeat in OF_WEEKS and (weekday := self._each_of.find(terms, at)):
            return {'repeat': f'{OF_WEEKS[repeat]}{WEEKDAYS[weekday[0]]}'}, weekday[1]
        return {'repeat': repeat}, end

    def _several(self, terms: Sequence[Term], begin: int) -> Days | None:
        """Read 'every monday and friday', 'mondays', 'monday to friday'."""
        each = terms[begin].text in self._each
        if from_to := self._from_to(terms, begin + each):
            return from_to
        if each or self._on_each.find(terms, begin):
            return self._list(terms, begin + each)
        return None

    def _from_to(self, terms: Sequence[Term], begin: int) -> Days | None:
        if begin >= len(terms) or not (first := self._each_of.find(terms, begin)):
            return None
        if not (to := self._up_to.find(terms, first[1])) or not (
            last := self._each_of.find(terms, to[1])
        ):
            return None
        count = (last[0] - first[0]) % len(WEEKDAYS) + 1
        return frozenset((first[0] + n) % len(WEEKDAYS) for n in range(count)), last[1]

    def _list(self, terms: Sequence[Term], begin: int) -> Days | None:
        """Read days of the week, an 'and' between any two."""
        days: list[int] = []
        at, end = begin, begin
        while at < len(terms) and (found := self._each_of.find(terms, at)):
            days.append(found[0])
            end = at = found[1]
            at += at < len(terms) and terms[at].text in self._joins
            at += at < len(terms) and terms[at].text in self._each
        return (frozenset(days), end) if days else None

    @staticmethod
    def _prefixed(prefix: str, day: tuple[str, int] | None) -> tuple[str, int] | None:
        return day and (prefix + day[0], day[1])

    def _with_part(self, slots: Slots, end: int, terms: Sequence[Term]) -> Read:
        if end < len(terms) and (part := self._parts.find(terms, end)):
            return {**slots, 'day_part': part[0]}, part[1]
        return slots, end


def _name_of(days: frozenset[int]) -> str:
    """Return the name of days that repeat, as 'weekdays' or 'monday_friday'."""
    for name, named in NAMED_REPEATS.items():
        if days == frozenset(named):
            return name
    return '_'.join(WEEKDAYS[day] for day in sorted(days))


def _of_words(words: str) -> Slots:
    """Return the slots of '+0 pm', 'daily am' or 'am'."""
    slots: Slots = {}
    for word in words.split():
        slot = 'day_part' if word in HALVES else 'day' if word[0] == '+' else 'repeat'
        slots[slot] = word
    return slots
