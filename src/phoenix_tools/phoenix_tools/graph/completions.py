"""The scripts by which shells complete the commands, made of their parser."""

import argparse
from pathlib import Path
from typing import Any

import shtab

from phoenix_tools.arguments import parser


def script(shell: str) -> str:
    """Return the script for a shell."""
    root = parser()
    _name_files(root)
    text: str = shtab.complete(root, shell)
    return text.rstrip() + '\n'


def _name_files(of: argparse.ArgumentParser) -> None:
    """Mark the arguments that are paths."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _name_files(command)
        elif action.type is Path:
            described: Any = action
            described.complete = shtab.FILE
