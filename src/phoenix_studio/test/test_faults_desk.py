"""Faults that are injected from the page: what may fail, and how a trial follows them."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys

import pytest
from phoenix_msgs.msg import CapabilityStatus, EventHeader, NodeStatus, SystemStatus

from phoenix_core import events
from phoenix_core.supervision import launched
from phoenix_studio.fault_trial import LONGEST_S, FaultTrial, Phase
from phoenix_studio.faults_desk import FaultsDesk, Injection, Mending
from phoenix_tools.faults.observed_toy import ObservedToy

LAUNCH = 'launch'
OK, DEGRADED, LOST = CapabilityStatus.OK, CapabilityStatus.DEGRADED, CapabilityStatus.LOST
SIMULATED = {
    ('microphone', 'provider'): 'simulated',
    ('speaker', 'provider'): 'simulated',
    ('leds', 'provider'): 'simulated',
    ('sensors', 'provider'): 'simulated',
    ('microphone', 'simulated.deaf'): False,
    ('speaker', 'simulated.present'): True,
    ('leds', 'simulated.present'): True,
}


def node(name, process, state=NodeStatus.ACTIVE):
    return NodeStatus(
        header=EventHeader(producer=name),
        host=socket.gethostname(),
        process_id=process,
        state=state,
    )


def system(**levels):
    return SystemStatus(
        capabilities=[CapabilityStatus(capability=name, level=one) for name, one in levels.items()]
    )


class FakeSettings:
    """The settings of nodes, which take any value."""

    def __init__(self, values):
        self.values = dict(values)

    async def value(self, name, setting):
        return self.values.get((name, setting))

    async def change(self, change):
        self.values[change.node, change.name] = change.value
        return {'accepted': True, 'reason': ''}


class Scene:
    """A desk, and what it tells the pages."""

    def __init__(self, values=SIMULATED):
        self.settings = FakeSettings(values)
        self.told = []
        environ = launched.marks(LAUNCH, ['studio'])
        self.desk = FaultsDesk(self.settings, environ, 'studio', self.told.append)

    def status(self, name, process, state=NodeStatus.ACTIVE):
        self.desk.feed(events.NODE_STATUS, node(name, process, state))

    def system(self, **levels):
        self.desk.feed(events.SYSTEM_STATUS, system(**levels))

    def inject(self, kind, node_name=None):
        return asyncio.run(self.desk.inject(Injection(kind=kind, node=node_name)))

    def mend(self, kind):
        return asyncio.run(self.desk.mend(Mending(kind=kind)))

    @property
    def phases(self):
        return [(json.loads(text)['faults']['trial'] or {}).get('phase') for text in self.told]

    @property
    def past(self):
        return asyncio.run(self.desk.faults())['past']


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def start():
    """Start processes that wait, as a launcher would that marks them."""
    started = []

    def start(launch, *nodes):
        environ = {**os.environ, **launched.marks(launch, nodes)}
        code = 'print(1, flush=True); import time; time.sleep(60)'
        process = subprocess.Popen(
            [sys.executable, '-c', code], env=environ, stdout=subprocess.PIPE
        )
        process.stdout.readline()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(('kind', 'number'), [('kill', signal.SIGKILL), ('hang', signal.SIGSTOP)])
def test_a_process_fails_until_another_takes_its_place_and_all_is_well(scene, start, kind, number):
    process = start(LAUNCH, 'leds', 'speaker')
    for name in ('leds', 'speaker'):
        scene.status(name, process.pid)
    scene.system(light=OK, speaking=OK)
    assert scene.inject(kind, 'leds') == {'accepted': True, 'reason': ''}
    _, ended = os.waitpid(process.pid, os.WUNTRACED)
    if os.WIFSTOPPED(ended):
        assert os.WSTOPSIG(ended) == number
    else:
        process.returncode = -os.WTERMSIG(ended)
        assert process.returncode == -number
    scene.system(light=LOST, speaking=OK)
    scene.system(light=DEGRADED, speaking=OK)
    scene.status('leds', 2)
    scene.system(light=OK, speaking=OK)  # the other one is not there yet
    assert scene.phases == ['injected', 'noticed']
    scene.status('speaker', 2)
    [trial] = scene.past
    assert trial['phase'] == 'recovered'
    assert trial['worst'] == {'light': 'lost'}
    assert trial['members'] == ['leds', 'speaker']
    assert list(trial['times']) == ['injected', 'noticed', 'recovered']


def test_what_the_launcher_has_not_started_is_not_killed(scene, start):
    strange = start('another launch', 'leds')
    scene.status('leds', strange.pid)
    scene.status('studio', os.getpid())
    for name in ('leds', 'studio', 'nobody', None):
        assert not scene.inject('kill', name)['accepted']
    assert strange.poll() is None
    assert asyncio.run(scene.desk.faults())['nodes'] == {}


def test_a_device_fails_until_it_is_mended(scene):
    scene.status('speaker', 1)
    scene.system(speaking=OK)
    assert scene.inject('unplug_speaker')['accepted']
    assert scene.settings.values['speaker', 'simulated.present'] is False
    assert asyncio.run(scene.desk.faults())['broken']['unplug_speaker']
    scene.system(speaking=LOST)
    scene.system(speaking=OK)  # it does not count before it is mended
    assert not scene.inject('deafen')['accepted'], 'one at a time'
    assert scene.mend('unplug_speaker')['accepted']
    assert scene.settings.values['speaker', 'simulated.present'] is True
    assert scene.phases[:2] == ['injected', 'noticed']
    [trial] = scene.past
    assert list(trial['times']) == ['injected', 'noticed', 'mended', 'recovered']
    assert asyncio.run(scene.desk.faults())['broken'] == {
        'deafen': False,
        'unplug_speaker': False,
        'unplug_leds': False,
    }  # and no language server


def test_what_was_broken_before_the_page_was_there_is_mended(scene):
    scene.settings.values['leds', 'simulated.present'] = False
    assert scene.mend('unplug_leds')['accepted']
    assert scene.settings.values['leds', 'simulated.present'] is True
    assert not scene.mend('kill')['accepted']
    assert not scene.mend('cut_language_server')['accepted'], 'there is none'


@pytest.mark.parametrize('provider', ['portaudio', None])
@pytest.mark.parametrize('name', ['microphone', 'speaker', 'leds', 'sensors'])
def test_real_hardware_and_what_may_be_such_does_not_fail(start, name, provider):
    scene = Scene({**SIMULATED, (name, 'provider'): provider})
    process = start(LAUNCH, 'leds')
    scene.status('leds', process.pid)
    scene.status('microphone', 1)
    for kind in ('kill', 'hang', 'deafen', 'unplug_leds'):
        outcome = scene.inject(kind, 'leds')
        assert not outcome['accepted']
        assert name in outcome['reason']
    assert process.poll() is None
    assert scene.settings.values['microphone', 'simulated.deaf'] is False
    assert name in asyncio.run(scene.desk.faults())['refused']


def toy_of(**levels):
    toy = ObservedToy()
    toy.feed(events.NODE_STATUS, node('leds', 1))
    toy.feed(events.SYSTEM_STATUS, system(**levels))
    return toy


def test_what_was_lost_before_is_not_waited_for():
    toy = toy_of(light=OK, attention=LOST)
    trial = FaultTrial('kill', 'leds', toy, lambda: 0.0, 0.0, lasts=False, members=['leds'])
    toy.feed(events.NODE_STATUS, node('leds', 2))
    assert trial.step()
    assert trial.phase is Phase.RECOVERED
    assert trial.plain()['worst'] == {}


def test_a_toy_that_does_not_recover_is_given_up():
    now = [0.0]
    trial = FaultTrial(
        'kill', 'leds', toy_of(light=OK), lambda: now[0], 0.0, lasts=False, members=['leds']
    )
    assert not trial.step()
    now[0] = LONGEST_S + 1
    assert trial.step()
    assert trial.phase is Phase.NOT_RECOVERED
    assert trial.is_over
    with pytest.raises(ValueError, match='mended does not follow not_recovered'):
        trial.mend()


def test_what_lasts_is_not_given_up_before_it_is_mended():
    now = [0.0]
    toy = toy_of(light=OK)
    trial = FaultTrial('unplug_leds', 'leds', toy, lambda: now[0], 0.0, lasts=True)
    toy.feed(events.SYSTEM_STATUS, system(light=LOST))
    now[0] = 10 * LONGEST_S
    assert trial.step()
    assert not trial.step()
    assert trial.phase is Phase.NOTICED
    trial.mend()
    now[0] += LONGEST_S + 1
    assert trial.step()
    assert trial.phase is Phase.NOT_RECOVERED
