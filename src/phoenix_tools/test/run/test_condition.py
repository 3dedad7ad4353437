"""Whether a toy as a whole is well."""

import pytest
from phoenix_msgs.msg import CapabilityStatus

from phoenix_tools.run.condition import STABLE_S, Condition

UNKNOWN, OK = CapabilityStatus.UNKNOWN, CapabilityStatus.OK
DEGRADED, LOST = CapabilityStatus.DEGRADED, CapabilityStatus.LOST


def condition(*, supervised: bool = True, vital=('activities',), **levels: int) -> Condition:
    found = Condition(vital)
    if supervised:
        found.on_supervisor(True)
    found.on_status(
        [CapabilityStatus(capability=name, level=level) for name, level in levels.items()], 10.0
    )
    return found


@pytest.mark.parametrize(
    ('levels', 'up_at_once', 'up_later', 'ill', 'text'),
    [
        ({'activities': OK, 'hearing': OK}, True, True, False, 'all well'),
        ({'activities': OK, 'hearing': LOST}, False, True, False, 'hearing lost'),
        ({'activities': DEGRADED, 'hearing': OK}, False, True, False, 'activities degraded'),
        ({'activities': OK, 'hearing': UNKNOWN}, False, False, False, 'hearing starting'),
        ({'activities': LOST, 'hearing': OK}, False, False, True, 'activities lost'),
        ({'activities': UNKNOWN, 'hearing': OK}, False, False, True, 'activities starting'),
        ({'hearing': OK}, False, False, True, 'all well'),
    ],
)
def test_a_toy_is_up_when_all_is_well_or_stays_as_it_is(levels, up_at_once, up_later, ill, text):
    found = condition(**levels)
    assert found.is_up(10.0) == up_at_once
    assert found.is_up(10.0 + STABLE_S) == up_later
    assert found.ill == ill
    assert str(found) == text


def test_a_change_begins_the_time_anew():
    found = condition(activities=OK, hearing=LOST)
    found.on_status([CapabilityStatus(capability='activities', level=DEGRADED)], 14.0)
    assert not found.is_up(10.0 + STABLE_S)
    assert found.is_up(14.0 + STABLE_S)


def test_what_a_supervisor_said_is_void_when_it_dies():
    found = condition(activities=OK)
    found.on_supervisor(False)
    assert found.ill
    assert not found.is_up(1e6)
    assert str(found) == 'no sign of life of the supervisor'
    found.on_supervisor(True)
    assert found.ill
    assert str(found) == 'starting'
    found.on_status([CapabilityStatus(capability='activities', level=OK)], 20.0)
    assert found.is_up(20.0)


def test_one_of_two_machines_without_a_supervisor_answers_for_itself():
    found = condition(supervised=False, vital=())
    assert found.is_up(10.0)
    assert not found.ill
