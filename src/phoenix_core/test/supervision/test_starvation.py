"""Real processes that sleep, work, or get no processor."""

import os
import subprocess
import sys
import time

import pytest

from phoenix_core.supervision.starvation import MOST_UNWATCHED_S, Starvation, WatchedTime

SPIN = 'while True: pass'
SLEEP = 'import time; print(flush=True); time.sleep(60)'


@pytest.fixture
def start():
    started = []

    def start(program, **options):
        started.append(subprocess.Popen([sys.executable, '-c', program], **options))
        return started[-1].pid

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def sleeper(start):
    """Return a function that starts one that sleeps; starting takes time on a busy core."""

    def start_sleeper(**options):
        reading, writing = os.pipe()
        pid = start(SLEEP, stdout=writing, **options)
        os.close(writing)
        with os.fdopen(reading) as output:
            output.readline()
        return pid

    return start_sleeper


def holds(pid, seconds=1.0):
    """Ask for so long, and return the last answer."""
    starvation, until_s = Starvation(), time.monotonic() + seconds
    while time.monotonic() < until_s:
        answer = starvation.holds(pid)
        time.sleep(0.05)
    return answer


def test_a_process_that_sleeps_is_not_starved(sleeper):
    assert not holds(sleeper())


@pytest.mark.long
def test_a_process_that_shares_one_core_with_many_is_starved(start, sleeper):
    core = {min(os.sched_getaffinity(0))}
    on_it = {'preexec_fn': lambda: os.sched_setaffinity(0, core)}
    pids = [start(SPIN, **on_it) for _ in range(6)]
    assert holds(pids[0])
    assert not holds(sleeper(**on_it))  # who sleeps hangs, however busy the machine is


def test_a_process_that_is_gone():
    assert not holds(2**22 + 1, 0.3)


def test_time_that_the_supervisor_could_not_watch_does_not_count():
    now_s = 50.0
    watched = WatchedTime(lambda: now_s)
    begun_s = watched.now_s()
    for _ in range(100):
        now_s += 0.05
        watched.now_s()
    assert watched.now_s() - begun_s == pytest.approx(5.0)
    now_s += 60  # stopped
    assert watched.now_s() - begun_s == pytest.approx(5.0 + MOST_UNWATCHED_S)
