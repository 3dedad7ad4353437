"""The places of the world whose clock is known, by their names in a language."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from phoenix_speech.understanding.quantities.lexicon import PhraseBook
from phoenix_speech.understanding.quantities.terms import Term

NO_CITIES = ('Etc/', 'SystemV/', 'US/', 'Canada/', 'Brazil/', 'Chile/', 'Mexico/')


class PlaceReader:
    """Reads the city or country that begins at a term."""

    def __init__(self, language: str, more: Mapping[str, str]) -> None:
        """
        Collect the names that Babel knows.

        :param more: further names to time zones, which count before those.
        """
        locale = Locale.parse(language)
        names = [*_countries(locale), *_cities(locale), *more.items()]
        self._zones = PhraseBook([(name.lower(), zone) for name, zone in names], language)

    def read(self, terms: Sequence[Term], begin: int) -> tuple[dict[str, str], int] | None:
        """Return the slots of a place, and where it ends: its time zone, and its name."""
        if found := self._zones.find(terms, begin):
            zone, end = found
            name = ' '.join(term.text for term in terms[begin:end])
            if (country := self._zones.find(terms, end)) and country[0] == zone:  # 'paris, france'
                end = country[1]
            return {'place': zone, 'where': name.title()}, end
        return None


def _cities(locale: Locale) -> Iterator[tuple[str, str]]:
    """Yield each city that a time zone is named after, older names of a zone first."""
    for zone in sorted(available_timezones()):
        if '/' in zone and not zone.startswith(NO_CITIES):
            city = (locale.time_zones.get(zone) or {}).get('city')
            yield city or zone.rsplit('/', 1)[1].replace('_', ' '), zone


def _countries(locale: Locale) -> Iterator[tuple[str, str]]:
    """Yield each country that has the same time everywhere."""
    known = available_timezones()
    for territory, zones in get_global('territory_zones').items():
        zones = [zone for zone in zones if zone in known]
        if territory in locale.territories and len({_offsets(zone) for zone in zones}) == 1:
            yield locale.territories[territory], zones[0]


def _offsets(zone: str) -> tuple[object, ...]:
    days = (datetime(2026, month, 1, tzinfo=timezone.utc) for month in (1, 7))
    return tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for day in days)
