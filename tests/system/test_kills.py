"""The toy is killed at any moment of its start and its end: nothing of it is left behind."""

import os
import random
import signal
import time

import pytest
from layouts import BOTH, COMPOSED, COMPOSED_FIRST

STARTS_WITHIN_S = 8.0
MANY = 30


@pytest.mark.parametrize(
    ('layout', 'number', 'rounds'),
    [
        (COMPOSED, signal.SIGKILL, 1),
        *(
            pytest.param(layout, number, MANY, marks=pytest.mark.long)
            for layout in BOTH
            for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        ),
    ],
)
def test_whenever_run_is_ended_nothing_is_left(phoenix, tmp_path, layout, number, rounds):
    chance = random.Random(f'{layout} {number}')
    for _ in range(rounds):
        toy = phoenix('run', '--layout', layout, TMPDIR=str(tmp_path))
        time.sleep(chance.uniform(0.0, STARTS_WITHIN_S))  # any moment of the start, and after it
        os.kill(toy.process.pid, number)
        if chance.random() < 0.5:  # a second one, into the middle of the end
            time.sleep(chance.uniform(0.0, 0.5))
            if toy.process.poll() is None:
                os.kill(toy.process.pid, number)
        toy.end(timeout_s=30)
        assert toy.left_behind(within_s=5.0) == []
        assert 'Traceback' not in toy.output, toy.output
        assert list(tmp_path.iterdir()) == []  # no settings, sockets or locks of a launch


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_after_kills_of_anything_at_once_the_next_start_is_as_the_first(phoenix, layout):
    toy = phoenix('run', '--layout', layout)
    toy.wait_for('ready')
    for process in toy.processes():
        if process != toy.process.pid:
            os.kill(process, signal.SIGKILL)  # the supervisor, the nodes and the guard together
    os.kill(toy.process.pid, signal.SIGKILL)
    toy.end(timeout_s=30)
    assert toy.left_behind(within_s=5.0) == []
    again = phoenix('run', '--layout', layout)
    again.wait_for('ready')
    assert again.interrupt()[0] == 130
    assert again.left_behind(within_s=5.0) == []
