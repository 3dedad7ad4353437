"""The variables PHOENIX_...: settings, but for those that are listed here; others are refused."""

import difflib
from collections.abc import Iterable, Mapping

from phoenix_core.settings import secrets
from phoenix_core.settings.node_settings import SettingsError, ToySettings

PREFIX = 'PHOENIX_'
PROFILE = 'PHOENIX_PROFILE'
LOG_FORMAT = 'PHOENIX_LOG_FORMAT'
LAUNCH_ID = 'PHOENIX_LAUNCH_ID'
LAUNCHED_NODES = 'PHOENIX_LAUNCHED_NODES'
TOY_LOCK = 'PHOENIX_TOY_LOCK'
ROS = 'PHOENIX_ROS'  # of the front door: which ROS the workspace was built for
NO_SETTINGS = (PROFILE, LOG_FORMAT, LAUNCH_ID, LAUNCHED_NODES, TOY_LOCK, ROS)

SIMILAR = 0.6  # of 1


def of_toy() -> dict[str, str]:
    """Return the settings of the whole toy by their variables."""
    return {f'{PREFIX}{field.upper()}': field for field in ToySettings.model_fields}


def of_node(node: str) -> str:
    """Return what the variables of a node begin with."""
    return f'{PREFIX}{node.upper()}_'


def check(environ: Mapping[str, str], nodes: Iterable[str]) -> None:
    """
    Refuse a variable that none of these nodes reads, nor one that was launched beside this one.

    :raises SettingsError: for the first; says what was probably meant.
    """
    names = sorted({*nodes, *filter(None, environ.get(LAUNCHED_NODES, '').split(','))})
    prefixes = tuple(map(of_node, names))
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable.startswith(prefixes):
            continue
        if variable in of_toy() or variable in NO_SETTINGS or secrets.is_secret(variable):
            continue
        meant = _meant(variable, names)
        hint = f' (did you mean {meant}?)' if meant else ''
        others = ', '.join((*of_toy(), PROFILE, LOG_FORMAT))
        raise SettingsError(
            f'environment: {variable}: no such setting{hint}, is {environ[variable]!r}; allowed: '
            f'{others}, PHOENIX_<NODE>_<FIELD> with one of the nodes {", ".join(names)}'
        )


def _meant(variable: str, nodes: Iterable[str]) -> str:
    """Return the variable with the name of the most similar node; empty if none is similar."""
    words = variable.removeprefix(PREFIX).split('_')
    found = [
        (_similarity('_'.join(words[:count]), node.upper()), of_node(node), words[count:])
        for node in nodes
        for count in range(1, len(words))
    ]
    given = '_'.join(words)
    found += [
        (_similarity(given, name.removeprefix(PREFIX)), name, [])
        for name in (*of_toy(), PROFILE, LOG_FORMAT)
    ]
    similarity, start, rest = max(found)
    return start + '_'.join(rest) if similarity >= SIMILAR else ''


def _similarity(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
