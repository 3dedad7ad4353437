"""
Numbers in words, by the rules of the CLDR.

unicode-rbnf rather than num2words (0.5, LGPL): it is here already, for the grammar of sentences,
and has the German cases ('vierundzwanzigsten', 'eine'), which the other has not.
"""

import re
from decimal import Decimal

from hassil.numbers import get_rbnf_engine
from unicode_rbnf import FormatPurpose

from phoenix_speech.voice.reading.rules import ReadingRules

LONGEST = 15  # digits; more are read one by one
_ROMAN = re.compile(r'X{0,3}(?:IX|IV|V?I{0,3})')
_ROMAN_VALUES = {'I': 1, 'V': 5, 'X': 10}


class Numerals:
    """The numbers of one language."""

    def __init__(self, language: str, rules: ReadingRules) -> None:
        self._engine = get_rbnf_engine(language)
        self._rules = rules

    def cardinal(self, number: int, noun: str = '') -> str:
        """Return a whole number, as it stands before a noun."""
        if number == 1 and noun:
            for ending, one in self._rules.before_nouns.items():
                if noun.endswith(ending):
                    return one
        if abs(number) >= 10**LONGEST:
            return self.digits(str(number))
        return self._spelled(number, FormatPurpose.CARDINAL, 'spellout-numbering')

    def ordinal(self, number: int, ending: str = '') -> str:
        """Return 'third'; in some languages with an ending."""
        rules = f'spellout-ordinal-{ending}' if ending else 'spellout-ordinal'
        return self._spelled(number, FormatPurpose.ORDINAL, rules)

    def year(self, number: int) -> str:
        """Return the number of a year."""
        return self._spelled(number, FormatPurpose.YEAR, 'spellout-numbering-year')

    def digits(self, digits: str) -> str:
        """Return digits one by one."""
        return ' '.join(self.cardinal(int(digit)) for digit in digits if digit.isdecimal())

    def decimal(self, number: Decimal, noun: str = '') -> str:
        """Return a number with decimals, which are read one by one."""
        whole, _, decimals = f'{number:f}'.partition('.')
        said = self.cardinal(int(whole), '' if decimals else noun)
        return f'{said} {self._rules.point} {self.digits(decimals)}' if decimals else said

    def fraction(self, over: int, under: int) -> str:
        """Return 'three quarters'."""
        if name := self._rules.fractions.get(f'{over}/{under}'):
            return name
        one, many = self._rules.fraction
        part = self.ordinal(under) + (one if over == 1 else many)
        part = part.title() if one else part  # a noun where the language has an ending for it
        return f'{self.cardinal(over, part)} {part}'

    def _spelled(self, number: int, purpose: FormatPurpose, rules: str) -> str:
        found = self._engine.format_number(number, purpose).text_by_ruleset
        return (found.get(rules) or next(iter(found.values()))).replace('\xad', '')


def roman(letters: str) -> int:
    """Return the value of a Roman numeral below 40; 0 if it is none."""
    if not letters or not _ROMAN.fullmatch(letters):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in letters]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))
