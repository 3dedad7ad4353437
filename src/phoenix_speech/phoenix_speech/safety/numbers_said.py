"""Finds the telephone numbers that a sentence says, in digits or digit by digit in words."""

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

FEWEST_DIGITS_TO_CALL = 3  # where the sentence speaks of calling
FEWEST_DIGITS = 6  # where it does not

_TIME = re.compile(r'\b\d{1,2}[:.]\d{2}\b')
_PARTS = re.compile(r'[^\W\d_]+|\d+|[^\w\s,()/+-]')


def numbers_said(text: str, digits: Mapping[str, str]) -> list[str]:
    """
    Return each run of digits; counting up or down is none.

    :param digits: the words of a language to the digits that they stand for.
    """
    runs: list[list[str]] = [[]]
    for part in _PARTS.findall(_TIME.sub(' - ', text.lower())):
        digit = part if part.isdigit() else digits.get(part, '')
        if digit:
            runs[-1].append(digit)
        elif runs[-1]:
            runs.append([])
    return [''.join(run) for run in runs if run and not _counts(run)]


def is_number_to_call(number: str, speaks_of_calling: bool, allowed: Collection[str]) -> bool:
    """Return whether a run of digits is a telephone number that is not allowed."""
    least = FEWEST_DIGITS_TO_CALL if speaks_of_calling else FEWEST_DIGITS
    if len(number) < least:
        return False
    return number not in {re.sub(r'\D', '', one) for one in allowed}


def _counts(run: list[str]) -> bool:
    if len(run) < 3:
        return False
    steps = {int(b[-9:]) - int(a[-9:]) for a, b in pairwise(run)}
    return len(steps) == 1 and steps != {0}
