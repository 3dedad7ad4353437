"""Gives the words that the toy says when it has noticed something, with adults and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix_core.settings.config_file import ConfigFileError, FileModel, load_config
from phoenix_speech.safety.care_check import CareVerdict


class ServiceModel(FileModel):
    """A telephone service: what it is called, and its number."""

    name: str
    number: str


class CountryModel(FileModel):
    """The numbers of a country."""

    emergency: str
    child_helpline: ServiceModel | None = None
    poison_centre: ServiceModel | None = None


class NumbersFile(FileModel):
    """config/safety_numbers.yaml: the numbers by country code of ISO 3166."""

    countries: dict[str, CountryModel]


class AdultModel(FileModel):
    """What adults are called if the profile names none, in the cases that a language has."""

    get: str  # go and get ...
    tell: str  # tell ...


class CallModel(FileModel):
    """How a call is asked for: with a number, and where none is known."""

    known: str
    unknown: str


class WordsModel(FileModel):
    """The words for one thing, and other words when it comes again."""

    say: str
    again: str = ''


class WordsFile(FileModel):
    """config/<language>/safety/words.yaml."""

    digits: list[str]
    adult_or: str  # stands between the last two adults
    adults: AdultModel
    call_emergency: CallModel
    call_helpline: CallModel
    call_poison: CallModel
    words: dict[str, WordsModel]


@dataclass(frozen=True)
class SafetyNumbers:
    """The numbers of the country that the profile names; empty where none is known."""

    emergency: str = ''
    child_helpline: str = ''
    poison_centre: str = ''

    @classmethod
    def load(cls, path: Path, country: str) -> 'SafetyNumbers':
        """
        Read the numbers of a country.

        :raises ConfigFileError: the file is broken, or knows no such country.
        """
        countries = load_config(path, NumbersFile).countries
        if country not in countries:
            allowed = ', '.join(countries)
            raise ConfigFileError(f'{path}: no country {country!r}; there are {allowed}')
        found = countries[country]
        return cls(
            found.emergency,
            found.child_helpline.number if found.child_helpline else '',
            found.poison_centre.number if found.poison_centre else '',
        )

    def all(self) -> frozenset[str]:
        """Return all the numbers that may be said aloud."""
        return frozenset(filter(None, (self.emergency, self.child_helpline, self.poison_centre)))


class CareWords:
    """The words of a language, made for a child's adults and country."""

    def __init__(
        self, file: WordsFile, numbers: SafetyNumbers, adults: Sequence[str] = ()
    ) -> None:
        """
        Prepare the words.

        :param adults: whom the child calls on, as the child calls them; empty for the default.
        :raises KeyError: a text names a field that there is not.
        """
        self._digits = file.digits
        names = _listed(list(adults), file.adult_or)
        fields = {
            'adult': names or file.adults.get,
            'get_adult': names or file.adults.get,
            'tell_adult': names or file.adults.tell,
            'trusted': file.adults.tell,
            'call_emergency': self._call(file.call_emergency, numbers.emergency),
            'call_helpline': self._call(file.call_helpline, numbers.child_helpline),
            'call_poison': self._call(file.call_poison, numbers.poison_centre),
        }
        self._say = {key: words.say.format_map(fields) for key, words in file.words.items()}
        self._again = {
            key: words.again.format_map(fields) for key, words in file.words.items() if words.again
        }

    @classmethod
    def load(cls, folder: Path, numbers: SafetyNumbers, adults: Sequence[str] = ()) -> 'CareWords':
        """
        Read words.yaml of `config/<language>/safety`.

        :raises ConfigFileError: says what is wrong with it.
        """
        path = folder / 'words.yaml'
        file = load_config(path, WordsFile)
        if len(file.digits) != 10:
            raise ConfigFileError(f'{path}: digits: {len(file.digits)}; there are ten')
        try:
            return cls(file, numbers, adults)
        except (KeyError, ValueError, IndexError) as error:
            raise ConfigFileError(f'{path}: unknown field {error}') from error

    @property
    def ids(self) -> frozenset[str]:
        """The ids that there are words for."""
        return frozenset(self._say)

    def text(self, words: str, again: bool = False) -> str:
        """Return what to say; for an id without words, those for what could not be judged."""
        if again and words in self._again:
            return self._again[words]
        return self._say.get(words) or self._say['unsure']

    def slots(self, verdict: CareVerdict) -> dict[str, str]:
        """Return the slots of the intent CARE for a verdict."""
        return {
            'category': verdict.category.value if verdict.category else 'unknown',
            'say': self.text(verdict.words, verdict.again),
            'grave': 'yes' if verdict.grave else 'no',
        }

    def spoken(self, number: str) -> str:
        """Return a number as it is said, digit by digit, with a breath at each blank of it."""
        groups = (
            ' '.join(self._digits[int(digit)] for digit in group if digit.isdigit())
            for group in number.replace('-', ' ').split()
        )
        return ', '.join(filter(None, groups))

    def _call(self, how: CallModel, number: str) -> str:
        return how.known.format(number=self.spoken(number)) if number else how.unknown


def _listed(names: list[str], last: str) -> str:
    if len(names) < 2:
        return ''.join(names)
    return f'{", ".join(names[:-1])} {last} {names[-1]}'
