"""
Finds nodes and providers by Python entry points, so that other packages can add their own.

There is a group for nodes and one for each kind of provider, e.g. phoenix.microphones.
"""

import sys
from functools import cache
from importlib.metadata import entry_points
from typing import Any

NODES = 'phoenix.nodes'


class PluginError(ValueError):
    """No installed package has an entry point of that name."""


def names(group: str) -> list[str]:
    """Return the names of the entry points of a group in alphabetical order."""
    return sorted({entry.name for entry in _installed(tuple(sys.path)).select(group=group)})


def load(group: str, name: str) -> Any:
    """
    Import and return the object of an entry point.

    :raises PluginError: there is none of that name; names the installed ones.
    """
    for entry in _installed(tuple(sys.path)).select(group=group, name=name):
        return entry.load()
    raise PluginError(f'no {name!r} in {group}; installed: {", ".join(names(group)) or "none"}')


@cache
def _installed(path: tuple[str, ...]) -> Any:
    """Read all entry points, once: it takes 20 ms, and a node needs them about ten times."""
    return entry_points()
