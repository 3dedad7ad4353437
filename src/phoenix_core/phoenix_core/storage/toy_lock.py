"""
One toy per domain and namespace of a machine: two would answer each other until both are lost.

The launcher takes the lock, and every process of its nodes shares it, so that it is held until
the last of them has ended. The kernel frees it, however they end. Files of another network
namespace are others: nodes there cannot hear these.
"""

import contextlib
import fcntl
import json
import os
import pwd
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from stat import S_ISVTX

from phoenix_core.events.printable import printable
from phoenix_core.settings.environment import TOY_LOCK

FOLDERS = (Path('/run/lock'), Path('/tmp'))  # that all users of the machine share
LEFT_S = 2.0  # so long may what a launcher that was killed has left behind take to end
_POLL_S = 0.02  # flock has no time limit

_shared: list[int] = []  # descriptors that this process keeps open to its end


class ToyLockError(Exception):
    """There is such a toy already; says who runs it."""


class ToyLock:
    """
    The lock of a toy, taken; to be closed.

    :param sides: of a toy on two machines, those that are started here.
    :raises ToyLockError: another launcher holds it.
    """

    def __init__(
        self,
        namespace: str,
        sides: Sequence[str],
        layout: str,
        environ: Mapping[str, str] = os.environ,
        folders: Sequence[Path] = FOLDERS,
    ) -> None:
        self._domain = environ.get('ROS_DOMAIN_ID') or '0'
        self._namespace = namespace
        self._files: dict[Path, int] = {}
        holder = {
            'pid': os.getpid(),
            'user': _user(),
            'since': datetime.now().astimezone().isoformat(' ', 'seconds'),
            'layout': layout,
        }
        try:
            for side in sides:
                path, file = _open(f'{self._name}-{side}.lock', folders)
                self._files[path] = file
                self._take(path, file)
                with contextlib.suppress(OSError):  # the disk is full: the lock holds all the same
                    os.ftruncate(file, 0)
                    os.pwrite(file, json.dumps(holder).encode(), 0)
                # From here on the nodes share it.
                if not _locked(file, fcntl.LOCK_SH):
                    raise ToyLockError(self._refusal(path))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> 'ToyLock':
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def environ(self) -> dict[str, str]:
        """The environment by which the processes of the toy share the lock."""
        return {TOY_LOCK: os.pathsep.join(map(str, self._files))}

    def close(self) -> None:
        """Give up the launcher's part of the lock."""
        for file in self._files.values():
            os.close(file)
        self._files.clear()

    @property
    def _name(self) -> str:
        network = Path('/proc/self/ns/net').stat().st_ino
        return f'phoenix-{network}-{re.sub(r"[^A-Za-z0-9_]", ".", self._domain + self._namespace)}'

    def _take(self, path: Path, file: int) -> None:
        deadline = time.monotonic() + LEFT_S
        while not _locked(file, fcntl.LOCK_EX):
            if _launcher_lives(path) or time.monotonic() > deadline:
                raise ToyLockError(self._refusal(path))
            time.sleep(_POLL_S)

    def _refusal(self, path: Path) -> str:
        holder, pids = _holder(path), _pids(path)
        who = (
            f'process {holder.get("pid", "?")} of user {holder.get("user", "?")}, '
            f'since {holder.get("since", "?")}, layout {holder.get("layout", "?")}'
        )
        if _launcher_lives(path):
            remedy = 'end it first, or give this one another ROS_DOMAIN_ID or namespace:=NAME'
        else:
            left = ' '.join(map(str, pids))
            who += f'; it has ended and has left behind the processes {left}'
            remedy = f'end them first: kill {left}'
        return printable(
            f'a toy {self._namespace} runs already in domain {self._domain}: {who}; {remedy}'
        )


def share(environ: Mapping[str, str] = os.environ) -> None:
    """Share the lock of the toy that this process is a part of, until it ends."""
    for path in filter(None, environ.get(TOY_LOCK, '').split(os.pathsep)):
        with contextlib.suppress(OSError):  # it was deleted: then it keeps nobody away
            file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            _locked(file, fcntl.LOCK_SH)
            _shared.append(file)


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(name: str, folders: Sequence[Path]) -> tuple[Path, int]:
    """
    Open the file in the first of the folders where everybody may make one.

    :raises ToyLockError: there is no such folder.
    """
    problem: OSError | None = None
    for folder in folders:
        path = folder / name
        try:
            if not folder.stat().st_mode & S_ISVTX:  # of its owner alone, as on some systems
                continue
            return path, _opened(path)
        except OSError as error:  # it is read-only, full, or not there
            problem = error
    names = ', '.join(map(str, folders))
    raise ToyLockError(f'no lock can be made in {names}: {problem or "for root alone"}')


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW
    with contextlib.suppress(FileNotFoundError):
        return os.open(path, flags)  # without O_CREAT, with which the kernel refuses others' files
    try:
        file = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # made by another one meanwhile
        return os.open(path, flags)
    os.fchmod(file, 0o666)  # the next toy may be another user's; it holds nothing secret
    return file


def _holder(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _launcher_lives(path: Path) -> bool:
    return _holder(path).get('pid') in _pids(path)


def _pids(path: Path) -> list[int]:
    """Return the processes that hold a lock on a file."""
    inode = str(path.stat().st_ino)
    fields = (line.split() for line in Path('/proc/locks').read_text().splitlines())
    return sorted(
        {int(f[4]) for f in fields if f[1] == 'FLOCK' and f[5].rpartition(':')[2] == inode}
    )


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # no name, as in a container
        return str(os.geteuid())
