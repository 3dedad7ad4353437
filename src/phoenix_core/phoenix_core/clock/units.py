"""Convert between ROS time stamps, nanoseconds and seconds."""

from typing import Final

from builtin_interfaces.msg import Time

NANOSECONDS_PER_SECOND: Final = 1_000_000_000


def seconds(stamp: Time) -> float:
    """Return a time stamp in seconds."""
    return float(stamp.sec + stamp.nanosec / NANOSECONDS_PER_SECOND)


def nanoseconds(stamp: Time) -> int:
    """Return a time stamp in nanoseconds."""
    return int(stamp.sec * NANOSECONDS_PER_SECOND + stamp.nanosec)


def to_stamp(nanoseconds: int) -> Time:
    """Return the time stamp of a time in nanoseconds."""
    sec, nanosec = divmod(nanoseconds, NANOSECONDS_PER_SECOND)
    return Time(sec=sec, nanosec=nanosec)
