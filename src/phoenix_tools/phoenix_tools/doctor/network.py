"""Who could reach the toy: its ports, its open sockets, the range of discovery."""

import contextlib
import ipaddress
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import psutil

from phoenix_core.node import discovery
from phoenix_core.settings.environment import LAUNCH_ID
from phoenix_core.telemetry.metrics_server import LOOPBACK
from phoenix_tools.doctor.finding import Finding, fault, ok, warning

PEERS = 'ROS_STATIC_PEERS'


def ports(wanted: Mapping[str, int], of_toy: Iterable[int]) -> Iterator[Finding]:
    """
    Check that the ports of the toy are free, or its own.

    :param wanted: ports by the setting that names them; 0: any.
    :param of_toy: the processes of running toys.
    """
    own = {port for _, _, port in sockets(of_toy)}
    for setting, port in wanted.items():
        if port in own:
            yield ok('port', f'{port} ({setting}) is used by the running toy')
        elif port and not _is_free(port):
            variable = f'PHOENIX_{setting.replace(".", "_").upper()}'
            yield warning(
                'port',
                f'{port} ({setting}) is used by another program',
                f'see which one: ss -tlnp sport = :{port}; or set {variable} to another',
            )
        else:
            yield ok('port', f'{port or "any"} ({setting}) is free')


def exposure(environ: Mapping[str, str], of_toy: Iterable[int]) -> Iterator[Finding]:
    """Check that nobody on the network can reach the toy."""
    found = environ.get(discovery.RANGE, '')
    if environ.get(discovery.PROFILES) == str(discovery.LOOPBACK):
        found = ''  # this command is bound to loopback already, as a toy is
    if found not in ('', 'LOCALHOST', 'OFF'):
        yield fault(
            'network',
            f'{discovery.RANGE} is {found}: whoever is on the network can hear the microphone',
            f'unset {discovery.RANGE}',
        )
    if peers := environ.get(PEERS):
        yield warning(
            'network',
            f'{PEERS} is {peers}: sound and words travel there unencrypted',
            f'unset {PEERS}, unless that is your own machine on your own network',
        )
    running = sorted(of_toy)
    open_ones = sorted(
        {
            f'{kind} {address}:{port}'
            for kind, address, port in sockets(running)
            if not ipaddress.ip_address(address).is_loopback
            and not ipaddress.ip_address(address).is_multicast
        }
    )
    if open_ones:
        yield fault(
            'network',
            f'the running toy can be reached from outside: {", ".join(open_ones)}',
            'restart it without ROS_ and FASTRTPS_ variables: env | grep -E "^(ROS|FAST)"',
        )
    elif running:
        yield ok(
            'network', f'all sockets of the running toy ({len(running)} processes) are on loopback'
        )
    elif found in ('', 'LOCALHOST', 'OFF'):
        yield ok('network', 'a toy started here is bound to loopback')


def launched() -> set[int]:
    """Return the processes of toys in this network, as far as this user may see them."""
    found = set()
    here = Path('/proc/self/ns/net').readlink()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            marked = LAUNCH_ID in process.environ()
            if marked and Path(f'/proc/{process.pid}/ns/net').readlink() == here:
                found.add(process.pid)
    return found


def sockets(pids: Iterable[int]) -> set[tuple[str, str, int]]:
    """Return the sockets on which processes receive: kind, address, port."""
    found = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            for one in psutil.Process(pid).net_connections('inet'):
                if one.status in (psutil.CONN_LISTEN, psutil.CONN_NONE) and not one.raddr:
                    kind = 'tcp' if one.type == socket.SOCK_STREAM else 'udp'
                    found.add((kind, one.laddr.ip, one.laddr.port))
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            tried.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
