"""What the activities node keeps in its file: over a kill, damage, and a disk that is full."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from phoenix_msgs.msg import CapabilityStatus, PlaybackEvent, Slot

from phoenix_activities.engine.node import Activities
from phoenix_activities.state import state_store
from phoenix_activities.state.state_keeper import StateKeeper
from phoenix_activities.state.state_store import StateStore, StateStoreError
from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.storage.toy_file import ToyFile
from phoenix_core.testing import decide

PROGRAM = """
from phoenix_activities.engine.node import Activities
from phoenix_core.node.execution import run

run([Activities])
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'state' / 'toy.sqlite3'


@pytest.fixture
def probe(graph):
    publishes = [events.INTENT_DETECTED, events.AUDIO_PLAYBACK]
    records = [
        events.SAY_REQUEST,
        events.VOLUME,
        events.ACTIVITY_STATE,
        events.ACTIVITY_TRANSITION,
        events.FAULT,
    ]
    return graph.probe(publishes=publishes, records=records)


@pytest.fixture(autouse=True)
def remembering(graph, tmp_path):
    """Let a parent allow the toy to remember what it is told."""
    for state_home in (graph.state_home, tmp_path):
        decide(Path(state_home), Limits(quiet_hours='', remember_facts=True))


def add(graph, path):
    parameters = {'seed': 1, 'state_file': str(path)}
    return graph.add(Activities, parameters=parameters)


def ask(probe, name, /, timeout_s=10.0, **slots):
    """Want something, and let the toy say its answer, which is returned."""
    cause = probe.publish(
        events.INTENT_DETECTED,
        name=name,
        slots=[Slot(name=slot, value=value) for slot, value in slots.items()],
        confidence=1.0,
        text='some words',
    )
    say = probe.expect(
        events.SAY_REQUEST, lambda s: s.header.trace_id == cause.trace_id, timeout_s
    )
    for kind in (PlaybackEvent.STARTED, PlaybackEvent.FINISHED):
        probe.publish(events.AUDIO_PLAYBACK, kind=kind, utterance_id=say.utterance_id)
    return say.text


def expect_fault(probe, code, count=1):
    return probe.expect_count(events.FAULT, count, lambda fault: fault.code == code)[-1]


@pytest.fixture
def start(graph, tmp_path):
    """Start the node as a process of its own, as ROS would; its file is at the default place."""
    environ = {
        **os.environ,
        'ROS_DOMAIN_ID': str(graph.domain),
        'XDG_STATE_HOME': str(tmp_path),
    }
    del environ['PHOENIX_ACTIVITIES_STATE_FILE']
    running = []

    def begin():
        running.append(subprocess.Popen([sys.executable, '-c', PROGRAM], env=environ))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def meet(probe, name, /, **slots):
    """Ask until it answers: what is said before DDS has connected both is lost."""
    for _ in range(60):
        with contextlib.suppress(AssertionError):
            return ask(probe, name, timeout_s=0.5, **slots)
    raise AssertionError(f'no answer to {name}')


def wait_until_kept(path, what):
    """Wait until the file holds something, at most for as long as a write may take."""
    store = StateStore(path, pytest.fail)
    for _ in range(200):
        with contextlib.suppress(StateStoreError):
            if what in str(store.load()):
                return
        time.sleep(0.05)  # no event tells of a file
    raise AssertionError(f'{what} is not kept: {store.load()}')


def test_a_killed_toy_remembers_the_child_its_volume_and_a_timer(probe, start, tmp_path):
    path = tmp_path / 'phoenix' / 'phoenix.sqlite3'
    process = start()
    meet(probe, 'set_child_name', name='mia')
    ask(probe, 'volume_set', level='30')
    ask(probe, 'reminder_set', duration='600', what='feed the cat')
    wait_until_kept(path, 'feed the cat')
    process.kill()
    process.wait()
    volumes = len(probe.recorded(events.VOLUME))
    start()
    assert 'Mia' in meet(probe, 'my_name')
    assert 'minutes' in ask(probe, 'timer_remaining')
    volume = probe.expect_count(events.VOLUME, volumes + 1)[-1]
    assert volume.level == pytest.approx(0.3)
    assert probe.recorded(events.FAULT) == []


def test_a_node_that_is_stopped_has_written_all(graph, probe, path):
    node = add(graph, path)
    ask(probe, 'set_child_name', name='mia')
    graph.call(node.stop)
    assert 'Mia' in str(StateStore(path, pytest.fail).load())
    add(graph, path)
    assert 'Mia' in ask(probe, 'my_name')


def test_a_node_that_was_inactive_remembers_without_a_file_too(graph, probe):
    node = graph.add(Activities, parameters={'seed': 1})
    ask(probe, 'set_child_name', name='mia')
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_activate)
    assert 'Mia' in ask(probe, 'my_name')


def test_a_damaged_file_is_put_aside_and_told(graph, probe, path):
    path.parent.mkdir()
    path.write_bytes(b'rubbish' * 1000)
    add(graph, path)
    fault = expect_fault(probe, 'state_put_aside')
    assert (fault.node, fault.tried) == ('activities', 'begins with nothing')
    assert f'{path}: is damaged' in fault.message
    assert path.with_name('toy.sqlite3.damaged').read_bytes() == b'rubbish' * 1000
    ask(probe, 'set_child_name', name='mia')
    wait_until_kept(path, 'Mia')


def test_a_damaged_value_is_put_aside_and_the_toy_goes_on_with_the_rest(graph, probe, path):
    StateStore(path, pytest.fail).save({'toy': {'told': {'child_name': 'Mia'}}, 'use': {}})
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE kept SET value = CAST(value AS BLOB) WHERE name = 'use'")
        rows = connection.execute('SELECT name, value FROM kept ORDER BY name').fetchall()
        connection.execute('UPDATE checksum SET of_kept = ?', (state_store._checksum(rows),))
        connection.commit()
    add(graph, path)
    assert expect_fault(probe, 'state_put_aside').tried == 'goes on with the rest'
    assert 'Mia' in ask(probe, 'my_name')


def test_what_does_not_fit_any_more_is_refused_by_name_and_not_quoted(graph, probe, path):
    kept = {'toy': {'told': {'child_name': 'Mia'}}, 'activity story': {'told': 'Mia'}}
    StateStore(path, pytest.fail).save(kept)
    add(graph, path)
    fault = expect_fault(probe, 'state_refused')
    assert fault.message == 'activity story: what was kept does not fit any more'
    assert 'Mia' in ask(probe, 'my_name')


def test_a_toy_that_cannot_write_goes_on_and_writes_when_it_can(graph, probe, path, expect_health):
    path.parent.touch()  # a file where the folder should be
    add(graph, path)
    expect_fault(probe, 'state_unsaved')
    ask(probe, 'set_child_name', name='mia')
    assert 'Not a directory' in expect_fault(probe, 'state_unsaved', 2).message
    expect_health('activities', CapabilityStatus.DEGRADED, 'state_unsaved')
    assert 'Mia' in ask(probe, 'my_name')
    path.parent.unlink()
    ask(probe, 'volume_set', level='30')
    expect_health('activities', CapabilityStatus.OK)
    assert 'Mia' in str(StateStore(path, pytest.fail).load())


class Keeping(EventNode):
    """A node that keeps something and does nothing else."""

    settings: NodeSettings


def test_what_failed_is_tried_again_without_a_change(graph, path, expect_health):
    node = graph.add(Keeping)
    path.mkdir(parents=True)
    keeper = StateKeeper(node, path, retry_s=0.1)
    graph.call(lambda: keeper.keep({'a': 1}))
    expect_health('keeping', CapabilityStatus.DEGRADED, 'state_unsaved')
    path.rmdir()
    expect_health('keeping', CapabilityStatus.OK)
    assert StateStore(path, pytest.fail).load() == {'a': 1}


def test_many_changes_end_in_the_newest_and_close_waits_for_it(graph, path):
    node = graph.add(Keeping)
    keeper = StateKeeper(node, path)

    def change_and_close():
        for number in range(100):
            keeper.keep({'number': number})
        keeper.close()

    graph.call(change_and_close)
    assert StateStore(path, pytest.fail).load() == {'number': 99}


@pytest.mark.parametrize(
    ('environ', 'namespace', 'path'),
    [
        ({}, '/phoenix', None),
        ({'HOME': '/home/mia'}, '/phoenix', '/home/mia/.local/state/phoenix/phoenix.sqlite3'),
        (
            {'HOME': '/h', 'XDG_STATE_HOME': '/var/s'},
            '/two/toys',
            '/var/s/phoenix/two.toys.sqlite3',
        ),
        ({'HOME': '/h', 'XDG_STATE_HOME': 'var'}, '/', '/h/.local/state/phoenix/toy.sqlite3'),
    ],
)
def test_where_the_file_is(environ, namespace, path):
    assert ToyFile.STATE.path(environ, namespace) == (path and Path(path))


def test_tests_and_recordings_leave_the_toy_of_the_user_alone(graph, probe):
    assert os.environ['PHOENIX_ACTIVITIES_STATE_FILE'] == ''
    node = graph.add(Activities, environ={'HOME': '/nowhere', **os.environ})
    assert node.settings.state_file == ''
    ask(probe, 'set_child_name', name='mia')
    assert probe.recorded(events.FAULT) == []
