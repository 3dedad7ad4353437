"""Times, dates, lengths of time and lists, in the spoken form of a language."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from phoenix_core.settings.config_file import ConfigFileError

UNITS = (('duration-hour', 3600), ('duration-minute', 60), ('duration-second', 1))


class SpokenForms:
    """The forms of one language."""

    def __init__(self, language: str) -> None:
        """
        Find the language.

        :param language: a code like 'en' or 'de'.
        :raises ConfigFileError: no such language.
        """
        try:
            self._locale = Locale.parse(language)
        except (UnknownLocaleError, ValueError):
            raise ConfigFileError(f'{language}: no language code; e.g. en, de') from None

    def time(self, moment: datetime) -> str:
        """Return the time of the day, to the minute."""
        return format_time(moment, 'short', locale=self._locale).replace('\u202f', ' ')

    def date(self, day: date) -> str:
        """Return the day of the week and the date."""
        return format_date(day, 'full', locale=self._locale)

    def weekday(self, day: datetime) -> str:
        """Return the day of the week."""
        return format_date(day, 'EEEE', locale=self._locale)

    def number(self, digits: str) -> str:
        """Return a number in decimal digits with the marks of the language."""
        return format_decimal(Decimal(digits), locale=self._locale)

    def length(self, length: timedelta) -> str:
        """Return a length of time in its two largest units."""
        seconds = max(0, round(length.total_seconds()))
        parts: list[str] = []
        for unit, size in UNITS:
            count, seconds = divmod(seconds, size)
            if count or (size == 1 and not parts):
                parts.append(format_unit(count, unit, 'long', locale=self._locale))
        return self.all_of(parts[:2])

    def all_of(self, items: list[str]) -> str:
        """Return the items joined by commas and an 'and'."""
        return format_list(items, locale=self._locale)

    def any_of(self, items: list[str]) -> str:
        """Return the items joined by commas and an 'or'."""
        return format_list(items, 'or', locale=self._locale)
