"""The toy on two machines, here two network namespaces: the link between them breaks and heals."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from front_door import ROOT, Phoenix

from phoenix_core.node.discovery import PROFILES, RANGE

SAMPLE = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
STANDS_IN = '_standby stands in'
TOY, HELPER = '10.213.7.1', '10.213.7.2'  # addresses in namespaces that nobody else sees


class Link:
    """Two machines and the cable between them."""

    def __init__(self, name: str) -> None:
        self.toy, self.helper = f'{name}t', f'{name}h'
        for machine in (self.toy, self.helper):
            run('ip', 'netns', 'add', machine)
            run('ip', '-n', machine, 'link', 'set', 'lo', 'up')
        ends = ('ip', 'link', 'add', 'toy0', 'netns', self.toy)
        run(*ends, 'type', 'veth', 'peer', 'name', 'helper0', 'netns', self.helper)
        run('ip', '-n', self.toy, 'address', 'add', f'{TOY}/24', 'dev', 'toy0')
        run('ip', '-n', self.helper, 'address', 'add', f'{HELPER}/24', 'dev', 'helper0')
        run('ip', '-n', self.helper, 'link', 'set', 'helper0', 'up')
        self.heal()

    def cut(self) -> None:
        run('ip', '-n', self.toy, 'link', 'set', 'toy0', 'down')

    def heal(self) -> None:
        run('ip', '-n', self.toy, 'link', 'set', 'toy0', 'up')

    def remove(self) -> None:
        for machine in (self.toy, self.helper):
            subprocess.run(['ip', 'netns', 'delete', machine], check=False)


BEYOND = {RANGE: 'SUBNET'}


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def on(machine: str, **environ: str) -> list[str]:
    """What a command begins with to run on a machine: its network, and a name of its own."""
    unbound = ['env', '-u', RANGE, '-u', PROFILES]  # else tests stay on the loopback interface
    unbound += [f'{name}={value}' for name, value in environ.items()]
    name = ['unshare', '--uts', 'sh', '-c', f'hostname {machine}; exec "$@"', 'sh']
    return [*unbound, 'ip', 'netns', 'exec', machine, *name]


@pytest.fixture
def link():
    if os.geteuid() != 0 or not shutil.which('ip') or not shutil.which('unshare'):
        pytest.skip('network namespaces take root, and the commands ip and unshare')
    link = Link(f'phx{os.getpid()}')
    yield link
    link.remove()


@pytest.mark.long
def test_the_toy_does_without_the_other_machine_and_uses_it_again(phoenix, link: Link) -> None:
    def speak(condition: str) -> str:
        command = [*on(link.toy), sys.executable, str(Path(__file__).with_name('speak.py'))]
        environ = {'ROS_DOMAIN_ID': str(toy.domain), 'ROS_STATIC_PEERS': HELPER}
        result = subprocess.run(
            [*command, str(SAMPLE), condition],
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return result.stdout.strip()

    helper: Phoenix = phoenix('run', '--machine', 'helper', '--peer', TOY, before=on(link.helper))
    toy: Phoenix = phoenix('run', '--machine', 'toy', '--peer', HELPER, before=on(link.toy))
    toy.wait_for('ready')
    assert speak('') == 'listener voice'
    link.cut()
    assert speak(STANDS_IN) == 'listener_standby voice_standby'
    link.heal()
    assert speak('') == 'listener voice'
    check: Phoenix = phoenix('graph', '--check', before=on(link.toy), ROS_STATIC_PEERS=HELPER)
    assert check.end() == 0, check.output
    for machine in (toy, helper):
        assert machine.interrupt()[0] == 130
        assert machine.left_behind() == []
        assert 'Traceback' not in machine.output


@pytest.mark.long
def test_a_toy_of_the_same_name_on_another_machine_is_noticed_and_told(phoenix, link) -> None:
    first: Phoenix = phoenix('run', before=on(link.toy, **BEYOND))
    first.wait_for('ready')
    alone: Phoenix = phoenix('doctor', before=on(link.toy, **BEYOND))
    alone.end()
    assert 'no other machine runs a toy /phoenix' in alone.output
    second: Phoenix = phoenix('run', before=on(link.helper, **BEYOND))
    second.wait_for('nodes')
    doctor: Phoenix = phoenix('doctor', before=on(link.toy, **BEYOND))
    assert doctor.end() == 1
    assert f'another machine runs a toy /phoenix in domain {first.domain}' in doctor.output
    for toy in (first, second):
        toy.wait_for('another_toy')
    for toy in (first, second):
        toy.interrupt()
        assert toy.left_behind() == []


@pytest.mark.long
def test_toys_that_are_bound_to_their_machines_do_not_notice_each_other(phoenix, link) -> None:
    for machine in (link.toy, link.helper):
        toy: Phoenix = phoenix('run', before=on(machine))
        toy.wait_for('ready')
        doctor: Phoenix = phoenix('doctor', before=on(machine))
        doctor.end()
        assert 'other toys' not in doctor.output
