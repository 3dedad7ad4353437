"""Puts a version into its folder, from a checkout or from an archive."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.install import durable
from phoenix_tools.install.generations import COMPLETE, InstallError

NOT_ON_A_TOY = frozenset(('build', 'install', 'log', 'bags', 'tests', 'bench', 'conftest.py'))
ANYWHERE = shutil.ignore_patterns('.git', '.*_cache', '__pycache__', 'node_modules', 'test')
NEEDED_MB = 2600
PREPARED = '.venv/phoenix.env'
VERSION = re.compile(r"^VERSION = '([\w.+~-]+)'$", re.MULTILINE)
VERSION_FILE = Path('src/phoenix_tools/phoenix_tools/arguments.py')


@dataclass(frozen=True)
class Versions:
    """
    The folder of all versions.

    :param folder: holds them side by side.
    :param needed_mb: free space without which none is begun.
    """

    folder: Path
    needed_mb: int = NEEDED_MB

    def put(self, source: Path) -> Path:
        """
        Put the version of a checkout or of an archive in place, unless it is there already.

        :raises InstallError: it cannot be; nothing is left of it.
        """
        if source.is_dir():
            name = name_of(source)
        elif source.is_file():
            name = source.name.removesuffix('.tar.gz').removeprefix('phoenix-')
        else:
            raise InstallError(f'{source}: neither a checkout nor an archive')
        version = self.folder / name
        if (version / COMPLETE).exists():
            return version
        self._check_space()
        if version.exists():
            shutil.rmtree(version)  # a power cut has left it half done
        try:
            (copy_checkout if source.is_dir() else _unpack)(source, version)
            if not (version / PREPARED).exists():
                _prepare(version)
            os.sync()
            durable.write(version / COMPLETE, f'{name}\n')
        except BaseException as error:
            shutil.rmtree(version, ignore_errors=True)
            if isinstance(error, OSError):
                raise InstallError(f'{name} could not be put in place: {error}') from error
            raise
        durable.sync_folder(self.folder)
        return version

    def _check_space(self) -> None:
        free_mb = shutil.disk_usage(self.folder).free // 2**20
        if free_mb < self.needed_mb:
            raise InstallError(
                f'{self.needed_mb} MB of disk are needed in {self.folder}, {free_mb} MB are free'
            )


def name_of(checkout: Path) -> str:
    """
    Name the version of a checkout by its number and by what is in its files.

    :raises InstallError: it is no checkout.
    """
    if not (checkout / 'phoenix').is_file():
        raise InstallError(f'{checkout}: no Phoenix is in there')
    digest = hashlib.sha256()
    for path in _files(checkout):
        digest.update(f'{path.relative_to(checkout)}\0{os.access(path, os.X_OK)}\0'.encode())
        digest.update(path.read_bytes())
    try:
        found = VERSION.search((checkout / VERSION_FILE).read_text())
    except OSError:
        found = None
    return f'{found[1] if found else "0"}-{digest.hexdigest()[:8]}'


def _files(checkout: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(checkout):
        gone = _ignored(checkout, folder, [*folders, *names])
        folders[:] = sorted(set(folders) - gone)
        yield from (Path(folder) / name for name in sorted(set(names) - gone))


def _ignored(checkout: Path, folder: str, names: list[str]) -> set[str]:
    gone = set(ANYWHERE(folder, names))
    if Path(folder) == checkout:
        gone |= {name for name in names if name in NOT_ON_A_TOY or name.startswith('.')}
    return gone


def copy_checkout(checkout: Path, version: Path) -> None:
    """Copy what a toy needs of a checkout."""
    shutil.copytree(
        checkout,
        version,
        symlinks=True,
        ignore=lambda folder, names: _ignored(checkout, folder, names),
    )


def _unpack(archive: Path, version: Path) -> None:
    version.mkdir()
    command = ['tar', '--extract', '--gzip', '--file', str(archive), '--directory', str(version)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise InstallError(f'{archive} could not be unpacked: {ended.stderr.strip()[-200:]}')


def _prepare(version: Path) -> None:
    """Make the environment, which holds the paths of where it is made."""
    wheels = version / 'wheels'  # of an archive that brings what is to be installed
    offline = {'PIP_NO_INDEX': '1', 'PIP_FIND_LINKS': str(wheels)} if wheels.is_dir() else {}
    command = [sys.executable, str(version / 'scripts' / 'prepare_environment.py'), '--toy']
    environ = {**os.environ, **offline}
    with subprocess.Popen(command, cwd=version, env=environ, start_new_session=True) as process:
        try:
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # with all that it has started
            raise
    if code:
        raise InstallError(f'{version.name} could not be prepared')
    if offline:
        shutil.rmtree(wheels)
    for folder in version.glob('build/*/CMakeFiles'):
        shutil.rmtree(folder)
