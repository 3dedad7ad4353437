"""
What is installed: versions, and the generations that pair a version with its state.

    versions/0.1.0-1a2b3c4d/    code with its own .venv; complete when .installed is there
    generations/7/version       link to one of them
    generations/7/state         link to what the toy keeps, as XDG_STATE_HOME
    generations/7/previous      number of the generation before, for the way back
    generations/7/status        how it said that it is when it was tried out
    current                     link to generations/7: what the service starts

A generation is made beside the current one, with a copy of the state, and tried out. The one step
that makes it current is the renaming of a link, so that whatever happens before leaves the old
version with the old state, and whatever happens after the new one with its own.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.install import durable

COMPLETE = '.installed'
PART = '.part'  # of a state whose copy is not complete
DECIDED = ('*.parent.json', '*.mute')
STATE_FORMAT = Path('src/phoenix_core/phoenix_core/storage/state_format.py')


class InstallError(Exception):
    """What went wrong and what runs now, in one line."""


@dataclass(frozen=True)
class Generation:
    """A version with its state."""

    folder: Path

    @property
    def number(self) -> int:
        """Its number; later ones are greater."""
        return int(self.folder.name)

    @property
    def version(self) -> Path:
        """The folder of its version."""
        return (self.folder / 'version').resolve()

    @property
    def state(self) -> Path:
        """The folder of its state."""
        return (self.folder / 'state').resolve()

    @property
    def previous(self) -> int | None:
        """The number of the one before; None: it was the first."""
        try:
            return int((self.folder / 'previous').read_text())
        except (OSError, ValueError):
            return None

    @property
    def status(self) -> str | None:
        """How it was when it was tried out; None: an older Phoenix has not written it down."""
        try:
            return (self.folder / 'status').read_text()
        except OSError:
            return None


class Installed:
    """
    All that is installed below two folders.

    :param root: of the versions and the link.
    :param states: of what the toys of the generations keep.
    """

    def __init__(self, root: Path, states: Path) -> None:
        self.root = root
        self.versions = root / 'versions'
        self._generations = root / 'generations'
        self._states = states

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """
        Let nobody else change what is installed meanwhile.

        :raises InstallError: somebody does so now.
        """
        for folder in (self.versions, self._generations, self._states):
            folder.mkdir(parents=True, exist_ok=True)
        with (self.root / '.lock').open('w') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InstallError(
                    f'another installation is under way in {self.root}; wait for its end'
                ) from None
            yield

    @property
    def current(self) -> Generation | None:
        """The generation that the service starts; None before the first installation."""
        try:
            target = (self.root / 'current').readlink()
        except OSError:
            return None
        return Generation(self.root / target)

    def before(self, generation: Generation) -> Generation | None:
        """Return the generation before, if it is still there."""
        if generation.previous is None:
            return None
        found = Generation(self._generations / str(generation.previous))
        return found if found.folder.is_dir() else None

    def prepare(self, version: Path, state_of: Generation | None) -> Generation:
        """
        Make the next generation; it is not the current one yet.

        What a parent has decided, and whether the toy is muted, is never that of an older one.

        :param state_of: whose state it begins with; None: with what a toy has kept whose versions
            were removed, or with nothing.
        """
        current = self.current
        source = self._left if state_of is None else state_of.state
        numbers = [*_numbered(self._generations), *_numbered(self._states)]
        made = Generation(self._generations / str(max(numbers, default=0) + 1))
        state = self._states / made.folder.name
        owner = self._states.stat()
        if source is None:
            state.mkdir(mode=0o700)
            os.chown(state, owner.st_uid, owner.st_gid)
        else:
            part = state.with_suffix(PART)
            _copy(source, part)
            os.sync()
            part.rename(state)
            if current is not None and current.state != source:
                _take_decisions(current.state, state)
            for kept in {source, source if current is None else current.state}:
                _tell_of_copies(state, kept)
        made.folder.mkdir()
        (made.folder / 'version').symlink_to(os.path.relpath(version, made.folder))
        (made.folder / 'state').symlink_to(state)
        if current is not None:
            durable.write(made.folder / 'previous', str(current.number))
        os.sync()
        return made

    def make_current(self, generation: Generation, status: str) -> None:
        """Let the service start this generation from now on; the one step that counts."""
        durable.write(generation.folder / 'status', status)
        os.sync()
        durable.link(self.root / 'current', f'generations/{generation.folder.name}')

    @property
    def _left(self) -> Path | None:
        """What a toy has kept whose versions were removed; None: there is a toy, or was none."""
        left = _numbered(self._states) - _numbered(self._generations)
        return self._states / str(max(left)) if left and self.current is None else None

    def clear(self) -> None:
        """Remove what neither the current generation nor the way back needs."""
        current, left = self.current, self._left
        kept = [current, self.before(current)] if current else []
        used = [generation for generation in kept if generation is not None]
        names = {one.folder.name for one in used} | ({left.name} if left else set())
        for folder in (*self._generations.iterdir(), *self._states.iterdir()):
            number = folder.name.removesuffix(PART)
            if folder.name not in names and (number.isdigit() or folder.parent != self._states):
                _remove(folder)
        for folder in self.versions.iterdir():
            if folder.resolve() not in [one.version for one in used]:
                _remove(folder)


def _numbered(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir() if path.name.isdigit()}


def state_format(version: Path) -> int | None:
    """Return the number of the form in which a version keeps its state; None if unknown."""
    with contextlib.suppress(OSError):
        if found := re.search(r'^FORMAT = (\d+)', (version / STATE_FORMAT).read_text(), re.M):
            return int(found[1])
    return None


def _copy(source: Path, target: Path) -> None:
    """Copy a state with its owners and modes; a database as a whole, whatever journal it has."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns('log'))
    for path in (target, *target.rglob('*')):
        _own_as(source / path.relative_to(target), path)
    for kept in target.rglob('*.sqlite3'):
        # One that a power cut has left in the middle of a change is brought in order here.
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(kept)) as db:
            db.execute('PRAGMA user_version').fetchone()


def _take_decisions(source: Path, target: Path) -> None:
    for decided in DECIDED:
        for path in source.rglob(decided):
            there = target / path.relative_to(source)
            there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(path, there)
            _own_as(path, there)


def _own_as(source: Path, target: Path) -> None:
    at = source.lstat()
    os.chown(target, at.st_uid, at.st_gid, follow_symlinks=False)


def _tell_of_copies(state: Path, kept: Path) -> None:
    """Note where the copies are, so that `parent forget` and `parent stored` know them."""
    for database in kept.rglob('*.sqlite3'):
        within = database.relative_to(kept)
        index = (state / within).with_suffix('.elsewhere.json')
        try:
            known = json.loads(index.read_text())
        except (OSError, ValueError):
            known = {}
        copies = {one for one in known.get('states', []) if Path(one).exists()} | {str(database)}
        known['states'] = sorted(copies - {str(state / within)})
        durable.write(index, json.dumps(known) + '\n')
        _own_as(database, index)
        index.chmod(0o600)


def _remove(path: Path) -> None:
    """Remove a folder; what says that it is complete goes first."""
    (path / COMPLETE).unlink(missing_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
