"""Questions on a terminal, or on standard input: each is asked until its answer fits."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from phoenix_tools.command_error import CommandError

_T = TypeVar('_T')


def ask(question: str, default: str, read: Callable[[str], _T]) -> _T:
    """
    Return what an answer means; nothing typed is the default.

    :param read: raises ValueError with the reason when an answer does not fit.
    :raises CommandError: the input has ended.
    """
    while True:
        try:
            typed = input(f'{question} [{default}]: ').strip()
        except EOFError:
            raise CommandError(f'{question}: no answer; nothing is written') from None
        try:
            return read(typed or default)
        except ValueError as error:
            print(f'  {error}')


def choose(question: str, choices: Sequence[str], default: str) -> str:
    """Return one of the choices, by its number or as it is called."""
    print(f'{question}:')
    for number, choice in enumerate(choices, 1):
        print(f'  {number}  {choice}')
    by_number = {str(number): choice for number, choice in enumerate(choices, 1)}

    def read(typed: str) -> str:
        if typed in choices:
            return typed
        if typed not in by_number:
            raise ValueError(f'a number from 1 to {len(choices)}, is {typed!r}')
        return by_number[typed]

    return ask('  number', next(key for key, one in by_number.items() if one == default), read)


def ask_yes(question: str, default: str) -> bool:
    """Return whether the answer is yes."""

    def read(typed: str) -> bool:
        if typed.lower() not in ('yes', 'y', 'no', 'n'):
            raise ValueError(f'yes or no, is {typed!r}')
        return typed.lower().startswith('y')

    return ask(question, default, read)
