"""The discovery of nodes, depending on the environment."""

import os
import subprocess
import sys

import pytest

from phoenix_core.node.discovery import LOOPBACK, PROFILES, RANGE, stay_private

BOUND = {RANGE: 'SUBNET', PROFILES: str(LOOPBACK)}
SUBSCRIBE = """
import rclpy
from psutil import Process
from phoenix_core import events

rclpy.init()
node = rclpy.create_node('listener')
node.create_subscription(events.TRANSCRIPT.message, 'first', print, events.TRANSCRIPT.qos)
before = Process().memory_full_info().uss
for number in range(100):
    node.create_subscription(
        events.TRANSCRIPT.message, f'topic_{number}', print, events.TRANSCRIPT.qos
    )
print(Process().memory_full_info().uss - before)
"""


@pytest.mark.parametrize(
    ('environ', 'added'),
    [
        ({}, BOUND),
        ({'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp'}, BOUND),
        ({'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'}, {RANGE: 'LOCALHOST'}),
        ({'ROS_STATIC_PEERS': '192.168.1.20'}, {RANGE: 'LOCALHOST'}),
        ({PROFILES: 'mine.xml'}, {RANGE: 'LOCALHOST'}),
        ({RANGE: 'SUBNET'}, {}),
        (BOUND, {}),
    ],
)
def test_nobody_else_finds_the_nodes_unless_the_user_wants_it(environ, added):
    environment = dict(environ)
    stay_private(environment)
    assert environment == {**environ, **added}


def test_histories_take_memory_when_something_is_in_them():
    def cost(environ):
        found = subprocess.run(
            [sys.executable, '-c', SUBSCRIBE], env=environ, capture_output=True, check=True
        )
        return int(found.stdout)

    as_it_comes = {name: value for name, value in os.environ.items() if name != PROFILES}
    assert cost({**os.environ, **BOUND}) < 0.5 * cost({**as_it_comes, RANGE: 'LOCALHOST'})
