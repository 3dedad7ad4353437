"""Whether another machine of the network runs a toy of the same name."""

import os
import time
from collections.abc import Iterator, Mapping

from phoenix_core import events
from phoenix_core.node import discovery
from phoenix_core.supervision.other_toy import REMEDY
from phoenix_tools.doctor.finding import Finding, fault, ok
from phoenix_tools.ros_context import command_node

FOUND_S = 5.0  # Fast DDS announces itself every 3 s
SPIN_S = 0.1


def same_name(
    namespace: str, here: bool, environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """
    Look for toys of a name where this user has let ROS look beyond this machine.

    :param here: a toy of that name runs on this machine.
    """
    if not _looks_beyond(environ):
        return
    where = f'{namespace} in domain {environ.get("ROS_DOMAIN_ID") or 0}'
    publishers = _publishers(namespace, int(here) + 1)
    if publishers > here:
        yield fault('other toys', f'another machine runs a toy {where}', REMEDY)
    else:
        yield ok('other toys', f'no other machine runs a toy {where}')


def _looks_beyond(environ: Mapping[str, str]) -> bool:
    if environ.get(discovery.PROFILES) == str(discovery.LOOPBACK):
        return False
    found = environ.get(discovery.RANGE, '')
    return found not in ('LOCALHOST', 'OFF') or bool(environ.get('ROS_STATIC_PEERS'))


def _publishers(namespace: str, enough: int) -> int:
    """Return how many publish the condition of a toy of this name."""
    with command_node('doctor', namespace) as (node, executor):
        end = time.monotonic() + FOUND_S
        found = 0
        while found < enough and time.monotonic() < end:
            executor.spin_once(timeout_sec=SPIN_S)
            found = node.count_publishers(events.SYSTEM_STATUS.topic)
    return found
