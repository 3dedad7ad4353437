"""Nodes are restarted, so that they read their words anew."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

import pytest
from phoenix_msgs.msg import CapabilityStatus, EventHeader, Fault, NodeStatus, SystemStatus

from phoenix_core import events
from phoenix_core.supervision import launched
from phoenix_studio.restart import NotOursError, NotWellError, Restart

WAIT_S = 10.0
NAMES = ('intent', 'voice', 'absent')


@pytest.fixture
def process():
    """A process of two nodes that a launcher has started."""
    environ = {**os.environ, **launched.marks('launch', ['intent', 'voice'])}
    code = 'print(1, flush=True); import time; time.sleep(60)'
    with subprocess.Popen([sys.executable, '-c', code], env=environ, stdout=-1) as process:
        process.stdout.readline()
        yield process
        process.kill()


def fed(launch, process_id):
    restart = Restart(launched.marks(launch, ['studio']))
    restart.feed(events.SYSTEM_STATUS, SystemStatus(capabilities=[capability()]))
    for name in ('intent', 'voice', 'leds'):
        status(restart, name, 1 if name == 'leds' else process_id)
    return restart


def capability():
    return CapabilityStatus(capability='understanding', level=CapabilityStatus.OK)


def status(restart, name, process_id):
    restart.feed(
        events.NODE_STATUS,
        NodeStatus(
            header=EventHeader(producer=name),
            host=socket.gethostname(),
            process_id=process_id,
            state=NodeStatus.ACTIVE,
        ),
    )


async def restarted(restart, process, *then):
    """Restart, and do what happens when the process has ended."""
    restarting = asyncio.ensure_future(restart.restart(NAMES))
    code = await asyncio.to_thread(process.wait, WAIT_S)
    assert code == -signal.SIGINT
    for happens in then:
        assert not restarting.done()
        happens()
    await asyncio.wait_for(restarting, WAIT_S)


def test_a_process_is_restarted_once_until_its_nodes_are_in_another(process):
    restart = fed('launch', process.pid)
    asyncio.run(
        restarted(
            restart,
            process,
            lambda: status(restart, 'intent', 2),
            lambda: status(restart, 'voice', 2),
        )
    )


def test_a_node_that_cannot_be_configured_is_told_at_once(process):
    restart = fed('launch', process.pid)
    fault = Fault(node='intent', code='configure_failed', message='intents.yaml: unknown x')
    with pytest.raises(NotWellError, match='unknown x'):
        asyncio.run(restarted(restart, process, lambda: restart.feed(events.FAULT, fault)))


def test_what_another_launcher_has_started_is_let_be(process):
    for restart in (fed('another', process.pid), Restart({})):
        with pytest.raises(NotOursError):
            asyncio.run(restart.restart(NAMES))
    assert process.poll() is None
