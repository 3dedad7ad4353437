"""The health of a node, and the limit of faults with the same code."""

from phoenix_msgs.msg import CapabilityStatus

from phoenix_core.node.health import MOST_IN_PERIOD, PERIOD_S, FaultLimit, Health

DEGRADED, LOST, OK = CapabilityStatus.DEGRADED, CapabilityStatus.LOST, CapabilityStatus.OK


def test_the_worst_trouble_counts_until_it_is_healed():
    health = Health()
    assert (health.level, health.message) == (OK, '')
    health.impair('voice_failed', DEGRADED, 'piper is gone')
    health.impair('device_lost', LOST, 'unplugged')
    health.impair('device_lost', LOST, 'unplugged, still')
    assert health.level == LOST
    assert health.message == 'voice_failed: piper is gone; device_lost: unplugged, still'
    assert health.heal('device_lost')
    assert not health.heal('device_lost')
    assert (health.level, health.message) == (DEGRADED, 'voice_failed: piper is gone')


def test_a_flood_of_one_code_is_cut_and_counted_and_other_codes_get_through():
    now = 0.0
    limit = FaultLimit(lambda: now)
    assert [limit.admit('flood') for _ in range(MOST_IN_PERIOD)] == [0] * MOST_IN_PERIOD
    assert [limit.admit('flood') for _ in range(7)] == [None] * 7
    assert limit.admit('other') == 0
    now = PERIOD_S
    assert limit.admit('flood') == 7
    assert limit.admit('flood') == 0
