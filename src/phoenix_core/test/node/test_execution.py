"""Running nodes as processes, as launch files do."""

import os
import signal
import subprocess
import sys

import psutil
import pytest
from domain_coordinator import domain_id
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from phoenix_msgs.msg import NodeStatus

from phoenix_core import events
from phoenix_core.node.discovery import PROFILES, RANGE
from phoenix_core.testing import TestGraph

NODE = """
import sys, time
from phoenix_core.node import execution
from phoenix_core.node.execution import run
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings, setting

class Settings(NodeSettings):
    gain: float = setting(1.0, 'How much.', ge=0, le=2)

class Sleeper(EventNode):
    settings: Settings

    def activate(self):
        print('active', flush=True)
        if 'hang' in sys.argv:
            execution.REARM_PERIOD_S, execution.HANG_LIMIT_S = 0.0, 0.5
            self.after(1.0, self.hang)  # as long as it proceeds, the limit is no matter

    def hang(self):
        print('hangs', flush=True)
        time.sleep(3600)

    def cleanup(self):
        print('cleaned up', flush=True)

run([Sleeper])
"""


@pytest.fixture
def start():
    with domain_id() as domain:

        def start(*arguments, **environment):
            known = {k: v for k, v in os.environ.items() if k not in (RANGE, PROFILES)}
            return subprocess.Popen(
                [sys.executable, '-c', NODE, *arguments],
                env={**known, 'ROS_DOMAIN_ID': str(domain), **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        yield start


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_node_comes_up_by_itself_and_goes_down_in_order(start, number):
    node = start()
    assert node.stdout.readline() == 'active\n'
    node.send_signal(number)
    output, _ = node.communicate(timeout=10)
    assert output == 'cleaned up\n'
    assert node.returncode == 0


def test_further_sigints_do_not_interrupt_the_end(start):
    node = start()
    assert node.stdout.readline() == 'active\n'
    while node.poll() is None:  # ros2 launch repeats the one of the terminal, at any moment
        node.send_signal(signal.SIGINT)
    assert node.stdout.read() == 'cleaned up\n'
    assert node.returncode == 0


def test_what_hangs_tells_where_and_ends_without_anybody_s_help(start):
    output, _ = (node := start('hang')).communicate(timeout=20)
    assert output.startswith('active\nhangs\nTimeout')
    assert ' in hang\n' in output
    assert node.returncode == 1


@pytest.mark.parametrize(
    ('environment', 'private'),
    [({}, True), ({RANGE: 'SUBNET'}, False), ({RANGE: 'LOCALHOST'}, False)],
)
def test_the_network_reaches_a_node_only_when_asked_for(start, environment, private):
    node = start(**environment)
    assert node.stdout.readline() == 'active\n'
    addresses = {one.laddr.ip for one in psutil.Process(node.pid).net_connections('udp')}
    # What is bound to a multicast address hears what is sent within the machine alone: the
    # membership is that of the loopback interface.
    assert (addresses == {'127.0.0.1', '239.255.0.1'}) is private
    node.kill()
    node.communicate()


@pytest.mark.parametrize(
    ('arguments', 'environment', 'problem'),
    [
        ([], {'PHOENIX_SLEEPER_GAIN': '3'}, 'PHOENIX_SLEEPER_GAIN for gain: input should be less'),
        (['--ros-args', '-p', 'gain:=3.0'], {}, 'ROS parameter sleeper.gain'),
        (['--ros-args', '-p', 'gain:=loud'], {}, 'ROS parameter sleeper.gain'),
        (['--ros-args', '-p', 'profile:=/none.yaml'], {}, '/none.yaml: No such file'),
    ],
)
def test_a_refused_setting_ends_the_process_with_one_line(start, arguments, environment, problem):
    node = start(*arguments, **environment)
    output, _ = node.communicate(timeout=10)
    assert node.returncode == 2
    assert output.startswith('phoenix: ')
    assert problem in output
    assert len(output.splitlines()) == 1


def test_a_node_that_must_not_start_by_itself_waits(start):
    node = start('--ros-args', '-p', 'autostart:=false')
    node.send_signal(signal.SIGINT)
    output, _ = node.communicate(timeout=10)
    assert 'active' not in output


def test_a_node_that_is_shut_down_is_rebuilt_in_place():
    with TestGraph() as graph:
        probe = graph.probe(records=[events.NODE_STATUS])
        node = subprocess.Popen(
            [sys.executable, '-c', NODE],
            env={**os.environ, 'ROS_DOMAIN_ID': str(graph.domain)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        client = probe.create_client(ChangeState, 'sleeper/change_state')
        request = ChangeState.Request()
        request.transition.id = Transition.TRANSITION_ACTIVE_SHUTDOWN

        def active(status):
            return (status.header.producer, status.state) == ('sleeper', NodeStatus.ACTIVE)

        for count in range(1, 4):
            probe.expect_count(events.NODE_STATUS, count, active)
            assert client.wait_for_service(10)
            graph.call(lambda: client.call_async(request))
        probe.expect_count(events.NODE_STATUS, 4, active)
        node.send_signal(signal.SIGINT)
        output, _ = node.communicate(timeout=10)
        # ROS warns that the log has a second publisher of that name, until the old one is freed.
        said = [line for line in output.splitlines() if not line.startswith('[WARN]')]
        assert said == ['active', 'cleaned up'] * 4
        assert node.returncode == 0
