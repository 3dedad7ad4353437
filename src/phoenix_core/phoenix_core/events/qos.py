"""
The qualities of service that Phoenix events use.

A stream carries samples at a rate, an event must not be lost, late subscribers know a state and
what was latched.
"""

import copy

from rclpy.duration import Duration
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)

STREAM = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=50,  # two seconds of audio frames: a busy consumer catches up without loss
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
)

LOSSY_STREAM = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=5,
    reliability=ReliabilityPolicy.BEST_EFFORT,
    durability=DurabilityPolicy.VOLATILE,
)

EVENT = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=20,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
)

LATCHED_EVENT = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=20,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

STATE = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

# Carries no messages. Who does not assert its liveliness for the length of the lease is dead.
ALIVE = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
    liveliness=LivelinessPolicy.MANUAL_BY_TOPIC,
    liveliness_lease_duration=Duration(seconds=0.6),
)

_LATCHED_READ = 200  # messages: what all nodes together may have latched when a subscriber comes


def subscription(offered: QoSProfile) -> QoSProfile:
    """Return what a subscriber asks for; of what is latched, it takes that of many publishers."""
    requested = copy.copy(offered)
    if offered.durability == DurabilityPolicy.TRANSIENT_LOCAL:
        requested.depth = max(offered.depth, _LATCHED_READ)
    return requested


def describe(profile: QoSProfile) -> str:
    """Name a profile and what it promises: event (reliable, volatile, last 20)."""
    names = {'STREAM', 'LOSSY_STREAM', 'EVENT', 'LATCHED_EVENT', 'STATE'}
    name = next((name for name in names if globals()[name] is profile), 'own profile')
    return (
        f'{_words(name)} ({_words(profile.reliability.name)}, {_words(profile.durability.name)}, '
        f'last {profile.depth})'
    )


def _words(name: str) -> str:
    return name.lower().replace('_', ' ')
