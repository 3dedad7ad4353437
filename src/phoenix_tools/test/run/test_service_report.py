"""What a service manager gets to hear, over a real socket."""

import asyncio
import contextlib
import socket

import pytest
from phoenix_msgs.msg import CapabilityStatus

from phoenix_tools.run.condition import Condition
from phoenix_tools.run.service_manager import ServiceManager
from phoenix_tools.run.service_report import report


class Thread:
    """A console whose thread does what is posted, at once, or hangs."""

    hangs = False

    def post(self, callback, *args):
        if not self.hangs:
            callback(*args)


@pytest.fixture
def heard(tmp_path, monkeypatch):
    monkeypatch.setattr('phoenix_tools.run.service_report.PERIOD_S', 0.001)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / 'notify'))
        ear.settimeout(5)
        yield ear


def lines_until(ear, wanted):
    """Hear until a line; fails when there is silence for five seconds."""
    found = []
    while wanted not in found:
        found.append(ear.recv(1000).decode())
    return found


def silence(ear):
    """Return whether nothing more comes after what was under way."""
    ear.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            ear.recv(1000)
    ear.settimeout(0.05)
    try:
        while True:
            if ear.recv(1000) == b'WATCHDOG=1':
                return False
    except TimeoutError:
        return True
    finally:
        ear.settimeout(5)


def environ(ear):
    return {'NOTIFY_SOCKET': ear.getsockname(), 'WATCHDOG_USEC': '20000000', 'HOME': '/'}


def test_a_toy_says_when_it_is_up_and_pings_while_it_is_well(heard):
    given = environ(heard)
    manager = ServiceManager(given)
    assert given == {'HOME': '/'}, 'a child could speak for the toy'
    condition, thread = Condition(['activities']), Thread()

    def is_now(level):
        condition.on_status([CapabilityStatus(capability='activities', level=level)], 0.0)

    async def hear(wanted):
        return await asyncio.to_thread(lines_until, heard, wanted)

    async def play():
        task = asyncio.create_task(report(manager, condition, thread, lambda: True))
        told = await hear('STATUS=no sign of life of the supervisor')
        condition.on_supervisor(True)
        is_now(CapabilityStatus.UNKNOWN)
        told += await hear('STATUS=activities starting')
        assert 'READY=1' not in told
        is_now(CapabilityStatus.OK)
        assert 'WATCHDOG=1' not in await hear('READY=1')
        await hear('WATCHDOG=1')
        is_now(CapabilityStatus.LOST)
        await hear('STATUS=activities lost')
        assert await asyncio.to_thread(silence, heard)
        is_now(CapabilityStatus.OK)
        await hear('WATCHDOG=1')
        thread.hangs = True
        assert await asyncio.to_thread(silence, heard)
        task.cancel()

    asyncio.run(play())
    manager.stops()
    assert lines_until(heard, 'STOPPING=1')


def test_an_abstract_socket_is_understood():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind('')  # the kernel gives it an abstract name
        ear.settimeout(5)
        ServiceManager({'NOTIFY_SOCKET': '@' + ear.getsockname()[1:].decode()}).ready()
        assert ear.recv(1000) == b'READY=1'


def test_a_manager_that_is_gone_ends_nothing(tmp_path):
    manager = ServiceManager({'NOTIFY_SOCKET': str(tmp_path / 'gone')})
    manager.ready()
    assert manager
    assert not ServiceManager({})
