"""Reads days by their date, and by how far away they are."""

from collections.abc import Iterator, Sequence

from babel import Locale
from babel.dates import get_month_names
from hassil.numbers import get_rbnf_engine
from unicode_rbnf import FormatPurpose

from phoenix_speech.understanding.quantities.lexicon import Lexicon, PhraseBook, same
from phoenix_speech.understanding.quantities.terms import Term

LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class DateReader:
    """Reads '24 December' as '12-24', and 'in three days' as '+3'."""

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        names = get_month_names('wide', locale=Locale.parse(language))
        months = [(name.lower(), number) for number, name in names.items()]
        self._months = PhraseBook(months, language)
        self._ordinals = PhraseBook(_ordinals(language), language)
        self._beside = PhraseBook(same(lexicon.beside_dates, ''), language)
        self._ahead = PhraseBook(same(lexicon.ahead, ''), language)
        self._day_units = PhraseBook(lexicon.day_units.items(), language)
        self._one = frozenset(lexicon.one)

    def read(self, terms: Sequence[Term], begin: int) -> tuple[str, int] | None:
        """Return a day, and where it ends."""
        return self._far(terms, begin) or self._date(terms, begin)

    def _far(self, terms: Sequence[Term], begin: int) -> tuple[str, int] | None:
        if (found := self._ahead.find(terms, begin)) is None or found[1] + 1 >= len(terms):
            return None
        amount, at = terms[found[1]], found[1] + 1
        count = 1 if amount.text in self._one else amount.count
        unit = self._day_units.find(terms, at)
        if not count or unit is None:
            return None
        return f'+{count * unit[0]}', unit[1]

    def _date(self, terms: Sequence[Term], begin: int) -> tuple[str, int] | None:
        at = self._skip(terms, begin)
        if day := self._day(terms, at):
            month = self._months.find(terms, self._skip(terms, day[1]))
            return self._valid(month, day, month[1]) if month else None
        if month := self._months.find(terms, begin):
            day = self._day(terms, self._skip(terms, month[1]))
            return self._valid(month, day, day[1]) if day else None
        return None

    def _day(self, terms: Sequence[Term], at: int) -> tuple[int, int] | None:
        if at >= len(terms):
            return None
        if found := self._ordinals.find(terms, at):
            return found
        count = terms[at].count
        return (count, at + 1) if count is not None and 1 <= count <= max(LONGEST_MONTH) else None

    def _skip(self, terms: Sequence[Term], at: int) -> int:
        found = self._beside.find(terms, at)
        return found[1] if found else at

    def _valid(
        self, month: tuple[int, int], day: tuple[int, int], end: int
    ) -> tuple[str, int] | None:
        if day[0] > LONGEST_MONTH[month[0] - 1]:
            return None
        return f'{month[0]:02d}-{day[0]:02d}', end


def _ordinals(language: str) -> Iterator[tuple[str, int]]:
    """Yield the ordinals of the days of a month, in words and in digits."""
    engine = get_rbnf_engine(language)
    for number in range(1, max(LONGEST_MONTH) + 1):
        said = engine.format_number(number, FormatPurpose.ORDINAL).text_by_ruleset
        for text in said.values():
            yield text.replace('\xad', '').lower(), number
        for ending in ('st', 'nd', 'rd', 'th'):
            yield f'{number}{ending}', number
