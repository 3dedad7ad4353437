"""Tells the service manager that has started this process how it is, as systemd wants it told."""

import contextlib
import os
import socket
from collections.abc import MutableMapping

SOCKET, PERIOD, FOR_PROCESS = 'NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'


class ServiceManager:
    """
    The service manager; without one, nothing is told.

    :param environ: loses what is meant for this process, so that no child speaks in its name.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        given = {name: environ.pop(name, '') for name in (SOCKET, PERIOD, FOR_PROCESS)}
        address = given[SOCKET]
        self._address = f'\0{address[1:]}' if address.startswith('@') else address
        self._told = ''

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._address)

    def ready(self) -> None:
        """Report that the start is over."""
        self._send('READY=1')

    def lives(self) -> None:
        """Report that all goes well; if this is late, everything is started again."""
        self._send('WATCHDOG=1')

    def stops(self) -> None:
        """Report that the end has begun."""
        self._send('STOPPING=1')

    def status(self, text: str) -> None:
        """Report in words how it is, once for each change."""
        if text != self._told:
            self._told = text
            self._send(f'STATUS={text}')

    def _send(self, line: str) -> None:
        if not self._address:
            return
        # A manager that is gone, or does not read, must not end the toy.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.setblocking(False)
            way.sendto(line.encode(), self._address)
