"""The discovery of nodes, depending on the environment."""

import pytest

from phoenix_core.node.discovery import LOOPBACK, PROFILES, RANGE, stay_private

BOUND = {RANGE: 'SUBNET', PROFILES: str(LOOPBACK)}


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
