"""Parses arguments, and says what was probably meant when it refuses one."""

import argparse
import difflib
from collections.abc import Iterable
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """Says what was probably meant when it refuses an argument."""

    # Of a command, whose parser is made by the same class, what is left over would otherwise be
    # refused by the root, which does not know its options.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse; refuse what is left over."""
        parsed, rest = super().parse_known_args(args, namespace)
        if rest:
            self._refuse(rest[0], self._option_string_actions)
        if getattr(parsed, 'command', '') is None:
            self.error('which COMMAND? --help lists them')
        return parsed, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            names = [*action.option_strings, str(action.metavar or action.dest).lower()]
            self._refuse(value, action.choices, names[0])

    def _refuse(self, given: Any, known: Iterable[Any], what: str = 'argument') -> NoReturn:
        close = difflib.get_close_matches(str(given).partition('=')[0], map(str, known), n=1)
        hint = f' (did you mean {close[0]}?)' if close else ''
        self.exit(
            2,
            f'{self.prog}: no such {what}{hint}: {given}; allowed: {", ".join(map(str, known))}\n',
        )


def positive(text: str) -> float:
    """Return the number, which is greater than 0, of a text."""
    value = float(text)
    if not 0 < value < float('inf'):
        raise argparse.ArgumentTypeError(f'{text}: must be greater than 0')
    return value
