"""How a replay compares a field with the recorded one: exactly, nearly, or not at all."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """
    How far a field may be from the recorded one.

    :param tolerance: largest difference of two numbers, in the field's unit; inf: not compared.
    """

    tolerance: float

    def agree(self, recorded: Any, replayed: Any) -> bool:
        """Tell whether two values of the field are the same for a replay."""
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
    """Let a number differ by that much, in its unit."""
    return Comparison(tolerance)
