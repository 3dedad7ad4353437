"""Asks for a PIN so that it is seen nowhere: without echo, or as a line of standard input."""

import getpass
import sys

from phoenix_core.limits.parent_file import RefusedError


def ask_pin(question: str) -> str:
    """
    Return what was typed.

    :raises RefusedError: the input has ended.
    """
    if sys.stdin.isatty():
        return getpass.getpass(question)
    line = sys.stdin.readline()
    if not line:
        raise RefusedError('a PIN is needed: type it, or give it as a line of standard input')
    return line.strip()
