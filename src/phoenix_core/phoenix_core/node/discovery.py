"""Restricts the discovery of nodes to this machine: a ROS graph exposes the microphone."""

import os
from collections.abc import MutableMapping
from pathlib import Path

RANGE = 'ROS_AUTOMATIC_DISCOVERY_RANGE'
PROFILES = 'FASTRTPS_DEFAULT_PROFILES_FILE'
LOOPBACK = Path(__file__).with_name('loopback.xml')


def stay_private(environ: MutableMapping[str, str] = os.environ) -> None:
    """
    Bind DDS to the loopback interface, unless the user has set the discovery range.

    Call it before rclpy is initialized. With static peers, another DDS or own Fast DDS profiles,
    discovery is restricted to LOCALHOST instead: the nodes announce themselves to nobody, but a
    participant that names this machine as a peer is answered.
    """
    if RANGE in environ:
        return
    fast_dds = environ.get('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp') == 'rmw_fastrtps_cpp'
    if fast_dds and not environ.get('ROS_STATIC_PEERS') and PROFILES not in environ:
        environ.update({RANGE: 'SUBNET', PROFILES: str(LOOPBACK)})
    else:
        environ[RANGE] = 'LOCALHOST'
