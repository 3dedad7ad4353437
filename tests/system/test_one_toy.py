"""A second toy of the same name is refused, whoever starts it, as long as the first lives."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from layouts import COMPOSED_FIRST


@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_the_second_says_who_runs_the_first_and_the_first_goes_on(phoenix, layout):
    first = phoenix('run', '--layout', layout)
    first.wait_for('ready')
    second = phoenix('run')
    assert second.end() == 1
    told = f'a toy /phoenix runs already in domain {first.domain}: process {first.process.pid} '
    assert f'phoenix: {told}' in second.output
    assert f'layout {layout}; end it first' in second.output
    assert second.left_behind() == []
    assert first.interrupt()[0] == 130
    assert 'lost' not in first.output


@pytest.mark.long
def test_one_whose_launcher_was_killed_does_not_keep_the_next_from_starting(phoenix):
    first = phoenix('run')
    first.wait_for('ready')
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    second = phoenix('run')
    second.wait_for('ready')
    assert second.interrupt()[0] == 130


def test_a_misspelt_node_in_the_environment_is_refused_before_anything_starts(phoenix):
    toy = phoenix('run', PHOENIX_WAKEWORD_THRESHOLD='0.7')
    assert toy.end() == 1
    assert 'did you mean PHOENIX_WAKE_WORD_THRESHOLD?' in toy.output


LOCKS = Path('/proc/locks')


def wait_until(holds, timeout_s=60.0):
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# What `ros2 launch phoenix_bringup phoenix.launch.py` does.
LAUNCH = """
import sys
from launch import LaunchService
from phoenix_bringup.launch_actions import launch_description
service = LaunchService(noninteractive=True)
service.include_launch_description(launch_description())
sys.exit(service.run())
"""


@pytest.fixture
def launch(phoenix):
    """Start the launch file of ROS on the domain of a toy."""
    pytest.importorskip('launch_ros', reason='needs launch and launch_ros, which are not on PyPI')
    started = []

    def start(toy):
        environ = {**os.environ, 'ROS_DOMAIN_ID': str(toy.domain)}
        pipe = subprocess.PIPE
        command = [sys.executable, '-c', LAUNCH]
        started.append(
            subprocess.Popen(
                command, env=environ, stdout=pipe, stderr=subprocess.STDOUT, text=True
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.send_signal(signal.SIGINT)
        one.communicate()


def test_ros2_launch_is_refused(phoenix, launch):
    first = phoenix('run')
    first.wait_for('ready')
    second = launch(first)
    told, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f'runs already in domain {first.domain}: process {first.process.pid} of user' in told
    assert first.interrupt()[0] == 130


def test_what_ros2_launch_leaves_behind_is_told_and_refuses(phoenix, launch):
    toy = phoenix('run', '--dry-run')  # for its domain
    assert toy.end() == 0
    first = launch(toy)
    nodes: list[str] = []
    while len(nodes) < 2:
        nodes += re.findall(r'process started with pid \[(\d+)\]', first.stdout.readline())
    wait_until(lambda: set(nodes) <= {line.split()[4] for line in LOCKS.read_text().splitlines()})
    while_it_runs = phoenix('run')
    assert while_it_runs.end() == 1
    assert f': process {first.pid} of user' in while_it_runs.output
    first.kill()
    first.wait()
    second = phoenix('run')
    assert second.end() == 1
    found = re.search(r'left behind the processes ([\d ]+); end them first', second.output)
    assert found, second.output
    assert found[1].split() == sorted(nodes, key=int)
    for pid in found[1].split():
        os.kill(int(pid), signal.SIGKILL)
    third = phoenix('run')
    third.wait_for('ready')
    assert third.interrupt()[0] == 130
