"""Only a process that carries the mark of the launch and the name of the node may be killed."""

import os
import signal
import socket
import subprocess

import pytest

from phoenix_core.settings.environment import LAUNCH_ID, LAUNCHED_NODES
from phoenix_core.supervision import launched
from phoenix_core.supervision.launched import LaunchedProcesses
from phoenix_core.supervision.state import Process

MINE = {LAUNCH_ID: 'abc', LAUNCHED_NODES: 'ear,mind'}


@pytest.fixture
def start():
    started = []

    def start(environ):
        command = ['/bin/sh', '-c', 'echo runs; read end']
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe))
        assert started[-1].stdout.readline() == b'runs\n'
        return Process(socket.gethostname(), started[-1].pid)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_marked_process_is_known_by_its_nodes(start):
    process = start(MINE)
    known = LaunchedProcesses(MINE)
    assert known.runs(process, 'ear')
    assert known.runs(process, 'mind')
    for name in ('', 'e', 'ear,mind', 'mouth'):
        assert not known.runs(process, name)


@pytest.mark.parametrize(
    'marks',
    [
        {},
        {LAUNCHED_NODES: 'ear'},
        {LAUNCH_ID: 'abc'},
        {LAUNCH_ID: 'abcd', LAUNCHED_NODES: 'ear'},
        {'MY_' + LAUNCH_ID: 'abc', LAUNCHED_NODES: 'ear'},
    ],
)
def test_any_other_process_is_strange(start, marks):
    process = start(marks)
    known = LaunchedProcesses(MINE)
    assert not known.runs(process, 'ear')
    assert known.open(process, 'ear') is None


def test_without_a_launcher_nothing_is_launched(start):
    assert not LaunchedProcesses({}).runs(start(MINE), 'ear')
    assert not LaunchedProcesses({LAUNCH_ID: ''}).runs(start({**MINE, LAUNCH_ID: ''}), 'ear')


@pytest.mark.parametrize('pid', [-1, 0, 1, 2**22 + 1, 2**31, 2**64])
def test_identifiers_that_no_launcher_gives(pid):
    known = LaunchedProcesses(MINE)
    assert known.open(Process(socket.gethostname(), pid), 'ear') is None


def test_a_process_of_another_machine_cannot_be_known(start):
    assert not LaunchedProcesses(MINE).runs(Process('elsewhere', start(MINE).pid), 'ear')


def test_a_signal_reaches_the_process_and_never_its_successor(start):
    process = start(MINE)
    descriptor = LaunchedProcesses(MINE).open(process, 'ear')
    assert descriptor is not None
    launched.send(descriptor, signal.SIGKILL)
    assert os.waitpid(process.pid, 0)[1] == signal.SIGKILL
    launched.send(descriptor, signal.SIGKILL)  # without effect: it has ended
    os.close(descriptor)
