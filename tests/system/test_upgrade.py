"""
Two real versions: the toy goes over to the next one and back, and knows what it was told.

Whatever is wrong with the next one, or happens meanwhile, the first one goes on with all it knows.
"""

import contextlib
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from domain_coordinator import domain_id
from failing_disk import Disk
from front_door import ROOT

from phoenix_core.limits.limits import Limits
from phoenix_core.testing import decide
from phoenix_tools.install.generations import COMPLETE
from phoenix_tools.install.versions import copy_checkout

TELLS = ('my name is Mia', 'set a timer for two hours', 'tell me a story about a dragon')
KEPT = ('toy', 'activity timer', 'activity story')
DISK_MB = 6000
CUTS = 5
PACK = """
import gzip, shutil, sys
with gzip.open(sys.stdout.buffer, 'wb', 0) as packed:
    shutil.copyfileobj(sys.stdin.buffer, packed)
"""
PAUSE = 'import signal\nsignal.pause()\n'
BROKEN: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    'does not start': (
        'it ended with exit code 1',
        {
            'phoenix_tools/phoenix_tools/command_line.py': (
                'import os',
                'raise ImportError("a library is missing")\n',
            )
        },
    ),
    'starts and hangs': (
        'after 45 s not up',
        {'phoenix_activities/phoenix_activities/engine/toy_node.py': ('import uuid', PAUSE)},
    ),
    'comes up and hangs': (
        'no sign of life for 20 s',
        {
            'phoenix_tools/phoenix_tools/run/service_report.py': (
                '    def tell() -> None:',
                '    import signal\n    signal.pause()\n',
            )
        },
    ),
    'hears nothing any more': (
        'after 45 s hearing lost; it was all well',
        {
            'phoenix_audio/phoenix_audio/microphone/providers/simulated.py': (
                '    def stop(self) -> None:',
                '    def start(self, *_: object, **__: object) -> None:\n'
                '        from phoenix_audio.microphone.provider import MicrophoneError\n'
                '        raise MicrophoneError("the driver is of another version")\n\n',
            )
        },
    ),
    'migrates wrongly': (
        'has lost what the toy keeps (activity story, activity timer, toy, use)',
        {
            'phoenix_activities/phoenix_activities/state/state_store.py': (
                "    problem = connection.execute('PRAGMA integrity_check",
                "    connection.execute('DROP TABLE kept')\n",
            ),
            'phoenix_core/phoenix_core/storage/state_format.py': ('1\n', '2 or '),
        },
    ),
}


class InstalledToy:
    """A toy on a disk of its own, with a person who types to it."""

    def __init__(self, disk: Disk, folder: Path, domain: int) -> None:
        self.disk = disk
        self._domain = domain  # in which another version is tried out
        self.took_s: dict[str, float] = {}
        self.was_told = False
        self.first = ''  # version
        self._folder = folder  # of what it is made of, elsewhere
        self._tree = folder / 'following'
        self.current = disk.folder / 'opt' / 'current'

    def source(self) -> Path:
        """Make a checkout of this one's code, as the first version."""
        source = self._folder / 'source'
        copy_checkout(ROOT, source)
        return source

    def following(self, changes: Mapping[str, tuple[str, str]] | None = None) -> Path:
        """
        Make an archive of the next version, as a package carries it: prepared for its place.

        Its code is that of the first one, and its place has a name as long as that one's, so that
        it can be put into all files.

        :param changes: by file, before which of its texts another one is put.
        """
        first = (self.current / 'version').resolve()
        second = first.with_name(re.sub(r'^\d', '9', first.name))
        if not self._tree.exists():
            self._make_tree(str(first), str(second))
        sources = self._tree / 'src'
        unchanged = {path: (sources / path).read_text() for path in changes or ()}
        for path, (before, put) in (changes or {}).items():
            assert before in unchanged[path]
            (sources / path).write_text(unchanged[path].replace(before, put + before, 1))
        packer = self._folder / 'pack.py'
        packer.write_text(PACK)
        archive = self._folder / f'phoenix-{second.name}.tar.gz'
        pack = ['tar', '--create', f'--use-compress-program={sys.executable} {packer}']
        subprocess.run([*pack, '--file', archive, '--directory', self._tree, '.'], check=True)
        for path, text in unchanged.items():
            (sources / path).write_text(text)
        return archive

    def _make_tree(self, first: str, second: str) -> None:
        shutil.copytree(first, self._tree, symlinks=True)
        (self._tree / COMPLETE).unlink()
        for path in self._tree.rglob('*'):
            if path.is_symlink():
                link = str(path.readlink())
                path.unlink()
                path.symlink_to(link.replace(first, second))
            elif path.is_file() and first.encode() in (data := path.read_bytes()):
                path.write_bytes(data.replace(first.encode(), second.encode()))

    def command(self, *arguments: object, patience_s=300.0, before=()) -> 'subprocess.Popen[str]':
        """Run one of `install`, `upgrade`, `rollback`."""
        places = ['--root', self.disk.folder / 'opt', '--state', self.disk.folder / 'var']
        options = [*places, '--without-service', '--profile', 'sim', '--patience', patience_s]
        return subprocess.Popen(
            [*before, str(ROOT / 'phoenix'), *map(str, (*arguments, *options))],
            env={**os.environ, 'ROS_DOMAIN_ID': str(self._domain)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def done(self, *arguments: object, patience_s=300.0) -> tuple[int, str]:
        begun = time.monotonic()
        with self.command(*arguments, patience_s=patience_s) as process:
            told = process.communicate()[0]
        self.took_s[str(arguments[0])] = time.monotonic() - begun
        return process.returncode, told

    @property
    def name(self) -> str:
        return (self.current / 'version').resolve().name

    @property
    def database(self) -> Path:
        return self.current / 'state' / 'phoenix' / 'phoenix.sqlite3'

    @property
    def kept(self) -> dict[str, object]:
        """What the toy knows, as far as it was told by TELLS."""
        with contextlib.closing(sqlite3.connect(self.database)) as state:
            found = dict(state.execute('SELECT name, value FROM kept'))
        return {name: json.loads(found[name]) for name in KEPT}

    def answers(self, phoenix, *sentences: str) -> list[str]:
        """Start the toy as it is now, tell it something, end it, and return what it said."""
        start = f'shift; exec {self.current}/version/phoenix "$@"'
        state = {'XDG_STATE_HOME': f'{self.current}/state', 'HOME': f'{self.current}/state'}
        toy = phoenix(
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
        assert toy.interrupt()[0] == 130, toy.output
        return said.stdout.splitlines()


@pytest.fixture(scope='module')
def installed(tmp_path_factory) -> Iterator[InstalledToy]:
    """Return a toy of the first version; what it takes, 10 GB, is gone afterwards."""
    if reason := Disk.cannot():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp('toy')
    disk = Disk(folder / 'image', folder / 'disk', DISK_MB)
    with domain_id() as domain:
        toy = InstalledToy(disk, folder, domain)
        code, told = toy.done('install', toy.source())
        assert code == 0, told
        decide(toy.current / 'state', Limits(quiet_hours='', remember_facts=True))
        yield toy
    disk.unmount()
    shutil.rmtree(folder)


@pytest.fixture
def toy(installed, phoenix) -> InstalledToy:
    """Return a toy of the first version that was told something."""
    if not installed.was_told:
        installed.first = installed.name
        installed.answers(phoenix, *TELLS)
        installed.was_told = True
    if installed.name != installed.first:  # power was cut after it had been left
        code, told = installed.done('rollback')
        assert code == 0, told
    assert installed.name == installed.first
    return installed


@pytest.mark.long
@pytest.mark.parametrize('how', BROKEN)
def test_a_broken_version_goes_back_by_itself(toy, phoenix, how) -> None:
    why, changes = BROKEN[how]
    first, known = toy.name, toy.kept
    code, told = toy.done('upgrade', toy.following(changes), patience_s=45.0)
    assert code == 1, told
    assert why in told
    assert told.rstrip().endswith(f'{first} stays'), told
    assert (toy.name, toy.kept) == (first, known)
    assert 'Mia' in toy.answers(phoenix, 'what is my name')[0]


@pytest.mark.long
@pytest.mark.parametrize('full', ['while it is unpacked', 'while the state is copied'])
def test_a_disk_that_fills_up_in_the_middle_leaves_the_first(toy, phoenix, full) -> None:
    first, known = toy.name, toy.kept
    archive = toy.following()
    with contextlib.ExitStack() as afterwards:
        if full == 'while the state is copied':
            large = toy.database.with_name('large')  # and full of holes: only its copy takes room
            afterwards.callback(large.unlink)
            large.touch()
            os.truncate(large, DISK_MB * 2**20)
        versions = toy.disk.folder / 'opt' / 'versions'
        with toy.command('upgrade', archive) as process:
            while full == 'while it is unpacked' and len(list(versions.iterdir())) == 1:
                assert process.poll() is None
            if full == 'while it is unpacked':
                afterwards.callback(toy.disk.fill().unlink)
            told = process.communicate()[0]
        assert process.returncode == 1, told
    assert re.search('No space left|could not be unpacked', told), told
    assert (toy.name, toy.kept) == (first, known)
    assert len(list(versions.iterdir())) == 1, 'the next one takes no room'
    assert 'Mia' in toy.answers(phoenix, 'what is my name')[0]


@pytest.mark.long
def test_a_power_cut_in_the_middle_leaves_one_that_works(toy, phoenix) -> None:
    """In what the kernel had not written yet, too; of fifty cuts tell the tests of `install`."""
    first, known = toy.name, toy.kept
    second = toy.following()
    chance = random.Random(20)
    everything_ends = ('unshare', '--pid', '--fork', '--kill-child')
    for _ in range(CUTS):
        arguments = ('upgrade', second) if toy.name == first else ('rollback',)
        length_s = toy.took_s.get(arguments[0], 60.0)
        with toy.command(*arguments, before=everything_ends) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, 1.2 * length_s))
            toy.disk.cut()
            process.kill()
        toy.disk.remount()
        assert toy.kept == known
        assert 'Mia' in toy.answers(phoenix, 'what is my name')[0]


@pytest.mark.long
def test_it_knows_what_it_was_told_in_the_next_version_and_back_in_the_first(toy, phoenix) -> None:
    first, known = toy.name, toy.kept
    second = toy.following()
    code, told = toy.done('upgrade', second)
    assert code == 0, told
    assert f'phoenix-{toy.name}.tar.gz' == second.name
    assert toy.kept == known
    said = toy.answers(phoenix, 'what is my name', 'my favorite color is green')
    assert 'Mia' in said[0]
    code, told = toy.done('rollback')
    assert code == 0, told
    assert toy.name == first
    assert 'green' in toy.answers(phoenix, 'what is my favorite color')[0]
    assert toy.kept['activity story'] == known['activity story']
    assert toy.kept['activity timer'] == known['activity timer']
