"""Who finds the nodes: by default nobody but this machine; a ROS graph offers the microphone."""

import os
from collections.abc import MutableMapping
from pathlib import Path

RANGE = 'ROS_AUTOMATIC_DISCOVERY_RANGE'
PROFILES = 'FASTRTPS_DEFAULT_PROFILES_FILE'
LOOPBACK = Path(__file__).with_name('loopback.xml')


def stay_private(environ: MutableMapping[str, str] = os.environ) -> None:
    """
    Bind DDS to the loopback interface, before rclpy is initialized, unless the user wants else.

    Where that cannot be (peers on other machines, another DDS, own Fast DDS profiles), discovery
    is restricted to LOCALHOST: nobody is looked for, but who names this machine is answered.
    """
    if RANGE in environ:
        return
    fast_dds = environ.get('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp') == 'rmw_fastrtps_cpp'
    if fast_dds and not environ.get('ROS_STATIC_PEERS') and PROFILES not in environ:
        environ.update({RANGE: 'SUBNET', PROFILES: str(LOOPBACK)})
    else:
        environ[RANGE] = 'LOCALHOST'
