"""The toy where what it takes for granted is not there: a home, its folders, shared memory."""

import os
import subprocess
from pathlib import Path

import pytest
from front_door import ROOT

REQUEST = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'


@pytest.fixture
def mounted(tmp_path):
    """Mount a small file system; return its folder."""
    if os.geteuid() != 0:
        pytest.skip('mounting a tmpfs takes root')
    folders = []

    def mount(options: str, at: Path | None = None) -> Path:
        folder = at or tmp_path / f'mounted{len(folders)}'
        folder.mkdir(exist_ok=True)
        command = ['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f'cannot mount a tmpfs: {mounted.stderr.strip()}')
        folders.append(folder)
        return folder

    yield mount
    for folder in reversed(folders):
        subprocess.run(['umount', '--lazy', folder], check=True)


def without(phoenix, *names):
    """Play a request to a toy without some environment variables."""
    unset = [part for name in names for part in ('-u', name)]
    toy = phoenix('run', '--play', str(REQUEST), before=('env', *unset))
    return toy, toy.end()


@pytest.mark.long
def test_without_a_home_it_answers_and_says_that_it_keeps_nothing(phoenix):
    names = ('HOME', 'XDG_STATE_HOME', 'ROS_HOME', 'ROS_LOG_DIR')
    toy, code = without(phoenix, *names)
    assert code == 0, toy.output
    assert 'memory of anything over a restart: HOME is not set' in toy.output
    assert 'Traceback' not in toy.output


@pytest.mark.long
def test_with_a_home_that_is_read_only_it_runs_and_says_why_it_does_not_hear(phoenix, mounted):
    home = mounted('ro')
    toy = phoenix('run', HOME=str(home), XDG_STATE_HOME='', ROS_LOG_DIR='')
    # A mute that does not last is none: the ear stays shut.
    toy.wait_for_all('ready  ', 'mute_not_kept', 'hearing lost')
    assert f'memory of anything over a restart: {home}' in toy.output
    assert 'Traceback' not in toy.output
    assert toy.interrupt()[0] == 130


def in_own_mounts(command: str) -> tuple[str, ...]:
    """Return what comes before a command so that it sees other mounts than everybody."""
    if os.geteuid() != 0:
        pytest.skip('mounting a tmpfs takes root')
    return ('unshare', '--mount', 'sh', '-c', f'{command} && exec "$@"', 'sh')


def test_with_shared_memory_that_is_full_it_says_so_and_ends(phoenix):
    full = 'mount -t tmpfs -o size=4k tmpfs /dev/shm && head -c 4096 /dev/zero >/dev/shm/x'
    toy = phoenix('run', before=in_own_mounts(full))
    assert toy.end() == 1
    assert toy.output.strip() == (
        'phoenix: /dev/shm is full, ROS needs 4 KB of it; see what fills it: ls -lS /dev/shm'
    )


@pytest.mark.long
@pytest.mark.parametrize('options', ['ro', pytest.param('size=64k', marks=pytest.mark.long)])
def test_it_does_with_little_shared_memory_and_without(phoenix, options):
    mount = f'mount -t tmpfs -o {options} tmpfs /dev/shm'
    toy = phoenix('run', '--play', str(REQUEST), before=in_own_mounts(mount))
    assert toy.end() == 0, toy.output
