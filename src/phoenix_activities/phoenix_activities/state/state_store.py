"""
Keeps a few named values in an SQLite file, so that a power cut loses at most the last change.

A rollback journal, not WAL: at rest there is one file, which can be put aside, copied and deleted
as a whole, and nobody reads beside the one who writes. With synchronous=FULL a change is on the
disk before the next one begins. The file is opened for each change, so that one which was deleted,
or lies on a disk that was full or away, is written again when it can be.
"""

import contextlib
import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

VERSION = 1  # of the tables
BUSY_S = 1.0  # the longest wait for another process that writes
READONLY = 'attempt to write a readonly database'
# What SQLite says when the file may be in order, and cannot be used now.
NOT_NOW = (
    'access permission denied',
    READONLY,
    'database is locked',
    'database or disk is full',
    'disk I/O error',
    'locking protocol',
    'unable to open database file',
)
BROKEN = (sqlite3.Error, ValueError, MemoryError, RecursionError)  # what reading rubbish raises

Values = dict[str, Any]


class StateStoreError(Exception):
    """The file cannot be read or written now; one line that says why."""


class _UnusableError(Exception):
    """The file must be replaced; `mark` becomes a part of its name."""

    def __init__(self, why: str, mark: str) -> None:
        super().__init__(why)
        self.mark = mark


class StateStore:
    """
    Named JSON values in a file. Its methods may be called in any thread.

    A file that is damaged, or of a newer version, is renamed (one of each kind is kept) and
    replaced; `on_put_aside` gets one line that says so, in the thread that found it.
    """

    def __init__(self, path: Path, on_put_aside: Callable[[str], None]) -> None:
        """Touch nothing yet."""
        self.path = path
        self._on_put_aside = on_put_aside
        self._lock = threading.Lock()
        self._loaded = False

    def load(self) -> Values:
        """
        Read all values; there are none without a file.

        :raises StateStoreError: it cannot be read now.
        """
        with self._lock:
            return self._load()

    def save(self, values: Mapping[str, Any]) -> None:
        """
        Make the file hold these values and no others, all or nothing.

        What could not be loaded so far is not lost: it stays beside them.

        :raises StateStoreError: it cannot be written now, and holds what it held.
        """
        with self._lock:
            kept = {} if self._loaded else self._load()
            self._attempt(self._write, {**kept, **values})

    def _load(self) -> Values:
        values: Values = self._attempt(self._read) if self._holds_something() else {}
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
        """Act on the file, or on a fresh one when it is unusable."""
        try:
            with contextlib.suppress(_UnusableError):
                return action(*args)
            try:
                return action(*args)  # another process may just have replaced it
            except _UnusableError as error:
                self._put_aside(str(error), error.mark)
            return action(*args)
        except OSError as error:
            raise StateStoreError(f'{self.path}: {error.strerror}') from error
        except (sqlite3.Error, _UnusableError) as error:
            raise StateStoreError(f'{self.path}: {error}') from error

    def _read(self) -> Values:
        with self._open() as connection:
            connection.execute('BEGIN')  # nobody writes between one look and the next
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
            connection.execute(f'PRAGMA user_version={VERSION}')
            connection.execute('COMMIT')
        return values

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file; what is not in order within becomes _UnusableError."""
        try:
            with contextlib.closing(
                sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
            ) as connection:
                connection.execute('PRAGMA synchronous=FULL')
                connection.execute('PRAGMA secure_delete=ON')  # what was forgotten is gone
                yield connection
        except BROKEN as error:
            if str(error) in NOT_NOW and not (str(error) == READONLY and self._may_write()):
                raise
            # An OperationalError may quote what it cannot read.
            why = 'unreadable' if isinstance(error, sqlite3.OperationalError) else error
            raise _UnusableError(f'is damaged ({why})', 'damaged') from error

    def _may_write(self) -> bool:
        """Tell whether it is not the disk that forbids it, but a damaged header."""
        return all(os.access(path, os.W_OK) for path in (self.path, self.path.parent))

    def _put_aside(self, why: str, mark: str) -> None:
        aside = self.path.with_name(f'{self.path.name}.{mark}')
        # The journal belongs to the damaged file: SQLite would play it back into the fresh one.
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
    if version > VERSION:
        raise _UnusableError(
            f'is of a newer Phoenix (version {version}; known is {VERSION})', f'version-{version}'
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
    return {name: json.loads(value) for name, value in rows}


def _checksum(rows: list[tuple[str, str]]) -> int:
    return zlib.crc32(json.dumps(rows).encode())
