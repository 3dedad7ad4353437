"""
S5: the offline profile opens no socket to outside.

In a network of its own with an interface to outside that counts what goes out, and watched by
strace.
"""

import ipaddress
import os
import re
import shutil
import subprocess
import sys

import pytest
from layouts import COMPOSED_FIRST

SAMPLE = 'samples/hey_jarvis_turn_on_the_light.wav'
# A default route leads through the interface `out`: whatever is not for this machine is counted.
# Routers are told of multicast groups by IGMP, which would count, too.
NETWORK = f"""
set -e
ip link set lo up
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
ip link add out type veth peer name beyond
ip link set beyond up
ip address add 10.99.0.1/24 dev out
ip link set out up
ip route add default via 10.99.0.2
count() {{ echo "$1 $(sed -n 's/^ *out: *//p' /proc/net/dev)"; }}
set +e
"$@"
code=$?
count before
{sys.executable} -c 'import socket; socket.socket(2, 2).sendto(b"x", ("10.99.0.255", 9))' || true
{sys.executable} -c 'import socket; socket.socket(2, 2).sendto(b"x", ("8.8.8.8", 9))' || true
sleep 0.1
count after
exit $code
"""
ISOLATED = ['unshare', '--net', '--mount', '--propagation', 'private', 'sh', '-c', NETWORK, 'sh']
CALLS = 'connect,bind,sendto,sendmsg,sendmmsg'


@pytest.fixture(autouse=True)
def _namespaces():
    if (
        os.geteuid()
        or subprocess.run([*ISOLATED[:-4], 'ip', 'link'], capture_output=True).returncode
    ):
        pytest.skip('needs root, namespaces and the program ip')


def sent(output, when):
    """Return how many packets had left through the interface."""
    return int(re.search(rf'^{when} (.*)', output, re.MULTILINE)[1].split()[9])


def addresses(trace):
    """Return the internet addresses in the output of strace."""
    return set(re.findall(r'inet_addr\("([^"]*)"\)|inet_pton\(AF_INET6, "([^"]*)"', trace))


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_s05_the_offline_toy_reaches_nothing_but_its_own_machine(phoenix, tmp_path, layout):
    toy = phoenix('run', '--layout', layout, '--play', SAMPLE, before=ISOLATED)
    assert toy.end() == 0, toy.output
    assert 'light_on' in toy.output
    assert sent(toy.output, 'before') == 0, toy.output
    assert sent(toy.output, 'after') > 0  # the witness would have seen it


@pytest.mark.long
@pytest.mark.skipif(shutil.which('strace') is None, reason='needs the program strace')
def test_s05_no_system_call_names_an_address_outside(phoenix, tmp_path):
    trace = tmp_path / 'trace'
    strace = ['strace', '-f', '--seccomp-bpf', '-qq', '-e', f'trace={CALLS}', '-o', str(trace)]
    toy = phoenix('run', '--play', SAMPLE, before=[*ISOLATED, *strace])
    assert toy.end() == 0, toy.output
    named = {one or six for one, six in addresses(trace.read_text())}
    assert '127.0.0.1' in named
    for address in map(ipaddress.ip_address, named):
        # Discovery is multicast, but on the loopback interface alone: nothing went out above.
        assert address.is_loopback or str(address) == '239.255.0.1', address
    assert sent(toy.output, 'before') == 0, toy.output
