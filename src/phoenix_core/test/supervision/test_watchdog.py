"""The watchdog with real processes that hang, stop or end."""

import signal
import subprocess
import sys

import psutil
import pytest

SCRIPT = """
import os, signal, sys, time
from phoenix_core.supervision.watchdog import Watchdog
watchdog = Watchdog(0.5)
print(watchdog.pid, flush=True)
sys.stdin.readline()  # nothing has been fed yet
for _ in range(20):
    watchdog.feed()
    time.sleep(0.05)
match sys.argv[1]:
    case 'hang':
        time.sleep(60)
    case 'stop':
        os.kill(os.getpid(), signal.SIGSTOP)
    case 'die':
        os.kill(os.getpid(), signal.SIGTERM)
    case 'lose it':
        os.kill(watchdog.pid, signal.SIGKILL)
        watchdog.feed()
"""


@pytest.mark.parametrize(
    ('what', 'code'),
    [
        ('hang', -signal.SIGKILL),
        pytest.param('stop', -signal.SIGKILL, marks=pytest.mark.long),
        pytest.param('die', -signal.SIGTERM, marks=pytest.mark.long),
        ('end', 0),
        pytest.param('lose it', 0, marks=pytest.mark.long),
    ],
)
def test_the_watchdog_kills_a_process_that_does_not_feed_it_and_ends_with_one_that_ends(
    what, code
):
    command = [sys.executable, '-c', SCRIPT, what]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        dog = psutil.Process(int(process.stdout.readline()))
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)  # twice its patience: it does not count yet
        process.communicate('\n', timeout=20)
    assert process.returncode == code
    _, alive = psutil.wait_procs([dog], timeout=10)
    assert not alive
