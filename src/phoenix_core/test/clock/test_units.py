"""Time stamps, seconds and nanoseconds."""

from builtin_interfaces.msg import Time

from phoenix_core.clock import units

AT_NS = 1_700_000_000_250_000_000


def test_a_stamp_is_converted_to_seconds_and_nanoseconds_and_back():
    stamp = Time(sec=1_700_000_000, nanosec=250_000_000)
    assert units.seconds(stamp) == 1_700_000_000.25
    assert units.nanoseconds(stamp) == AT_NS
    assert units.to_stamp(AT_NS) == stamp
