"""
Quality of service profiles of the events.

Each profile keeps the last `depth` messages. Unless stated otherwise it is reliable and volatile:
a late subscriber gets only what is published after it has been matched.
"""

import copy

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy

# Samples at a rate. Two seconds of audio frames, so that a busy consumer catches up without loss.
STREAM = QoSProfile(depth=50)

# Samples at a rate, of which some may be lost.
LOSSY_STREAM = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)

# Something that happened or is requested.
EVENT = QoSProfile(depth=20)

# An event that late subscribers need, too.
LATCHED_EVENT = QoSProfile(depth=20, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# The current value; late subscribers get it, too.
STATE = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# Carries no messages. A publisher that does not assert its liveliness within the lease is dead.
ALIVE = QoSProfile(
    depth=1,
    liveliness=LivelinessPolicy.MANUAL_BY_TOPIC,
    liveliness_lease_duration=Duration(seconds=0.6),
)

_LATCHED_READ = 200  # messages: the latched ones of all publishers of a topic together


def subscription(offered: QoSProfile) -> QoSProfile:
    """Return the profile of a subscriber, deep enough for the latched messages of many nodes."""
    requested = copy.copy(offered)
    if offered.durability == DurabilityPolicy.TRANSIENT_LOCAL:
        requested.depth = max(offered.depth, _LATCHED_READ)
    return requested


def describe(profile: QoSProfile) -> str:
    """Return the name of a profile and its policies: event (reliable, volatile, last 20)."""
    name = next((name for name, value in globals().items() if value is profile), 'own profile')
    return (
        f'{_words(name)} ({_words(profile.reliability.name)}, {_words(profile.durability.name)}, '
        f'last {profile.depth})'
    )


def _words(name: str) -> str:
    return name.lower().replace('_', ' ')
