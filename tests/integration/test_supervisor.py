"""The supervisor on a real graph: real processes of nodes that die, hang and fail."""

import copy
import itertools
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from phoenix_msgs.msg import CapabilityStatus, NodeStatus, StopSpeaking
from pydantic import ValidationError
from rclpy.parameter import Parameter

from phoenix_core import events
from phoenix_core.settings.environment import LAUNCH_ID, LAUNCHED_NODES
from phoenix_core.supervision.liveliness import LivelinessMonitor
from phoenix_core.supervision.node import Supervisor, SupervisorSettings

LAUNCH = {LAUNCH_ID: 'test'}
OK, DEGRADED, LOST = CapabilityStatus.OK, CapabilityStatus.DEGRADED, CapabilityStatus.LOST
NODES = """
import sys, time
from pathlib import Path
from phoenix_core import events
from phoenix_core.node.execution import run
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings

class Asker(EventNode):
    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings

class Ear(EventNode):
    settings: NodeSettings

    def configure(self):
        if Path(sys.argv[2]).exists():
            raise OSError('the device is gone')

    @subscribes(events.LISTEN_REQUEST)
    def on_request(self, request): ...

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop):
        if stop.reason == 'be busy':
            until = time.monotonic() + 0.002
            while time.monotonic() < until:
                pass
        elif stop.reason == 'work for ever':
            self.in_background(time.sleep, 3600)
        else:
            time.sleep(3600)

names = sys.argv[1].split(',')
run([{'asker': Asker, 'ear': Ear}[name] for name in names])
"""
SUPERVISOR = 'from phoenix_core.supervision.node import main; main()'
CAPABILITIES = ['asking=asker', 'hearing=ear']
CONFIGURE, ACTIVATE, DEACTIVATE = (
    Transition(id=number, label=label)
    for number, label in (
        (Transition.TRANSITION_CONFIGURE, 'configure'),
        (Transition.TRANSITION_ACTIVATE, 'activate'),
        (Transition.TRANSITION_DEACTIVATE, 'deactivate'),
    )
)


class Toy:
    """Processes of nodes, and a probe that watches them and the supervisor."""

    def __init__(self, graph, folder) -> None:
        self.graph = graph
        self.broken = folder / 'broken'
        self.processes: list[subprocess.Popen[bytes]] = []
        self.probe = graph.probe(
            publishes=[events.STOP_SPEAKING, events.SYSTEM_STATUS],
            records=[events.NODE_STATUS, events.SYSTEM_STATUS, events.FAULT],
        )

    def start(self, names: str) -> subprocess.Popen[bytes]:
        environ = {LAUNCHED_NODES: names}
        for name in names.upper().split(','):
            environ[f'PHOENIX_{name}_AUTOSTART'] = 'false'
            environ[f'PHOENIX_{name}_WORK_LIMIT_S'] = '0.5'
        return self._start(environ, NODES, names, str(self.broken))

    def _start(self, environ: dict[str, str], *program: str) -> subprocess.Popen[bytes]:
        environ = {**os.environ, 'ROS_DOMAIN_ID': str(self.graph.domain), **LAUNCH, **environ}
        process = subprocess.Popen([sys.executable, '-c', *program], env=environ)
        self.processes.append(process)
        return process

    def start_supervisor(self) -> subprocess.Popen[bytes]:
        """Start a supervisor in a process of its own, so that it can be killed."""
        own = ['--ros-args', '-p', f'capabilities:={CAPABILITIES}']
        return self._start({}, SUPERVISOR, *own)

    def operate(self, transition: Transition) -> None:
        """Do with the ear what `ros2 lifecycle set` does."""
        answered = threading.Event()

        def ask():
            client = self.probe.create_client(ChangeState, '/phoenix/ear/change_state')
            assert client.wait_for_service(5)
            request = ChangeState.Request()
            request.transition = transition
            client.call_async(request).add_done_callback(lambda _: answered.set())

        self.graph.call(ask)
        assert answered.wait(10)

    def supervise(self, **parameters) -> Supervisor:
        own = {'capabilities': CAPABILITIES, 'retry_s': 0.1, **parameters}
        return self.graph.add(Supervisor, parameters=own, environ=LAUNCH)

    def expect(self, count: int = 1, **levels: int) -> None:
        """Wait until the capabilities have been reported at these levels, that many times."""

        def fits(status):
            found = {entry.capability: entry.level for entry in status.capabilities}
            return found == levels

        self.probe.expect_count(events.SYSTEM_STATUS, count, fits, timeout_s=20)

    def expect_activations(self, name: str, *pids: int) -> None:
        """Wait until a node has become active in the last of these processes; in no others."""
        self.probe.expect(
            events.NODE_STATUS,
            lambda status: (
                (status.header.producer, status.state, status.process_id)
                == (name, NodeStatus.ACTIVE, pids[-1])
            ),
        )
        assert self._activations(name) == [*pids]

    def _activations(self, name: str) -> list[int]:
        told = [
            (status.state, status.process_id)
            for status in self.probe.recorded(events.NODE_STATUS)
            if status.header.producer == name
        ]
        active = [pid for state, pid in told if state == NodeStatus.ACTIVE]
        return list(dict.fromkeys(active))

    def faults(self) -> list[tuple[str, str]]:
        return [(fault.node, fault.code) for fault in self.probe.recorded(events.FAULT)]


class Signs:
    """What a liveliness monitor reports of a node."""

    def __init__(self, toy: Toy, name: str) -> None:
        self._told: list[bool] = []
        self._arrived = threading.Condition()
        toy.graph.call(lambda: LivelinessMonitor(toy.probe, name, self._take))

    def _take(self, alive: bool) -> None:
        with self._arrived:
            self._told.append(alive)
            self._arrived.notify_all()

    def expect(self, told: list[bool]) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: self._told == told, 20), self._told


@pytest.fixture
def toy(graph, tmp_path):
    toy = Toy(graph, tmp_path)
    yield toy
    for process in toy.processes:
        process.kill()
        process.wait()


def test_a_killed_node_is_noticed_within_a_second_and_its_successor_brought_up(toy):
    asker, ear = toy.start('asker'), toy.start('ear')
    supervisor = toy.supervise()
    toy.expect(asking=OK, hearing=OK)
    began = time.monotonic()
    ear.kill()
    ear.wait()
    toy.expect(asking=OK, hearing=DEGRADED)
    assert time.monotonic() - began < 1.0
    again = toy.start('ear')
    toy.expect(2, asking=OK, hearing=OK)
    toy.expect_activations('ear', ear.pid, again.pid)
    toy.expect_activations('asker', asker.pid)
    assert toy.faults() == [('ear', 'node_died')]
    counted = 'phoenix_faults_total{code="node_died",node="ear",severity="warning"} 1.0'
    assert counted in supervisor.metrics.exposition().splitlines()


@pytest.mark.parametrize('how', ['hung', pytest.param('stopped', marks=pytest.mark.long)])
def test_a_node_without_a_sign_of_life_is_killed(toy, how):
    toy.start('asker')
    ear = toy.start('ear')
    toy.supervise(hang_s=1.0 if how == 'hung' else 3600.0)  # a stopped one is killed at once
    toy.expect(asking=OK, hearing=OK)
    if how == 'stopped':
        ear.send_signal(signal.SIGSTOP)
    else:
        toy.probe.publish(events.STOP_SPEAKING, reason='hang')
    toy.expect(asking=OK, hearing=DEGRADED)
    assert ear.wait(10) == -signal.SIGKILL
    again = toy.start('ear')
    toy.expect(2, asking=OK, hearing=OK)
    toy.expect_activations('ear', ear.pid, again.pid)
    assert toy.faults() == [('ear', 'node_hung')]


@pytest.mark.long
def test_a_node_that_is_flooded_is_busy_and_not_hung_and_a_hang_is_noticed_within_two_seconds(toy):
    ear = toy.start('ear')
    toy.start('asker')
    toy.supervise(hang_s=1.0)
    toy.expect(asking=OK, hearing=OK)
    message = StopSpeaking(reason='be busy')

    def flood():
        for number in range(60):
            message.header.producer = f'stranger {number % 6}'
            toy.probe.events_out.send(events.STOP_SPEAKING, message)

    begun_s = time.monotonic()
    while time.monotonic() - begun_s < 4:  # more than it can handle, in whatever name
        toy.graph.call(flood)
    assert ear.poll() is None
    flooded = toy.probe.expect(events.FAULT, lambda fault: fault.code == 'flooded')
    assert 'speech/stop' in flooded.message
    assert ('ear', 'node_hung') not in toy.faults()
    begun_s = time.monotonic()
    message.header.producer, message.reason = 'another', 'hang'
    toy.graph.call(lambda: toy.probe.events_out.send(events.STOP_SPEAKING, message))
    toy.probe.expect(events.FAULT, lambda fault: fault.code == 'node_hung')
    assert time.monotonic() - begun_s < 2.5  # half a second of which waits for the flood to end
    assert ear.wait(10) == -signal.SIGKILL


@pytest.mark.parametrize('forged', [[], [CapabilityStatus(capability='hearing', level=LOST)]])
def test_a_forged_status_of_the_toy_is_contradicted(toy, forged):
    toy.start('asker')
    toy.start('ear')
    toy.supervise()
    toy.expect(asking=OK, hearing=OK)
    toy.probe.publish(events.SYSTEM_STATUS, capabilities=forged)
    toy.expect(2, asking=OK, hearing=OK)


def test_no_message_gets_a_process_killed_that_the_launcher_has_not_started(toy):
    ear = toy.start('ear')
    toy.start('asker')
    bystander = subprocess.Popen(['sleep', '60'])
    toy.processes.append(bystander)
    toy.supervise(hang_s=0.6)
    toy.expect(asking=OK, hearing=OK)
    status = toy.probe.expect(events.NODE_STATUS, lambda s: s.header.producer == 'ear')
    for name in ('ear', 'stranger'):
        forged = copy.deepcopy(status)
        forged.header.producer, forged.process_id = name, bystander.pid
        toy.graph.call(lambda forged=forged: toy.probe.events_out.send(events.NODE_STATUS, forged))
    hung = toy.probe.expect(events.FAULT, lambda fault: fault.code == 'node_hung')
    assert hung.node == 'stranger'
    assert hung.tried == 'let it be: the launcher has not started it'
    assert bystander.poll() is None
    assert toy.faults().count(('ear', 'node_strange')) == 1
    toy.expect_activations('ear', ear.pid)


@pytest.mark.parametrize(
    'settings',
    [{'capabilities': ['hearing']}, {'capabilities': ['hearing=']}, {'standbys': ['a=b,c']}],
)
def test_capabilities_and_standbys_of_another_form_are_refused(settings):
    with pytest.raises(ValidationError, match='should match pattern'):
        SupervisorSettings(**settings)


@pytest.fixture
def shared_lease(monkeypatch):
    """Give the first two subscriptions one lease: the second is deaf to live nodes."""
    monkeypatch.setattr(
        'phoenix_core.supervision.liveliness._leases', itertools.chain([0], itertools.count())
    )


@pytest.mark.usefixtures('shared_lease')
def test_a_node_that_dds_does_not_report_gets_a_new_subscription_and_is_not_killed(toy):
    ear = toy.start('ear')
    Signs(toy, 'ear').expect([True])
    toy.supervise()
    toy.start('asker')
    toy.expect(asking=OK, hearing=OK)
    toy.expect_activations('ear', ear.pid)
    assert toy.faults() == []


@pytest.mark.usefixtures('shared_lease')
def test_a_miscount_of_dds_does_not_outlive_the_node(toy):
    ear = toy.start('ear')
    Signs(toy, 'ear').expect([True])
    deaf = Signs(toy, 'ear')
    ear.kill()
    deaf.expect([False])
    toy.start('ear')
    deaf.expect([False, True])


def test_a_node_whose_worker_hangs_is_killed_as_if_it_hung_itself(toy):
    toy.start('asker')
    ear = toy.start('ear')
    toy.supervise(hang_s=1.0)
    toy.expect(asking=OK, hearing=OK)
    toy.probe.publish(events.STOP_SPEAKING, reason='work for ever')
    fault = toy.probe.expect(events.FAULT, lambda fault: fault.code == 'work_hung')
    assert fault.message == 'sleep has not got on for 0.5 s'
    assert ear.wait(10) == -signal.SIGKILL
    toy.start('ear')
    toy.expect(2, asking=OK, hearing=OK)
    assert toy.faults() == [('ear', 'work_hung'), ('ear', 'node_hung')]


def test_a_new_supervisor_takes_over_without_starting_anything_again(toy):
    both = toy.start('ear,asker')
    first = toy.supervise()
    toy.expect(asking=OK, hearing=OK)
    toy.graph.call(first.stop)
    toy.graph.call(first.destroy_node)
    before = len(toy.probe.recorded(events.NODE_STATUS))
    toy.supervise()
    toy.expect(2, asking=OK, hearing=OK)
    since = toy.probe.recorded(events.NODE_STATUS)[before:]
    states = {s.state for s in since if s.header.producer in ('ear', 'asker')}
    assert states <= {NodeStatus.ACTIVE}
    toy.expect_activations('ear', both.pid)
    assert toy.faults() == []


def test_a_node_that_cannot_be_configured_is_lost_and_comes_back_in_place(toy):
    toy.broken.touch()
    both = toy.start('ear,asker')
    toy.supervise(attempts=2, retry_max_s=1.0)
    toy.expect(asking=OK, hearing=LOST)
    toy.broken.unlink()
    toy.expect(asking=OK, hearing=OK)
    toy.expect_activations('ear', both.pid)
    assert ('ear', 'node_lost') in toy.faults()
    assert both.poll() is None


def test_what_an_operator_deactivates_rests_until_he_activates_it(toy):
    toy.start('ear,asker')
    toy.supervise()
    toy.expect(asking=OK, hearing=OK)
    toy.operate(DEACTIVATE)
    toy.expect(asking=OK, hearing=LOST)
    status = toy.probe.recorded(events.SYSTEM_STATUS)[-1]
    assert 'ear: deactivated by an operator' in [one.message for one in status.capabilities]
    assert toy.faults() == [('ear', 'node_at_rest')]
    toy.operate(ACTIVATE)
    toy.expect(2, asking=OK, hearing=OK)


@pytest.mark.parametrize('of', ['the supervisor', 'the node and then the supervisor'])
def test_what_an_operator_deactivates_rests_beyond_the_death(toy, of):
    toy.start('asker')
    ear = toy.start('ear')
    supervisor = toy.start_supervisor()
    toy.expect(asking=OK, hearing=OK)
    toy.operate(DEACTIVATE)
    toy.expect(asking=OK, hearing=LOST)
    if of == 'the node and then the supervisor':
        ear.kill()
        ear.wait()
        again = toy.start('ear')
        toy.probe.expect(
            events.NODE_STATUS,
            lambda s: s.state == NodeStatus.AT_REST and s.process_id == again.pid,
            timeout_s=20,
        )
    supervisor.kill()
    supervisor.wait()
    toy.start_supervisor()
    toy.expect(2, asking=OK, hearing=LOST)
    status = toy.probe.recorded(events.SYSTEM_STATUS)[-1]
    assert 'ear: deactivated by an operator' in [one.message for one in status.capabilities]
    toy.expect_activations('ear', ear.pid)
    if ear.poll() is not None:
        toy.operate(CONFIGURE)  # as of any node in a new process
    toy.operate(ACTIVATE)
    toy.expect(2, asking=OK, hearing=OK)


@pytest.mark.long
def test_the_nodes_are_taken_down_on_request(toy):
    toy.start('ear,asker')
    supervisor = toy.supervise()
    toy.expect(asking=OK, hearing=OK)
    before = len(toy.probe.recorded(events.NODE_STATUS))
    down = [Parameter('up', value=False)]
    assert toy.graph.call(lambda: supervisor.set_parameters(down))[0].successful

    def unconfigured(status):
        names = ('ear', 'asker')
        return status.header.producer in names and status.state == NodeStatus.UNCONFIGURED

    told = toy.probe.recorded(events.NODE_STATUS)
    count = sum(map(unconfigured, told[:before])) + 2
    toy.probe.expect_count(events.NODE_STATUS, count, unconfigured)
    inactive = [
        status.header.producer
        for status in toy.probe.recorded(events.NODE_STATUS)[before:]
        if status.state == NodeStatus.INACTIVE
    ]
    assert inactive == ['asker', 'ear']  # who speaks first, then who hears


@pytest.mark.long
def test_a_node_that_fails_in_one_way_after_the_other_comes_back_each_time(toy):
    toy.start('asker')
    ear = toy.start('ear')
    toy.supervise(hang_s=1.0)
    toy.expect(asking=OK, hearing=OK)
    for count, how in enumerate((signal.SIGKILL, signal.SIGSTOP, signal.SIGKILL), 2):
        ear.send_signal(how)
        toy.expect(count - 1, asking=OK, hearing=DEGRADED)
        assert ear.wait(10) == -signal.SIGKILL
        ear = toy.start('ear')
        toy.expect(count, asking=OK, hearing=OK)
    codes = ['node_died', 'node_hung', 'node_died']
    assert toy.faults() == [('ear', code) for code in codes]
