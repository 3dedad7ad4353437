"""`phoenix record` on a real graph: nothing is lost, whatever ends it."""

import os
import signal
import stat
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
import yaml
from phoenix_msgs.msg import Fault, Transcript

from phoenix_core import events
from phoenix_tools.bags.expiry import expires
from phoenix_tools.bags.salvage import repair
from phoenix_tools.bags.session import load_session

COMMAND = [sys.executable, '-m', 'phoenix_tools.command_line', 'record']


class Recording:
    """`phoenix record` as a process."""

    def __init__(self, graph, folder, *arguments):
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env={**os.environ, 'ROS_DOMAIN_ID': str(graph.domain)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ''

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output

    def wait_for(self, text):
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return line
        raise AssertionError(f'ended without {text!r}')


@pytest.fixture
def record(graph, tmp_path):
    started = []

    def start(*arguments):
        started.append(Recording(graph, tmp_path, *arguments))
        return started[-1]

    yield start
    for recording in started:
        if recording.process.poll() is None:
            recording.process.kill()
            recording.process.wait()


@pytest.fixture
def speaker(graph):
    """Publishes; and waits until it is heard by so many."""
    probe = graph.probe(
        publishes=[events.TRANSCRIPT, events.FAULT], records=[events.TRANSCRIPT, events.FAULT]
    )

    def wait_until_heard(recording):
        recording.wait_for('recording')
        for event in (events.TRANSCRIPT, events.FAULT):
            graph._wait_for_subscribers(probe, event, 2)

    def say(*numbers):
        for number in numbers:
            fields = {'kind': Transcript.FINAL, 'source': Transcript.TYPED, 'text': str(number)}
            graph.call(lambda fields=fields: probe.publish(events.TRANSCRIPT, **fields))

    probe.say, probe.wait_until_heard = say, wait_until_heard
    return probe


def said(bag):
    return [
        event.message.text
        for event in load_session(bag).events
        if event.event is events.TRANSCRIPT
    ]


def test_everything_until_the_end_is_in_the_bag(record, speaker, tmp_path):
    recording = record('-o', 'bag')
    speaker.wait_until_heard(recording)
    speaker.say(*range(200))
    code, output = recording.end()
    assert code == 130
    assert said(tmp_path / 'bag') == [str(n) for n in range(200)]
    assert 'Traceback' not in output
    assert 'without sound; this bag will hold what is said, in words' in recording.output


def test_a_kill_loses_a_second_at_most(record, speaker, tmp_path):
    recording = record('-o', 'bag')
    speaker.wait_until_heard(recording)
    speaker.say('before')
    file = tmp_path / 'bag' / 'bag_0.mcap'
    size = file.stat().st_size
    while file.stat().st_size == size:  # a flush comes once a second
        assert recording.process.poll() is None
    recording.end(signal.SIGKILL)
    repair(tmp_path / 'bag', tmp_path / 'repaired')
    assert said(tmp_path / 'repaired') == ['before']


def test_the_flight_recorder_writes_on_demand_and_on_a_fault(record, speaker, tmp_path):
    recording = record('--keep', '1', '-o', 'flights')
    speaker.wait_until_heard(recording)
    speaker.say('one', 'two')
    recording.process.send_signal(signal.SIGUSR1)
    first = recording.wait_for('messages').split(':')[0]
    assert said(tmp_path / first) == ['one', 'two']
    speaker.say('three')
    fields = {'node': 'probe', 'code': 'test', 'severity': Fault.ERROR, 'message': 'broken'}
    speaker.post(speaker.publish, events.FAULT, **fields)
    speaker.expect(events.FAULT)
    speaker.say('four')
    code, output = recording.end()
    assert code == 130
    second = output.split(':')[0]
    assert said(tmp_path / second) == ['three', 'four']
    faults = [e for e in load_session(tmp_path / second).events if e.event is events.FAULT]
    assert [fault.message.code for fault in faults] == ['test']


def test_a_recording_is_for_its_owner_alone_and_says_when_it_expires(record, speaker, tmp_path):
    recording = record('-o', 'bag', '--keep-days', '2')
    speaker.wait_until_heard(recording)
    speaker.say('one')
    recording.process.kill()  # it says so from the beginning on
    recording.process.wait()
    files = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / 'bag').rglob('*')}
    assert set(files.values()) == {0o600}, files
    assert stat.S_IMODE((tmp_path / 'bag').stat().st_mode) == 0o700
    custom = yaml.safe_load((tmp_path / 'bag' / 'metadata.yaml').read_text())[
        'rosbag2_bagfile_information'
    ]['custom_data']
    left = expires(custom) - datetime.now(timezone.utc)
    assert timedelta(days=1.9) < left < timedelta(days=2)


def test_the_settings_of_the_nodes_are_kept(graph, record, tmp_path):
    from phoenix_activities.engine.node import Activities

    graph.add(Activities, parameters={'seed': 7, 'volume': 0.5})
    recording = record('-o', 'bag')
    recording.wait_for('noted the settings of activities')
    recording.end()
    assert load_session(tmp_path / 'bag').settings == {'activities': {'seed': 7, 'volume': 0.5}}


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--profile', 'all'], 'no such --profile: all'),
        (['--duration', '-1'], 'must be greater than 0'),
    ],
)
def test_misuse_is_refused_with_exit_code_2(record, arguments, problem):
    recording = record(*arguments)
    output, _ = recording.process.communicate(timeout=20)
    assert recording.process.returncode == 2
    assert problem in output
