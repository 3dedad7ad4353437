"""Reads and works out sums, exactly: 'seven times eight', 'half of twenty', '10 + 2 * 3'."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from phoenix_speech.understanding.quantities.lexicon import Lexicon, PhraseBook, by_value, same
from phoenix_speech.understanding.quantities.terms import Term

SIGNS = {'plus': '+', 'minus': '-', 'times': '*', 'over': '/', 'power': '^'}
LARGEST = 10**12
LARGEST_POWER = 20
DECIMALS = 4
Operand = tuple[Fraction, str, int]  # a number, how it is written, and where it ends


class SumReader:
    """Reads the sum that begins at a term."""

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        operators = by_value({name: lexicon.sums.get(name, []) for name in SIGNS})
        self._operators = PhraseBook(operators, language)
        one = {name: lexicon.sums.get(name, []) for name in ('half_of', 'root_of', 'squared')}
        self._one = frozenset(lexicon.one)
        self._of_one = PhraseBook(by_value(one), language)
        self._multiples = PhraseBook(lexicon.multiples.items(), language)
        self._percent = PhraseBook(same(lexicon.sums.get('percent_of', []), True), language)
        self._minus = PhraseBook(same(lexicon.minus, True), language)
        self._around = [
            (
                operator,
                PhraseBook([(before, True)], language),
                PhraseBook([(after, True)], language),
            )
            for phrase, operator in by_value(lexicon.sums_around)
            for before, _, after in [phrase.partition(' _ ')]
        ]

    def read(self, terms: Sequence[Term], begin: int) -> tuple[dict[str, str], int] | None:
        """
        Return the slots of a sum of two or more numbers, and where it ends.

        The slots are sum, in signs, and result, empty for a division by zero or a huge number.
        """
        if around := self._said_around(terms, begin):
            return around
        first = self._operand(terms, begin)
        if first is None:
            return None
        parts: list[Fraction | str] = [first[0]]
        written, end = [first[1]], first[2]
        while (operator := self._operators.find(terms, end)) and (
            operand := self._operand(terms, operator[1])
        ):
            parts += [operator[0], operand[0]]
            written += [SIGNS[operator[0]], operand[1]]
            end = operand[2]
        if end == first[2] and first[1] == spoken_number(first[0]):
            return None
        result = _work_out(parts)
        return {'sum': ' '.join(written), 'result': result}, end

    def _said_around(self, terms: Sequence[Term], begin: int) -> tuple[dict[str, str], int] | None:
        """Read 'add two and three', 'subtract two from three'."""
        for operator, before, between in self._around:
            if (
                (start := before.find(terms, begin))
                and (first := self._operand(terms, start[1]))
                and (joined := between.find(terms, first[2]))
                and (second := self._operand(terms, joined[1]))
            ):
                end, name = second[2], operator
                if operator == 'from':
                    first, second, name = second, first, 'minus'
                result = _work_out([first[0], name, second[0]])
                return {'sum': f'{first[1]} {SIGNS[name]} {second[1]}', 'result': result}, end
        return None

    def _operand(self, terms: Sequence[Term], begin: int) -> Operand | None:
        """Return a number, and what is done to that alone."""
        if (before := self._of_one.find(terms, begin)) and before[0] != 'squared':
            number = self._number(terms, before[1])
            return number and _of_one(before[0], number)
        if multiple := self._multiples.find(terms, begin):
            number = self._number(terms, multiple[1])
            if number is None:
                return None
            return number[0] * multiple[0], f'{multiple[0]} * {number[1]}', number[2]
        number = self._number(terms, begin)
        if number is None:
            return None
        value, written, at = number
        if (percent := self._percent.find(terms, at)) and (of := self._number(terms, percent[1])):
            return value * of[0] / 100, f'{written} / 100 * {of[1]}', of[2]
        after = self._of_one.find(terms, at)
        if after and after[0] == 'squared':
            return value * value, f'{written} * {written}', after[1]
        return number

    def _number(self, terms: Sequence[Term], begin: int) -> Operand | None:
        minus = self._minus.find(terms, begin)
        at = minus[1] if minus else begin
        if at + 1 < len(terms) and terms[at].text in self._one:  # 'a hundred'
            at += (terms[at + 1].count or 0) >= 100
        if at >= len(terms) or (value := terms[at].value) is None:
            return None
        value = -value if minus else value
        return value, spoken_number(value), at + 1


def _of_one(what: str, number: Operand) -> Operand | None:
    """Return the half or the square root of a number."""
    value, written, end = number
    if what == 'half_of':
        return value / 2, f'{written} / 2', end
    if value < 0:
        return None
    return Fraction(math.sqrt(value)), f'{written} ^ 0.5', end


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    # Of a base without bounds, a few powers in a row take minutes.
    fits = max(abs(base.numerator), base.denominator) < LARGEST
    if not fits or exponent.denominator != 1 or not 0 <= exponent <= LARGEST_POWER:
        raise OverflowError
    return base**exponent.numerator


def _work_out(parts: list[Fraction | str]) -> str:
    """Work out numbers with an operator between each two: powers, products, then sums."""
    operations: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        'power': _power,
        'times': lambda a, b: a * b,
        'over': lambda a, b: a / b,
        'plus': lambda a, b: a + b,
        'minus': lambda a, b: a - b,
    }
    try:
        for level in (('power',), ('times', 'over'), ('plus', 'minus')):
            left: list[Fraction | str] = [parts[0]]
            for operator, right in zip(parts[1::2], parts[2::2], strict=True):
                if operator in level:
                    left[-1] = operations[str(operator)](Fraction(left[-1]), Fraction(right))
                else:
                    left += [operator, right]
            parts = left
    except (ZeroDivisionError, OverflowError):
        return ''
    result = Fraction(parts[0])
    return spoken_number(result) if abs(result) < LARGEST else ''


def spoken_number(value: Fraction) -> str:
    """Return a number in decimal digits, rounded to four places."""
    rounded = round(value, DECIMALS)
    if rounded.denominator == 1:
        return str(rounded.numerator)
    return f'{float(rounded):.{DECIMALS}f}'.rstrip('0')
