"""The power fails while a version comes: afterwards a toy that works is there, with its state."""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from failing_disk import Disk
from installed_toy import KEPT, Toy

GO_OVER = str(Path(__file__).with_name('go_over.py'))
MANY = pytest.param(50, marks=pytest.mark.long)


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    """Return a mounted disk."""
    if reason := Disk.cannot():
        pytest.skip(reason)
    disk = Disk(tmp_path / 'image', tmp_path / 'disk', 64)
    yield disk
    disk.unmount()


@pytest.mark.parametrize('cuts', [3, MANY])
def test_everything_is_killed(tmp_path, cuts):
    endure(Toy(tmp_path), cuts, lambda process: process.kill())


@pytest.mark.parametrize('cuts', [3, MANY])
def test_the_disk_loses_what_was_not_written(disk, cuts):
    def lose_power(process: 'subprocess.Popen[bytes]') -> None:
        disk.cut()
        process.kill()
        process.wait()
        disk.remount()

    endure(Toy(disk.folder), cuts, lose_power)


def endure(toy: Toy, cuts: int, lose_power: Callable[['subprocess.Popen[bytes]'], None]) -> None:
    """Go over from one version to another, again and again, and lose the power meanwhile."""
    toy.operations().go_over_to(toy.source('A'))
    toy.keep(**KEPT)
    chance = random.Random(20)
    sources = {name: toy.source(name, form=2) for name in 'BC'}
    last = toy.source('D', form=2)
    begun = time.monotonic()
    go_over(toy, sources['B'])
    length_s = time.monotonic() - begun
    os.sync()  # the sources
    found = []
    for _ in range(cuts):
        other = 'C' if toy.name == 'B' else 'B'
        with start(toy, sources[other]) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, 1.2 * length_s))
            ended = process.poll()
            lose_power(process)
        assert ended != 0 or toy.name == other, 'what was said to be done is done'
        assert (toy.kept, toy.starts()) == (KEPT, '')
        found.append(toy.name)
    assert set(found) == {'B', 'C'} or cuts < 50
    go_over(toy, last)  # and nothing stands in the way of the next one
    assert (toy.name, toy.kept) == ('D', KEPT)


def start(toy: Toy, source: Path) -> 'subprocess.Popen[bytes]':
    """Start an upgrade in a process namespace, in which everything ends with the first process."""
    user = [] if os.geteuid() == 0 else ['--user', '--map-root-user']
    return subprocess.Popen(
        [
            *('unshare', *user, '--pid', '--fork', '--kill-child'),
            *(sys.executable, GO_OVER, str(toy.folder), str(source)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def go_over(toy: Toy, source: Path) -> None:
    with start(toy, source) as process:
        assert process.wait() == 0
