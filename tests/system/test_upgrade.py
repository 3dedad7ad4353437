"""Two real versions: the toy goes over to the next one and back, and knows what it was told."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from front_door import ROOT

from phoenix_core.limits.limits import Limits
from phoenix_core.testing import decide
from phoenix_tools.install.generations import COMPLETE
from phoenix_tools.install.versions import copy_checkout

TELLS = ('my name is Mia', 'set a timer for two hours', 'tell me a story about a dragon')
KEPT = ('toy', 'activity timer', 'activity story')


class InstalledToy:
    """A toy in folders of its own, with a person who types to it."""

    def __init__(self, folder: Path, phoenix) -> None:
        self._folder = folder
        self._phoenix = phoenix
        self.current = folder / 'opt' / 'current'

    def source(self) -> Path:
        """Make a checkout of this one's code, as the first version."""
        source = self._folder / 'source'
        copy_checkout(ROOT, source)
        return source

    def following(self) -> Path:
        """
        Make an archive of the next version, as a package carries it: prepared for its place.

        Its code is that of the first one, and its place has a name as long as that one's, so that
        it can be put into all files.
        """
        first = (self.current / 'version').resolve()
        second = first.with_name(re.sub(r'^\d', '9', first.name))
        tree = self._folder / 'following'
        shutil.copytree(first, tree, symlinks=True)
        (tree / COMPLETE).unlink()
        for path in tree.rglob('*'):
            if path.is_symlink():
                link = str(path.readlink())
                path.unlink()
                path.symlink_to(link.replace(str(first), str(second)))
            elif path.is_file() and str(first).encode() in (data := path.read_bytes()):
                path.write_bytes(data.replace(str(first).encode(), str(second).encode()))
        archive = self._folder / f'phoenix-{second.name}.tar.gz'
        pack = ['tar', '--create', '--use-compress-program=gzip -1', '--file', archive]
        subprocess.run([*pack, '--directory', tree, '.'], check=True)
        shutil.rmtree(tree)
        return archive

    def command(self, *arguments: str, patience_s=300.0):
        """Run one of `install`, `upgrade`, `rollback`."""
        places = ['--root', self._folder / 'opt', '--state', self._folder / 'var']
        options = [*places, '--without-service', '--profile', 'sim', '--patience', patience_s]
        return subprocess.Popen(
            [ROOT / 'phoenix', *arguments, *map(str, options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def done(self, *arguments, patience_s=300.0) -> tuple[int, str]:
        with self.command(*arguments, patience_s=patience_s) as process:
            told = process.communicate()[0]
            return process.returncode, told

    @property
    def name(self) -> str:
        return (self.current / 'version').resolve().name

    @property
    def kept(self) -> dict[str, object]:
        """What the toy knows, as far as it was told by TELLS."""
        database = self.current / 'state' / 'phoenix' / 'phoenix.sqlite3'
        with contextlib.closing(sqlite3.connect(database)) as state:
            found = dict(state.execute('SELECT name, value FROM kept'))
        return {name: json.loads(found[name]) for name in KEPT}

    def answers(self, *sentences: str) -> list[str]:
        """Start the toy as it is now, tell it something, end it, and return what it said."""
        start = f'shift; exec {self.current}/version/phoenix "$@"'
        state = {'XDG_STATE_HOME': f'{self.current}/state', 'HOME': f'{self.current}/state'}
        toy = self._phoenix(
            *('run', '--profile', 'sim'),
            before=('sh', '-c', start, 'sh'),
            PHOENIX_ACTIVITIES_STATE_FILE='auto',
            **state,
        )
        toy.wait_for('ready')
        said = subprocess.run(
            [sys.executable, Path(__file__).with_name('type_to.py'), *sentences],
            env={**os.environ, 'ROS_DOMAIN_ID': str(toy.domain)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        assert toy.interrupt()[0] == 130
        return said.stdout.splitlines()


@pytest.fixture
def toy(tmp_path, phoenix):
    """Return a toy that is not installed yet; what it takes, 3 GB, is gone afterwards."""
    yield InstalledToy(tmp_path, phoenix)
    for folder in ('opt', 'source'):
        shutil.rmtree(tmp_path / folder, ignore_errors=True)


@pytest.mark.long
def test_it_knows_what_it_was_told_in_the_next_version_and_back_in_the_first(toy) -> None:
    code, told = toy.done('install', toy.source())
    assert code == 0, told
    first = toy.name
    decide(toy.current / 'state', Limits(quiet_hours='', remember_facts=True))
    toy.answers(*TELLS)
    known = toy.kept

    second = toy.following()
    code, told = toy.done('upgrade', second)
    assert code == 0, told
    assert f'phoenix-{toy.name}.tar.gz' == second.name
    assert toy.kept == known
    assert 'Mia' in toy.answers('what is my name')[0]
    code, told = toy.done('rollback')
    assert code == 0, told
    assert toy.name == first
    assert toy.kept['activity story'] == known['activity story']
    assert toy.kept['activity timer'] == known['activity timer']
