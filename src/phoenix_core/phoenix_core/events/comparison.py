"""Tolerances by which a replay compares a field with its recorded value."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """
    The allowed difference between a replayed field and the recorded one.

    :param tolerance: largest difference of two numbers, in the field's unit; inf: not compared.
    """

    tolerance: float

    def agree(self, recorded: Any, replayed: Any) -> bool:
        """Return whether two values of the field count as equal."""
        if self.tolerance == 0:
            return bool(recorded == replayed)
        return self == IGNORE or abs(recorded - replayed) <= self.tolerance

    def __str__(self) -> str:
        if self == EXACT:
            return 'exact'
        return 'ignored' if self == IGNORE else f'within {self.tolerance:g}'


EXACT = Comparison(0)
IGNORE = Comparison(float('inf'))


def within(tolerance: float) -> Comparison:
    """Allow a number to differ by up to the tolerance, in its unit."""
    return Comparison(tolerance)
