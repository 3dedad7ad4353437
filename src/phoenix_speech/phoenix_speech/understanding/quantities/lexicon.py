"""The words for lengths of time, times and days in one language, as data: quantities.yaml."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, Field

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.understanding.quantities.terms import Term, read_terms

Value = TypeVar('Value')


def _some(phrases: list[str]) -> list[str]:
    if not all(phrase and phrase == phrase.lower() for phrase in phrases):
        raise ValueError('wanted are words in lower case')
    return phrases


Phrases = Annotated[list[str], AfterValidator(_some)]


class Lexicon(FileModel):
    """
    The words; their order is in the modules beside this, the same for all languages.

    :param units: unit to its words; `units.quarter_hour` and the like are units of one word.
    :param one: articles and 'one', where they count.
    :param ordinals: unit to the words before which it is none after an article: 'a second timer'.
    :param more: may stand between an amount and its unit.
    :param fused: words that are an amount, as 'anderthalb' or 'dozen'.
    :param and_a_half: endings of a number that add a half, as in 'zweieinhalb'.
    :param sooner_or_later: 'past' and 'to' to the sign of the minutes before them.
    :param before_hour: 'half past' to the minutes that it adds to the hour after it.
    :param ranges: before the first of two times: 'from seven to eight' is not 7:53.
    :param before_time: words behind which 7.15 and 715 are times.
    :param named: 'noon' to the hour.
    :param parts: words that tell the half of the day, to am or pm.
    :param parts_after_a_day: words that tell it only after a day, as 'tomorrow morning'.
    :param days: 'tomorrow' to the days from now.
    :param day_parts: words for a half of the day, and maybe a day or days: 'tonight' is '+0 pm'.
    :param dates: 'christmas' to the month and the day, as '12-25', or to 'easter+1'.
    :param coming: before a weekday: 'next_', which is never today, or ''.
    :param ahead: before a number of `day_units`, as in 'in three days'.
    :param beside_dates: words that may stand before the day or the month of a date.
    :param repeats: 'every day' and the like, to daily, weekdays, weekends, days_7.
    :param each_number: before a number of `day_units`: every three days.
    :param each_other: before a weekday or one of `day_units`: every other week.
    :param on: before the weekday of a week that repeats: every two weeks on friday.
    :param but: between days of the week that repeat and those that do not.
    :param up_to: between the first and the last of days of the week that repeat.
    :param each: before a weekday: every week. `on_each` has weekdays that mean that alone.
    :param sums: operators, and what is done to one number.
    :param sums_around: words around two numbers, as 'add _ and': the first word is before both.
        `from` are those whose second number comes first.
    :param multiples: 'twice' to 2.
    :param roughly: a preposition, and what it does not need before a quantity: 'for about'.
    :param corrections: between a quantity and the one that was meant: 'five, no, ten minutes'.
    :param places: further names of places, to their time zones.
    """

    units: dict[str, Phrases]
    one: Phrases
    ordinals: dict[str, Phrases] = {}
    half: Phrases
    quarter: Phrases
    joins: Phrases
    of: Phrases
    minus: Phrases
    more: Phrases = []
    fused: dict[str, float] = {}
    and_a_half: Phrases = []
    oclock: Phrases
    zero: Phrases = []
    sooner_or_later: dict[str, int]
    before_hour: dict[str, int]
    ranges: Phrases = []
    before_time: Phrases = []
    named: dict[str, int]
    parts: dict[str, Phrases]
    parts_after_a_day: dict[str, Phrases]
    days: dict[str, int]
    day_parts: dict[str, str] = {}
    dates: dict[str, str] = {}
    weekdays: Annotated[list[str], Field(min_length=7, max_length=7)]
    on_each: Annotated[list[str], Field(min_length=7, max_length=7)]
    each: Phrases
    coming: dict[str, str] = {}
    ahead: Phrases = []
    day_units: dict[str, int] = {}
    beside_dates: Phrases = []
    repeats: dict[str, Phrases]
    each_number: Phrases = []
    each_other: Phrases = []
    on: Phrases = []
    but: Phrases = []
    up_to: Phrases = []
    sums: dict[str, Phrases]
    sums_around: dict[str, Phrases] = {}
    multiples: dict[str, int] = {}
    roughly: Phrases = []
    corrections: Phrases = []
    places: dict[str, str] = {}

    def words(self) -> Iterator[str]:
        """Yield all words but names of places."""
        phrases: list[str] = []
        for name, value in self:
            if isinstance(value, list):
                phrases += value
            elif name != 'places':
                for key, some in value.items():
                    phrases += some if isinstance(some, list) else [key]
        yield from ' '.join(phrases).split()


UNIT_SECONDS = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400}
PARTS_OF_A_UNIT = {'quarter_hour': 900, 'half_hour': 1800, 'three_quarter_hour': 2700}
ALL_UNITS = UNIT_SECONDS | PARTS_OF_A_UNIT


def load_lexicon(path: Path) -> Lexicon:
    """
    Read a lexicon.

    :raises ConfigFileError: it is not of that form.
    """
    return load_config(path, Lexicon)


class PhraseBook(Generic[Value]):
    """Phrases of one or more words with a value each; the longest that fits counts."""

    def __init__(self, phrases: Iterable[tuple[str, Value]], language: str) -> None:
        self._values = {
            tuple(term.text for term in read_terms(phrase, language, frozenset())): value
            for phrase, value in phrases
        }
        self._lengths = sorted({len(words) for words in self._values}, reverse=True)

    def find(self, terms: Sequence[Term], begin: int) -> tuple[Value, int] | None:
        """Return the value of the phrase that begins there, and where it ends."""
        for length in self._lengths:
            words = tuple(term.text for term in terms[begin : begin + length])
            if words in self._values:
                return self._values[words], begin + length
        return None


def same(phrases: Iterable[str], value: Value) -> Iterator[tuple[str, Value]]:
    """Yield each phrase with the same value."""
    for phrase in phrases:
        yield phrase, value


def by_value(phrases: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Yield each phrase with the key that it stands under."""
    for value, ones in phrases.items():
        yield from same(ones, value)
