"""Whether a version that was tried out is as good as the one before: how it is, what it knows."""

import contextlib
import sqlite3
from pathlib import Path

ALL_WELL = 'all well'
RANKS = {'degraded': 1, 'lost': 2}  # of a capability; whatever else a toy says is worse


def is_worse(status: str, before: str | None) -> bool:
    """
    Return whether something works less well than before; each is what a toy says of itself.

    A toy whose microphone is unplugged can be upgraded all the same.

    :param before: None: it is not known, and nothing is worse.
    """
    if before is None:
        return False
    known = _troubles(before)
    return any(rank > known.get(name, 0) for name, rank in _troubles(status).items())


def _troubles(status: str) -> dict[str, int]:
    found = {}
    for part in status.split(', ') if status != ALL_WELL else ():
        name, _, word = part.rpartition(' ')
        found[name] = RANKS.get(word, len(RANKS) + 1)
    return found


def lost(before: Path, after: Path, same_form: bool) -> list[str]:
    """
    Return the names of what one state holds and the other, which was made of it, does not.

    :param same_form: of both; in another one some names may be others.
    """
    missing: set[str] = set()
    for database in before.rglob('*.sqlite3'):
        copy = after / database.relative_to(before)
        known, found = _names(database), _names(copy)
        if _put_aside(copy) - _put_aside(database):  # by who could not read it
            missing |= known
        elif same_form or not known & found:
            missing |= known - found
    return sorted(missing)


def _put_aside(database: Path) -> set[str]:
    return {path.name for path in database.parent.glob(f'{database.name}.*')}


def _names(database: Path) -> set[str]:
    """Return what a database of the activities keeps; nothing if it cannot be read."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f'{database.as_uri()}?mode=ro', uri=True)) as kept,
    ):
        return {str(name) for (name,) in kept.execute('SELECT name FROM kept')}
    return set()
