"""What this user may do: write what the toy keeps, alone, and use the devices."""

import contextlib
import grp
import os
from collections.abc import Iterator
from pathlib import Path

from phoenix_tools.doctor.finding import Finding, fault, ok, warning

DEVICES = ('snd/pcm*', 'gpiochip*', 'spidev*', 'i2c-*')
OTHERS = 0o077


def state(folder: Path | None) -> Iterator[Finding]:
    """Check the folder of what the toy keeps; None: there is none."""
    if folder is None:
        yield warning('permissions', 'HOME is not set: nothing is kept over a restart', 'set HOME')
        return
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield fault(
            'permissions',
            f'{there} cannot be written: nothing is kept, and the microphone stays shut',
            f'as root: chown {os.geteuid()} {there}, or set XDG_STATE_HOME to another folder',
        )
        return
    readable = [path for path in (folder, *folder.rglob('*')) if _for_others(path)]
    if readable:
        yield fault(
            'permissions',
            f'other users may read what the toy keeps: {", ".join(map(str, readable[:3]))}',
            f'chmod -R go= {folder}',
        )
    else:
        yield ok('permissions', f'{folder} is for this user alone')


def devices(folder: Path = Path('/dev')) -> Iterator[Finding]:
    """Check that this user may use the devices that there are."""
    found = [path for pattern in DEVICES for path in sorted(folder.glob(pattern))]
    refused = [path for path in found if not os.access(path, os.R_OK | os.W_OK)]
    for path in refused:
        group = str(path.stat().st_gid)
        with contextlib.suppress(KeyError):
            group = grp.getgrgid(path.stat().st_gid).gr_name
        yield warning(
            'permissions',
            f'{path} cannot be used by this user',
            f'as root: usermod --append --groups {group} USER, then log in again',
        )
    if found and not refused:
        yield ok('permissions', f'{len(found)} devices for sound and pins can be used')


def _for_others(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return bool(path.lstat().st_mode & OTHERS) and not path.is_symlink()
    return False
