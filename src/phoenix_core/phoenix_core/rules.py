"""
Rules that the fields of an event must keep, checked where the event is published.

A rule is a function from a field's value to what is wrong with it, or None.
"""

from collections.abc import Callable
from typing import Any

Rule = Callable[[Any], str | None]


def not_empty(value: Any) -> str | None:
    """Require a string or sequence with something in it."""
    return None if len(value) else 'must not be empty'


def in_range(low: float, high: float = float('inf')) -> Rule:
    """Require a number from low to high, both included; a NaN is refused."""

    def check(value: float) -> str | None:
        return None if low <= value <= high else f'must be from {low} to {high}'

    return check


def one_of(*allowed: Any) -> Rule:
    """Require one of the values named."""

    def check(value: Any) -> str | None:
        return None if value in allowed else f'must be one of {", ".join(map(str, allowed))}'

    return check


def hexadecimal(digits: int) -> Rule:
    """Require that many lower-case hex digits, not all of them zero."""
    known = frozenset('0123456789abcdef')

    def check(value: str) -> str | None:
        if len(value) == digits and known.issuperset(value) and value.strip('0'):
            return None
        return f'must be {digits} lower-case hex digits, not all zero'

    return check
