"""One toy per domain and namespace: of real launchers and nodes, which are killed."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from phoenix_core.storage.toy_lock import ToyLock, ToyLockError

LAUNCHER = """
import os, subprocess, sys
from pathlib import Path
from phoenix_core.storage.toy_lock import ToyLock, ToyLockError
if sys.argv[3:]:
    os.seteuid(int(sys.argv[3]))
try:
    lock = ToyLock(sys.argv[2], ['toy', 'helper'], 'composed', folders=[Path(sys.argv[1])])
except ToyLockError as error:
    print('refused', error, flush=True)
    sys.exit(1)
os.seteuid(os.getuid())
node = subprocess.Popen([sys.executable, '-c', '''
from phoenix_core.storage.toy_lock import share
share()
print('node', flush=True)
input()
'''], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **lock.environ})
node.stdout.readline()
print(node.pid, flush=True)
input()
"""


@pytest.fixture
def folder():
    # Not in tmp_path, into which no other user sees: each start of pytest sees to that again.
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o1777)
        yield Path(path)


@pytest.fixture
def launcher(folder):
    """Start a launcher with one node; return it, and the node's process or the refusal."""
    started = []

    def start(namespace='/phoenix', *user, domain='7'):
        command = [sys.executable, '-c', LAUNCHER, str(folder), namespace, *user]
        environ = {**os.environ, 'ROS_DOMAIN_ID': domain}
        pipe = subprocess.PIPE
        one = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environ)
        started.append(one)
        return one, one.stdout.readline().strip()

    yield start
    for one in started:
        one.kill()
        one.communicate()


def take(folder, namespace='/phoenix', sides=('toy', 'helper'), domain='7'):
    return ToyLock(namespace, sides, 'composed', {'ROS_DOMAIN_ID': domain}, [folder])


def test_the_second_is_told_who_runs_the_first(launcher, folder):
    first, _ = launcher()
    second, told = launcher()
    assert second.wait(20) == 1
    assert told.startswith(
        f'refused a toy /phoenix runs already in domain 7: process {first.pid} '
    )
    assert 'of user root, since 20' in told or os.geteuid()
    assert 'layout composed; end it first, or give' in told


def test_toys_of_other_names_and_domains_do_not_mind(launcher, folder):
    launcher()
    take(folder, '/other').close()
    take(folder, '/phoenix/left').close()
    take(folder, domain='8').close()


def test_the_two_sides_of_a_toy_are_one_toy(folder):
    with take(folder, sides=['toy']), take(folder, sides=['helper']):
        for sides in (['toy'], ['helper'], ['toy', 'helper']):
            with pytest.raises(ToyLockError):
                take(folder, sides=sides)
    take(folder).close()


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM])
def test_of_a_launcher_that_was_killed_the_nodes_hold_it_until_they_end(launcher, folder, number):
    first, node = launcher()
    # The node's input is closed with its launcher: keep it from noticing.
    os.kill(int(node), signal.SIGSTOP)
    first.send_signal(number)
    first.wait(20)
    second, told = launcher()
    assert second.wait(20) == 1
    assert f'it has ended and has left behind the processes {node}' in told
    assert told.endswith(f'kill {node}')
    os.kill(int(node), signal.SIGKILL)
    take(folder).close()


def test_one_that_ends_a_moment_after_its_launcher_is_waited_for(launcher, folder):
    first, _ = launcher()
    first.kill()  # which closes the node's input
    first.wait(20)
    take(folder).close()


def test_what_a_launcher_has_written_down_does_not_block(launcher, folder):
    take(folder).close()
    for file in folder.iterdir():
        file.write_text('{"pid": 1, "user"')  # a power cut
    with take(folder), pytest.raises(ToyLockError, match=f'process {os.getpid()} of user'):
        take(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason='becoming another user takes root')
def test_it_is_one_for_all_users(launcher, folder):
    first, node = launcher('/phoenix', '65534')
    assert node.isdecimal(), node
    with pytest.raises(ToyLockError, match=f'process {first.pid} of user nobody'):
        take(folder)
    first.kill()
    first.wait(20)
    take(folder).close()
    _, node = launcher('/phoenix', '65534')
    assert node.isdecimal(), node


def test_a_folder_that_is_not_everybodys_is_passed_over(folder, tmp_path):
    other = tmp_path / 'own'
    other.mkdir()
    lock = ToyLock('/phoenix', ['toy'], 'composed', {}, [tmp_path / 'gone', other, folder])
    assert len(list(folder.iterdir())) == 1
    lock.close()
    with pytest.raises(ToyLockError, match='no lock can be made in'):
        ToyLock('/phoenix', ['toy'], 'composed', {}, [other])
