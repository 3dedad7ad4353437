"""Which internet sockets processes have open, by /proc."""

import contextlib
import ipaddress
import struct
from collections.abc import Iterable
from pathlib import Path


def local_addresses(pids: Iterable[int]) -> dict[str, set[str]]:
    """Return the local addresses of the sockets of some processes, by kind: tcp, udp, ..."""
    found: dict[str, set[str]] = {}
    for pid in pids:
        process = Path(f'/proc/{pid}')
        inodes = set()
        for descriptor in process.glob('fd/*'):
            with contextlib.suppress(OSError):
                inodes.add(str(descriptor.readlink()))
        for kind in ('tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'):
            for line in (process / 'net' / kind).read_text().splitlines()[1:]:
                fields = line.split()
                if f'socket:[{fields[9]}]' in inodes:
                    found.setdefault(kind, set()).add(_address(fields[1].partition(':')[0]))
    return found


def _address(text: str) -> str:
    """Return an address of /proc/net: hexadecimal, each four bytes in the order of the machine."""
    data = bytes.fromhex(text)
    words = struct.unpack(f'={len(data) // 4}I', data)
    return str(ipaddress.ip_address(struct.pack(f'>{len(words)}I', *words)))
