"""
Runs a command where no other user of this machine can join the toy.

It gets a network with nothing but a loopback interface, and message queues and /dev/shm of its
own. DDS reaches nobody outside of them. `python -m` with the arguments of the command is the part
inside.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from phoenix_tools.command_error import CommandError

OPTION = '--private'
_NAMESPACES = ('--net', '--ipc', '--mount', '--propagation', 'private')
_MOUNT = ('mount', '-t', 'tmpfs', '-o', 'mode=0700', 'tmpfs', '/dev/shm')
_SIOCSIFFLAGS = 0x8914  # of Linux: set the flags of a network interface
_IFF_UP = 1


def enter(arguments: Sequence[str]) -> NoReturn:
    """
    Replace this process by the same command in namespaces of its own.

    :raises CommandError: they cannot be made.
    """
    program = shutil.which('unshare')
    if program is None:
        raise CommandError(f'{OPTION} needs the program unshare; apt install util-linux')
    command = [program, *_NAMESPACES]
    if os.geteuid() != 0:
        command += ['--user', '--map-root-user']
    tried = subprocess.run([*command, *_MOUNT], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise CommandError(
            f'{OPTION}: this machine lets you make no namespaces ({tried.stderr.strip()}); allow '
            'unprivileged user namespaces, or use the service in packaging/systemd'
        )
    # Options may be shortened.
    inside = [one for one in arguments if len(one) < 3 or not OPTION.startswith(one)]
    os.execv(program, [*command, sys.executable, '-m', __name__, *inside])


def _furnish() -> None:
    """Make /dev/shm empty and one's own, and switch the loopback interface on."""
    subprocess.run(_MOUNT, check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack('16sh', b'lo', _IFF_UP))


def _inside() -> NoReturn:
    _furnish()
    # Not before: it starts with an import of ROS.
    from phoenix_core.node.process_end import end_process
    from phoenix_tools import command_line

    end_process(command_line.main())


if __name__ == '__main__':
    _inside()
