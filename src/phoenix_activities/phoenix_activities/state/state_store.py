"""
The state store: a few named values in an SQLite file; a power cut loses at most the last change.

A rollback journal, not WAL: at rest there is one file, which can be put aside, copied and deleted
as a whole, and nobody reads while another writes. With synchronous=FULL a change is on the disk
before the next one begins. The file is opened for each change, so that one which was deleted, or
lies on a disk that was full or away, is written again when it can be.
"""

import contextlib
import json
import os
import sqlite3
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

from phoenix_core.storage.state_format import FORMAT

BUSY_S = 1.0  # the longest wait for another process that writes
BROKEN = (sqlite3.Error, ValueError, MemoryError, RecursionError)  # raised by damaged content


class Temporary(IntEnum):
    """SQLite's primary result codes for a file that may be in order but cannot be used now."""

    PERM = 3
    BUSY = 5
    READONLY = 8
    IOERR = 10
    FULL = 13
    CANTOPEN = 14
    PROTOCOL = 15


TEMPORARY = frozenset(Temporary)

Values = dict[str, Any]


class StateStoreError(Exception):
    """The file cannot be read or written now; the message is one line with the reason."""


class _UnusableError(Exception):
    """The file must be replaced; `mark` becomes a part of its name, `rest` goes on."""

    def __init__(self, why: str, mark: str, rest: Values | None = None) -> None:
        super().__init__(why)
        self.mark = mark
        self.rest: Values = rest or {}


class StateStore:
    """
    Keeps named JSON values in a file. Its methods may be called in any thread.

    A file that is damaged, or of a newer version, is renamed (one of each kind is kept) and
    replaced; `on_put_aside` gets a report of one line, in the thread that found it. If only some
    of its values are none, the others go on.
    """

    def __init__(
        self, path: Path, on_put_aside: Callable[[str], None], busy_s: float = BUSY_S
    ) -> None:
        self.path = path
        self._on_put_aside = on_put_aside
        self._busy_s = busy_s
        self._lock = threading.Lock()
        self._loaded = False

    def load(self) -> Values:
        """
        Return all values; none without a file.

        :raises StateStoreError: it cannot be read now.
        """
        with self._lock:
            return self._load()

    def save(self, values: Mapping[str, Any]) -> None:
        """
        Make the file hold these values and no others, all or nothing.

        Values that could not be loaded so far are not lost: they stay.

        :raises StateStoreError: it cannot be written now, and holds what it held.
        """
        with self._lock:
            kept = {} if self._loaded else self._load()
            self._attempt(self._write, {**kept, **values})

    def _load(self) -> Values:
        values: Values = {}
        if self._holds_something():
            values = self._attempt(self._read)
            if values and not self._holds_something():  # the rest of one that was put aside
                self._attempt(self._write, values)
        self._loaded = True
        return values

    def _holds_something(self) -> bool:
        try:
            return self.path.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StateStoreError(f'{self.path}: {error.strerror}') from error

    def _attempt(self, action: Callable[..., Values], *args: Any) -> Values:
        """Act on the file, or on a new one when it is unusable."""
        try:
            with contextlib.suppress(_UnusableError):
                return action(*args)
            try:
                return action(*args)  # another process may just have replaced it
            except _UnusableError as error:
                self._put_aside(str(error), error.mark)
                return action(*args) if args else error.rest
        except OSError as error:
            raise StateStoreError(f'{self.path}: {error.strerror}') from error
        except (sqlite3.Error, _UnusableError) as error:
            raise StateStoreError(f'{self.path}: {error}') from error

    def _read(self) -> Values:
        with self._open() as connection:
            connection.execute('BEGIN')  # nobody writes between one query and the next
            return _content(connection)

    def _write(self, values: Values) -> Values:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            self.path.touch(mode=0o600, exist_ok=False)
        rows = [(name, json.dumps(value)) for name, value in sorted(values.items())]
        with self._open() as connection:
            connection.execute('BEGIN IMMEDIATE')
            if _content(connection) == values:
                return values
            connection.execute('CREATE TABLE IF NOT EXISTS kept (name PRIMARY KEY, value)')
            connection.execute('CREATE TABLE IF NOT EXISTS checksum (of_kept)')
            connection.execute('DELETE FROM kept')
            connection.execute('DELETE FROM checksum')
            connection.executemany('INSERT INTO kept VALUES (?, ?)', rows)
            connection.execute('INSERT INTO checksum VALUES (?)', (_checksum(rows),))
            connection.execute(f'PRAGMA user_version={FORMAT}')
            connection.execute('COMMIT')
        return values

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file; raise _UnusableError when its content is not in order."""
        try:
            with contextlib.closing(
                sqlite3.connect(self.path, timeout=self._busy_s, isolation_level=None)
            ) as connection:
                connection.execute('PRAGMA synchronous=FULL')
                connection.execute('PRAGMA secure_delete=ON')  # overwrite what was forgotten
                yield connection
        except BROKEN as error:
            if self._is_temporary(error):
                raise
            # An OperationalError may quote what it cannot read.
            why = 'unreadable' if isinstance(error, sqlite3.OperationalError) else error
            raise _UnusableError(f'is damaged ({why})', 'damaged') from error

    def _is_temporary(self, error: Exception) -> bool:
        if sys.version_info < (3, 11):
            # Python 3.10 does not pass the codes on. SQLite's temporary conditions are all
            # OperationalErrors, and so is some damage, which is then reported and not put aside.
            return isinstance(error, sqlite3.OperationalError)
        code = getattr(error, 'sqlite_errorcode', 0) & 0xFF  # the primary code
        if code == Temporary.READONLY and self._may_write():
            return False  # not the disk forbids it, but a damaged header
        return code in TEMPORARY

    def _may_write(self) -> bool:
        return all(os.access(path, os.W_OK) for path in (self.path, self.path.parent))

    def _put_aside(self, why: str, mark: str) -> None:
        aside = self.path.with_name(f'{self.path.name}.{mark}')
        # The journal belongs to the damaged file: SQLite would roll it back into the new one.
        journal = self.path.with_name(f'{self.path.name}-journal')
        aside_journal = aside.with_name(f'{aside.name}-journal')
        aside_journal.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            journal.rename(aside_journal)
        self.path.rename(aside)
        self._on_put_aside(f'{self.path}: {why}; put aside as {aside.name}')


def _content(connection: sqlite3.Connection) -> Values:
    """Return the values of a file that is in order, none of an empty one."""
    version = connection.execute('PRAGMA user_version').fetchone()[0]
    if version > FORMAT:
        raise _UnusableError(
            f'is of a newer Phoenix (version {version}; known is {FORMAT})', f'version-{version}'
        )
    if version == 0 and not connection.execute('SELECT 1 FROM sqlite_master').fetchone():
        return {}
    problem = connection.execute('PRAGMA integrity_check(1)').fetchone()[0]
    if problem != 'ok':
        raise ValueError(problem)
    rows = connection.execute('SELECT name, value FROM kept ORDER BY name').fetchall()
    # SQLite has no checksums: a flipped bit in a text would go unnoticed.
    if connection.execute('SELECT of_kept FROM checksum').fetchall() != [(_checksum(rows),)]:
        raise ValueError('the checksum differs')
    values: Values = {}
    bad = 0
    for name, value in rows:  # nor does it hold a column to a type
        try:
            values[_text(name)] = json.loads(_text(value), parse_constant=_refuse)
        except (ValueError, RecursionError):
            bad += 1
    if bad:
        raise _UnusableError(f'{bad} of {len(rows)} values are damaged', 'damaged', values)
    return values


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f'{type(value).__name__} instead of a text')
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f'{constant} is no JSON')


def _checksum(rows: list[tuple[Any, Any]]) -> int:
    return zlib.crc32(json.dumps(rows, default=bytes.hex).encode())
