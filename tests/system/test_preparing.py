"""One preparation at a time, also when the one before was killed and left a build behind."""

import os
import signal
import subprocess
import sys

import pytest
from front_door import ROOT

PREPARE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import prepare_environment as preparing
preparing.ROOT, preparing.LOG = Path(sys.argv[2]), Path(sys.argv[2]) / 'log'
with (Path(sys.argv[2]) / 'lock').open('w') as lock:
    preparing.wait_for_others(lock)
    print('prepares', flush=True)
    build = ['sh', '-c', 'echo $$ > building; read end < go; echo built >> log']
    preparing.run(build, dict(os.environ), 'no')
"""


@pytest.fixture
def prepare(tmp_path):
    os.mkfifo(tmp_path / 'go')
    started = []

    def start():
        command = [sys.executable, '-c', PREPARE, str(ROOT / 'scripts'), str(tmp_path)]
        started.append(subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize('killed', [True, False])
def test_a_second_one_waits_for_what_is_left_of_the_first(prepare, tmp_path, killed, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = prepare()
    assert first.stdout.readline() == 'prepares\n'
    with (tmp_path / 'go').open('w') as go:  # opens when the build reads
        if killed:
            first.send_signal(signal.SIGKILL)
            first.wait()
        second = prepare()
        assert second.stdout.readline() == 'Phoenix: waiting for another preparation to end\n'
        assert second.poll() is None
        go.write('end\n')
    assert second.stdout.readline() == 'prepares\n'
    assert 'built' in (tmp_path / 'log').read_text()
    with (tmp_path / 'go').open('w') as go:
        go.write('end\n')
    assert second.wait(10) == 0
