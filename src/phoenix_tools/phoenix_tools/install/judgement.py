"""Whether a version that was tried out is as good as the one before: how it is, what it knows."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

ALL_WELL = 'all well'
RANKS = {'degraded': 1, 'lost': 2}  # of a capability; whatever else a toy says is worse


@dataclass(frozen=True)
class Outcome:
    """
    How a trial has ended.

    :param trouble: why the toy is not well; empty if it is.
    :param status: what it said of itself in the end.
    """

    trouble: str
    status: str


@dataclass
class Probation:
    """
    The time in which a version is tried out; it begins when this is made.

    :param before: how the version before it was; nothing may be worse than that.
    :param patience_s: for the toy to come up, and to be as well as that.
    :param steady_s: so long it must stay so.
    """

    before: str | None
    patience_s: float
    steady_s: float

    def __post_init__(self) -> None:
        """Begin."""
        self._begun_s = time.monotonic()
        self._steady_since_s: float | None = None

    def judge(self, status: str, *, is_up: bool = True) -> Outcome | None:
        """Return how it ends, by what the toy says of itself now; None: it goes on."""
        now_s = time.monotonic()
        if is_up and not is_worse(status, self.before):
            if self._steady_since_s is None:
                self._steady_since_s = now_s
            return Outcome('', status) if now_s - self._steady_since_s >= self.steady_s else None
        self._steady_since_s = None
        if now_s - self._begun_s < self.patience_s:
            return None
        what = f'{status}; it was {self.before}' if is_up else f'not up, {status}'
        return Outcome(f'after {self.patience_s:g} s {what}', status)


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
