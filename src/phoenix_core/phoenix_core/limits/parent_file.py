"""
The parent's file: limits and PIN of a toy, the one authority about what a parent has decided.

Nodes read it when they decide. No message, parameter, profile or bag leads to it: it is changed
with the PIN alone, or by whoever owns the machine.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from phoenix_core.limits.limits import STRICTEST, Limits
from phoenix_core.limits.pin import Clock, Pin, Tries, boot_time
from phoenix_core.settings.config_file import FileModel
from phoenix_core.storage.toy_file import ToyFile, replace_file


class RefusedError(Exception):
    """What was asked for is not done; one line for a parent."""


class WrongPinError(RefusedError):
    """
    The PIN is wrong, or was wrong too often just now.

    :param wait_s: until it may be tried again.
    """

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Decided(FileModel):
    """
    What the file holds.

    :param forgotten: how often all was forgotten: who keeps something from before drops it.
    """

    limits: Limits = Limits()
    pin: Pin | None = None
    tries: Tries = Tries()
    forgotten: int = 0


class ParentFile:
    """
    The limits and the PIN of a toy. Its methods may be called in any thread and process.

    :param path: None: there is no place for it, so the defaults hold.
    """

    def __init__(self, path: Path | None, clock: Clock = boot_time) -> None:
        self.path = path
        self._clock = clock
        self._read: tuple[tuple[int, ...], Decided, str] | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str], namespace: str) -> 'ParentFile':
        """Return the file of a toy."""
        return cls(ToyFile.PARENT.path(environ, namespace))

    @property
    def limits(self) -> Limits:
        """The limits in force now."""
        return self._current()[0].limits

    @property
    def problem(self) -> str:
        """Why the strictest limits are in force instead of the decided ones; empty: they are."""
        return self._current()[1]

    @property
    def pin_set(self) -> bool:
        """Whether there is a PIN."""
        return self._current()[0].pin is not None

    @property
    def forgotten(self) -> int:
        """How often all was forgotten."""
        return self._current()[0].forgotten

    def check(self, pin: str) -> None:
        """
        Check the PIN, and count a wrong one.

        :raises RefusedError: it is wrong, or nothing can be decided now.
        """
        self._change(pin, lambda decided: decided)

    def set_limits(self, pin: str, limits: Limits) -> None:
        """
        Put limits in force.

        :raises RefusedError: as for `check`.
        """
        self._change(pin, lambda decided: decided.model_copy(update={'limits': limits}))

    def set_pin(self, pin: str, new: str) -> None:
        """
        Set another PIN, or the first one.

        :raises RefusedError: as for `check`, or the new one has not the form of a PIN.
        """
        try:
            made = Pin.of(new)
        except ValueError as error:
            raise RefusedError(str(error)) from None
        with self.undisturbed(alone=True):
            decided = self._decided()
            if decided.pin is not None:
                self._check(decided, decided.pin, pin)
            self._write(decided.model_copy(update={'pin': made, 'tries': Tries()}))

    def forget(self, pin: str, remove: Callable[[], None]) -> None:
        """
        Let everybody drop what was kept so far, and remove it.

        :raises RefusedError: as for `check`.
        """

        def forgotten(decided: Decided) -> Decided:
            # First this: a toy that runs drops what it holds, and does not write it again.
            after = decided.model_copy(update={'forgotten': decided.forgotten + 1})
            self._write(after)
            remove()
            return after

        self._change(pin, forgotten)

    @contextmanager
    def undisturbed(self, *, alone: bool = False) -> Iterator[None]:
        """
        Keep others from changing the file, and from forgetting, in a with block.

        :param alone: nobody else may be in such a block.
        :raises RefusedError: there is no place for the file, or it cannot be used.
        """
        if self.path is None:
            if alone:
                raise RefusedError('there is no place for it: HOME or XDG_STATE_HOME must be set')
            yield  # nobody else can change it
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY)
        except OSError as error:
            raise RefusedError(f'{self.path.parent}: {error.strerror}') from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
        finally:
            os.close(folder)

    def _change(self, pin: str, change: Callable[[Decided], Decided]) -> None:
        with self.undisturbed(alone=True):
            decided = self._decided()
            if decided.pin is None:
                raise RefusedError('there is no PIN yet; `./phoenix parent pin` sets one')
            self._check(decided, decided.pin, pin)
            self._write(change(decided.model_copy(update={'tries': Tries()})))

    def _check(self, decided: Decided, kept: Pin, pin: str) -> None:
        wait_s = decided.tries.wait_s(self._clock())
        if wait_s > 0:
            raise WrongPinError(
                f'the PIN was wrong too often; try again in {wait_s:.0f} s', wait_s
            )
        # Before the check: who is killed in the middle has tried, too.
        tries = decided.tries.after_one_more(self._clock())
        self._write(decided.model_copy(update={'tries': tries}))
        if not kept.fits(pin):
            wait_s = tries.wait_s(self._clock())
            raise WrongPinError(
                'the PIN is wrong' + (f'; wait {wait_s:.0f} s' if wait_s > 0 else ''), wait_s
            )

    def _decided(self) -> Decided:
        decided, problem = self._current()
        if problem:
            raise RefusedError(f'{problem}; the owner of this machine may delete it')
        return decided

    def _write(self, decided: Decided) -> None:
        assert self.path is not None
        try:
            replace_file(self.path, decided.model_dump_json(indent=1) + '\n')
        except OSError as error:
            raise RefusedError(f'{self.path}: {error.strerror}') from error

    def _current(self) -> tuple[Decided, str]:
        """Return what holds now, and why it is not what was decided; reads a changed file."""
        if self.path is None:
            return Decided(), ''
        try:
            found = self.path.stat()
            key = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
            read = self._read
            if read is None or read[0] != key:
                read = self._read = (key, *_content(self.path, found))
            return read[1:]
        except FileNotFoundError:
            return Decided(), ''
        except OSError as error:
            return Decided(limits=STRICTEST), f'{self.path}: {error.strerror}'


def _content(path: Path, found: os.stat_result) -> tuple[Decided, str]:
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return Decided(limits=STRICTEST), f'{path}: others than its owner may write it'
    try:
        return Decided.model_validate_json(path.read_bytes()), ''
    except ValueError:  # without its text, which may quote the file
        return Decided(limits=STRICTEST), f'{path}: is damaged'
