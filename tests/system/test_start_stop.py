"""The toy is started and stopped repeatedly: it leaves nothing behind and reports no fault."""

import re
import socket
from pathlib import Path

import pytest
from layouts import BOTH

ROUNDS = 50
SHARED_MEMORY = Path('/dev/shm')
AMISS = re.compile(r'fault|\[(WARN|ERROR|FATAL)\]|Traceback|Error')


@pytest.mark.long
@pytest.mark.parametrize('layout', BOTH)
def test_nothing_is_left_of_a_toy_that_was_started_and_stopped(phoenix, tmp_path, layout):
    before = set(SHARED_MEMORY.iterdir())
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]  # must be free for each of them
    for number in range(ROUNDS):
        logs = tmp_path / str(number)
        toy = phoenix(
            *('run', '--layout', layout),
            ROS_LOG_DIR=str(logs),
            PHOENIX_TELEMETRY_METRICS_PORT=str(port),
        )
        toy.wait_for('ready')
        code, seconds = toy.interrupt()
        assert (code, toy.left_behind()) == (130, []), toy.output
        assert seconds < 2.0
        told = toy.output + ''.join(path.read_text() for path in logs.rglob('*.log'))
        assert not AMISS.search(told), told
    assert set(SHARED_MEMORY.iterdir()) <= before
