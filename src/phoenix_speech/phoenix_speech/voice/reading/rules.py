"""How a language reads aloud what is not written in words, as data: reading.yaml."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config

Words = Annotated[str, Field(min_length=1)]


class MoneyWords(FileModel):
    """The words of a currency: of one and of several, and of its hundredth part."""

    one: Words
    many: Words
    cent: Words
    cents: Words


class TimeWords(FileModel):
    """A time of the day by its hour and minute; `few` has a minute below ten."""

    whole: Words
    few: Words
    minutes: Words
    whole_with: Words  # where one of `halves` follows
    clock: list[str] = []  # words that may follow the digits, and are in the forms above
    halves: dict[str, str] = {}  # as 'am', which is read after the time


class DateWords(FileModel):
    """A date: its day is an ordinal, its month a name."""

    day_first: Words  # '24 December'
    month_first: Words | None = None  # 'December 24'
    with_year: Words
    numeric: list[Literal['day', 'month']]  # the order in 1/2/2026
    endings: dict[str, str] = {}  # word before a date or an ordinal, to the ending of the ordinal
    ending: str = ''  # of one without any of these words


class DecadeWords(FileModel):
    """What is written after a year for its decade, and how that changes the end of the year."""

    written: Words
    endings: dict[str, str]


class RomanWords(FileModel):
    """Where letters are numerals: after what is counted, and after a name."""

    counted: list[str]  # 'chapter', with a cardinal
    rulers: list[str]  # names with which a single letter is one, too
    article: Words  # between a name and its ordinal
    articles: dict[str, str] = {}  # by name, where it is another


class ReadingRules(FileModel):
    """
    The words of one language.

    :param abbreviations: as they are written, to what they stand for.
    :param units: the sign of a unit after a number, to its name in the CLDR.
    :param money: the sign or code of a currency.
    :param scales: 'million' and the like between an amount and its currency.
    :param before_nouns: ending of a noun to the form of 'one' before it.
    :param called: words before a number that is dialed.
    :param year_after: words after which four digits are a year.
    :param fractions: fractions with a name of their own.
    :param fraction: ending of an ordinal that is a fraction, of one and of several.
    :param and_a_half: `{whole}` with a half.
    :param mixed: between a whole number and a fraction.
    :param ordinal: pattern of digits that are an ordinal, with a group for the number.
    :param point: between a whole number and its decimals.
    :param to: between the ends of a range; `ratio` between numbers with a colon.
    :param minus: before a number; `calculated` has signs between numbers.
    :param signs: read wherever they stand.
    :param alternatives: for a slash between words.
    :param dot: for a full stop inside a name.
    :param silent: characters that only decorate.
    :param letters: of the alphabet, besides a to z and those with an accent.
    :param emoji: names that are better than those of Unicode.
    :param decoration: a word of the name of an emoji that only decorates.
    """

    abbreviations: dict[str, Words]
    units: dict[str, Words]
    money: dict[str, MoneyWords]
    scales: list[str]
    before_nouns: dict[str, str] = {}
    called: list[str]
    year_after: list[str]
    fractions: dict[str, Words]
    fraction: list[str] = Field(min_length=2, max_length=2)
    and_a_half: Words
    mixed: Words
    decade: DecadeWords
    ordinal: Words
    time: TimeWords
    date: DateWords
    roman: RomanWords
    point: Words
    to: Words
    ratio: Words
    minus: Words
    calculated: dict[str, Words]
    signs: dict[str, Words]
    alternatives: Words
    dot: Words
    silent: str = ''
    letters: str = ''
    emoji: dict[str, Words] = {}
    decoration: list[str] = []

    @staticmethod
    def load(config: Path, language: str) -> 'ReadingRules':
        """
        Read the rules of a language.

        :raises ConfigFileError: there are none, or there is a mistake in them.
        """
        return load_config(config / language / 'reading.yaml', ReadingRules)
