"""The doctor looks for other toys only where a toy would see them."""

import pytest

from phoenix_core.node import discovery
from phoenix_tools.doctor import other_toys
from phoenix_tools.doctor.finding import Level

BOUND = {discovery.RANGE: 'SUBNET', discovery.PROFILES: str(discovery.LOOPBACK)}
SUBNET = {discovery.RANGE: 'SUBNET', 'ROS_DOMAIN_ID': '7'}


@pytest.mark.parametrize('environ', [BOUND, {discovery.RANGE: 'LOCALHOST'}])
def test_a_toy_bound_to_this_machine_sees_none(environ, monkeypatch):
    monkeypatch.setattr(other_toys, '_publishers', lambda *_: pytest.fail('nobody is asked'))
    assert list(other_toys.same_name('/phoenix', here=False, environ=environ)) == []


@pytest.mark.parametrize(
    ('here', 'found', 'level'),
    [
        (False, 0, Level.OK),
        (True, 1, Level.OK),
        (False, 1, Level.FAULT),
        (True, 2, Level.FAULT),
    ],
)
def test_more_than_the_own_is_a_fault(here, found, level, monkeypatch):
    monkeypatch.setattr(other_toys, '_publishers', lambda *_: found)
    told = list(other_toys.same_name('/phoenix', here=here, environ=SUBNET))
    assert [one.level for one in told] == [level]
    assert '/phoenix in domain 7' in told[0].text
