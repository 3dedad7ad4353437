"""The terms of a sentence: its words, with numbers written out or in digits read as values."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

from babel.numbers import get_group_symbol
from text_to_num import find_numbers, text2num

# Numbers as 2.5, 1,5, 1:30, 1/2 and 2nd; words; the signs that mean something between numbers.
_TERM = re.compile(
    r'\d+(?::\d+)+|\d+(?:[.,]\d+)?(?:/\d+)?(?:st|nd|rd|th)?'
    r"|[ap]\.\s?m\b\.?|[^\W\d_]+(?:['’][^\W\d_]+)*|[%+*×÷/=-]"  # noqa: RUF001
)
_HYPHEN = re.compile(r'(?<=[^\W\d_])-(?=[^\W\d_])')
_DIGITS = re.compile(r'(\d+)(?:[.,](\d+))?(?:/(\d+))?')
_CLOCK = re.compile(r'(\d{1,2}):(\d\d)')
_BARE_DECIMALS = re.compile(r'(?<!\S)[.,](?=\d)')  # '.5'
_PARTS = {'½': ' 1/2', '¼': ' 1/4', '¾': ' 3/4', '’': "'"}  # noqa: RUF001
_GROUPS = {
    ',': re.compile(r'(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])'),
    '.': re.compile(r'(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])'),
}
MOST_DIGITS = 12
TENS, ONES = range(20, 100, 10), range(1, 10)


@dataclass(frozen=True)
class Term:
    """
    A word, a sign, or a number of one or more words.

    :param text: as it was said, in lower case.
    :param value: of a number.
    :param written: the number was written in digits, in one piece.
    :param clock: hour and minute of 7:30.
    """

    text: str
    value: Fraction | None = None
    written: bool = False
    clock: tuple[int, int] | None = None

    @property
    def count(self) -> int | None:
        """The value of a whole number."""
        return int(self.value) if self.value is not None and self.value.denominator == 1 else None


class _Word:
    """A token of text2num."""

    def __init__(self, text: str, *, is_unit: bool) -> None:
        self._text, self._is_unit = text, is_unit

    def text(self) -> str:
        return self._text

    def not_a_number_part(self) -> bool:
        return self._is_unit

    def nt_separated(self, previous: '_Word') -> bool:
        return False


def read_terms(text: str, language: str, units: frozenset[str]) -> list[Term]:
    """
    Return the terms of a text.

    :param language: of the numbers, one that text2num knows.
    :param units: words that are no part of a number, though they may sound so: 'second'.
    """
    words = _TERM.findall(_HYPHEN.sub(' ', _plain(text.lower(), language)))
    tokens = [
        _Word(word, is_unit=word in units or _is_between(words, at, language))
        for at, word in enumerate(words)
    ]
    numbers = {n.start: n for n in find_numbers(tokens, language, 0.0) if not n.is_ordinal}
    terms: list[Term] = []
    index = 0
    while index < len(words):
        if number := numbers.get(index):
            value = _value(number.text)
            terms.append(Term(' '.join(words[index : number.end]), value))
            index = number.end
        else:
            terms.append(_term(words[index]))
            index += 1
    return terms


def _is_between(words: list[str], at: int, language: str) -> bool:
    """Return whether a word is between two numbers: 'thirty and eight' are not 38."""
    if not 0 < at < len(words) - 1 or _counted(words[at], language):
        return False
    return _counted(words[at - 1], language) in TENS and _counted(words[at + 1], language) in ONES


@lru_cache(maxsize=1000)
def _counted(word: str, language: str) -> int:
    """Return the number that a word is; 0 for none."""
    try:
        return int(text2num(word, language))
    except ValueError:
        return 0


_group_symbol = cache(get_group_symbol)  # Babel parses the name of the language each time


def _plain(text: str, language: str) -> str:
    """Return a text with its numbers as the terms have them: 1,000 as 1000, 1½ as 1 1/2."""
    for sign, plain in _PARTS.items():
        text = text.replace(sign, plain)
    mark = _group_symbol(language)
    if mark in _GROUPS:
        text = _GROUPS[mark].sub(lambda number: number[0].replace(mark, ''), text)
    return _BARE_DECIMALS.sub('0.', text)


def _term(word: str) -> Term:
    if found := _CLOCK.fullmatch(word):
        return Term(word, clock=(int(found[1]), int(found[2])))
    return Term(word, _value(word), written=word[0].isdigit())


def _value(word: str) -> Fraction | None:
    found = _DIGITS.fullmatch(word)
    if found is None or len(word) > MOST_DIGITS or (found[3] and (found[2] or not int(found[3]))):
        return None
    whole, decimals, below = found.groups()
    value = Fraction(f'{whole}.{decimals}' if decimals else whole)
    return value / int(below) if below else value
