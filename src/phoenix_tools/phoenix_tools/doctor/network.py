"""Who could reach the toy: its ports, its open sockets, the range of discovery."""

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from phoenix_core.node import discovery
from phoenix_core.settings.environment import LAUNCH_ID
from phoenix_core.telemetry.metrics_server import LOOPBACK
from phoenix_tools.doctor.finding import Finding, fault, ok, warning

LISTENING = {'tcp': '0A', 'tcp6': '0A', 'udp': '07', 'udp6': '07'}  # states of /proc/net
PEERS = 'ROS_STATIC_PEERS'


def ports(
    wanted: Mapping[str, int], of_toy: Iterable[int], proc: Path = Path('/proc')
) -> Iterator[Finding]:
    """
    Check that the ports of the toy are free, or its own.

    :param wanted: ports by the setting that names them; 0: any.
    :param of_toy: the processes of running toys.
    """
    own = {port for _, _, port in sockets(of_toy, proc)}
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


def launched(proc: Path = Path('/proc')) -> set[int]:
    """Return the processes of toys in this network, as far as this user may see them."""
    found = set()
    here = (proc / 'self/ns/net').readlink()
    for folder in proc.glob('[0-9]*'):
        with contextlib.suppress(OSError):
            marked = f'{LAUNCH_ID}='.encode() in (folder / 'environ').read_bytes()
            if marked and (folder / 'ns/net').readlink() == here:
                found.add(int(folder.name))
    return found


def sockets(pids: Iterable[int], proc: Path = Path('/proc')) -> set[tuple[str, str, int]]:
    """Return the sockets on which processes receive: kind, address, port."""
    found = set()
    for pid in pids:
        inodes = set()
        for descriptor in (proc / str(pid)).glob('fd/*'):
            with contextlib.suppress(OSError):
                inodes.add(str(descriptor.readlink()))
        for kind, state in LISTENING.items():
            with contextlib.suppress(OSError):
                for line in (proc / str(pid) / 'net' / kind).read_text().splitlines()[1:]:
                    fields = line.split()
                    if fields[3] == state and f'socket:[{fields[9]}]' in inodes:
                        address, _, port = fields[1].partition(':')
                        found.add((kind, _address(address), int(port, 16)))
    return found


def _address(text: str) -> str:
    """Return an address of /proc/net: hexadecimal, each four bytes in the order of the machine."""
    data = bytes.fromhex(text)
    words = struct.unpack(f'={len(data) // 4}I', data)
    return str(ipaddress.ip_address(struct.pack(f'>{len(words)}I', *words)))


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            tried.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
