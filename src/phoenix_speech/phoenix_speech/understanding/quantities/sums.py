"""Reads and works out sums, exactly: 'seven times eight', 'half of twenty', '10 + 2 * 3'."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from phoenix_speech.understanding.quantities.lexicon import Lexicon, PhraseBook, by_value
from phoenix_speech.understanding.quantities.terms import Term

SIGNS = {'plus': '+', 'minus': '-', 'times': '*', 'over': '/'}
LARGEST = 10**12
DECIMALS = 4


class SumReader:
    """Reads the sum that begins at a term."""

    def __init__(self, lexicon: Lexicon, language: str) -> None:
        operators = by_value({name: lexicon.sums.get(name, []) for name in SIGNS})
        self._operators = PhraseBook(operators, language)
        one = {name: lexicon.sums.get(name, []) for name in ('half_of', 'double', 'squared')}
        self._one = frozenset(lexicon.one)
        self._of_one = PhraseBook(by_value(one), language)

    def read(self, terms: Sequence[Term], begin: int) -> tuple[dict[str, str], int] | None:
        """
        Return the slots of a sum of two or more numbers, and where it ends.

        The slots are sum, in signs, and result, empty for a division by zero or a huge number.
        """
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

    def _operand(self, terms: Sequence[Term], begin: int) -> tuple[Fraction, str, int] | None:
        """Return a number, how it is written, and where it ends."""
        before = self._of_one.find(terms, begin)
        at = before[1] if before and before[0] != 'squared' else begin
        if at + 1 < len(terms) and terms[at].text in self._one:  # 'a hundred'
            at += (terms[at + 1].count or 0) >= 100
        if at >= len(terms) or (value := terms[at].value) is None:
            return None
        written = spoken_number(value)
        if before and before[0] == 'half_of':
            return value / 2, f'{written} / 2', at + 1
        if before and before[0] == 'double':
            return value * 2, f'2 * {written}', at + 1
        after = self._of_one.find(terms, at + 1)
        if after and after[0] == 'squared':
            return value * value, f'{written} * {written}', after[1]
        return value, written, at + 1


def _work_out(parts: list[Fraction | str]) -> str:
    """Work out numbers with an operator between each two: products before sums."""
    operations: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        'times': lambda a, b: a * b,
        'over': lambda a, b: a / b,
        'plus': lambda a, b: a + b,
        'minus': lambda a, b: a - b,
    }
    try:
        for level in (('times', 'over'), ('plus', 'minus')):
            left: list[Fraction | str] = [parts[0]]
            for operator, right in zip(parts[1::2], parts[2::2], strict=True):
                if operator in level:
                    left[-1] = operations[str(operator)](Fraction(left[-1]), Fraction(right))
                else:
                    left += [operator, right]
            parts = left
    except ZeroDivisionError:
        return ''
    result = Fraction(parts[0])
    return spoken_number(result) if abs(result) < LARGEST else ''


def spoken_number(value: Fraction) -> str:
    """Return a number in decimal digits, rounded to four places."""
    rounded = round(value, DECIMALS)
    if rounded.denominator == 1:
        return str(rounded.numerator)
    return f'{float(rounded):.{DECIMALS}f}'.rstrip('0')
