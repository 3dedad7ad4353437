"""
Finds nodes and providers by Python entry points, so that other packages can add their own.

Groups: phoenix.nodes, and one per kind of provider, e.g. phoenix.microphones.
"""

import sys
from functools import cache
from importlib.metadata import entry_points
from typing import Any

NODES = 'phoenix.nodes'


class PluginError(ValueError):
    """No installed package offers what was asked for."""


def names(group: str) -> list[str]:
    """List what is installed in a group, in alphabetical order."""
    return sorted({entry.name for entry in _installed(tuple(sys.path)).select(group=group)})


def load(group: str, name: str) -> Any:
    """
    Import and return what an entry point names, usually a class.

    :raises PluginError: naming what there is.
    """
    for entry in _installed(tuple(sys.path)).select(group=group, name=name):
        return entry.load()
    raise PluginError(f'no {name!r} in {group}; installed: {", ".join(names(group)) or "none"}')


@cache
def _installed(path: tuple[str, ...]) -> Any:
    """Read what all packages offer, once: that takes 20 ms, and a node asks some ten times."""
    return entry_points()
