"""S12: a parent can let the toy forget all, and it forgets by itself what is too old."""

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from phoenix_msgs.msg import ConversationRequest, PlaybackEvent, Slot

from phoenix_activities.engine.node import Activities
from phoenix_activities.state.state_store import StateStore
from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.limits.stored import Stored
from phoenix_core.storage.toy_file import ToyFile
from phoenix_core.telemetry.node import Telemetry
from phoenix_core.testing import decide
from phoenix_speech.conversation.node import Conversation

PIN = '4711'
RARE = 'quokkafant'  # a word that is nowhere else
REMEMBERING = Limits(quiet_hours='', remember_facts=True)


@pytest.fixture
def environ(graph):
    decide(Path(graph.state_home), REMEMBERING)
    environ = {'XDG_STATE_HOME': graph.state_home}
    ParentFile.of(environ, '/phoenix').set_pin('', PIN)
    return environ


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[*Activities.declarations.subscribes, events.CONVERSATION_REQUEST],
        records=[events.SAY_REQUEST, events.VOLUME, events.CONVERSATION, events.FAULT],
    )


def start(graph):
    """Let the toy run with the state file of its folder."""
    return graph.add(Activities, environ={'PHOENIX_ACTIVITIES_STATE_FILE': 'auto'})


def want(probe, intent, **values):
    cause = probe.publish(
        events.INTENT_DETECTED,
        name=intent,
        slots=[Slot(name=name, value=value) for name, value in values.items()],
        confidence=1.0,
        text='words',
    )
    say = probe.expect(events.SAY_REQUEST, lambda s: s.header.trace_id == cause.trace_id)
    for kind in (PlaybackEvent.STARTED, PlaybackEvent.FINISHED):
        probe.publish(events.AUDIO_PLAYBACK, kind=kind, utterance_id=say.utterance_id)
    return say.text


def files_with(word, *folders):
    return [
        path
        for folder in map(Path, folders)
        for path in folder.rglob('*')
        if path.is_file() and word.lower() in path.read_bytes().decode('latin1').lower()
    ]


def forget(graph, pin=PIN):
    command = [sys.executable, '-m', 'phoenix_tools.command_line', 'parent', 'forget']
    environ = {**os.environ, 'XDG_STATE_HOME': graph.state_home}
    return subprocess.run(command, env=environ, input=f'{pin}\n', capture_output=True, text=True)


def wait_until_written(graph, node):
    """Wait for what the worker does now."""
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_cleanup)
    graph.call(node.start)
    done = threading.Event()
    graph.call(lambda: node.in_background(done.set))  # after what the start has begun
    assert done.wait(10)


@pytest.fixture
def recording(graph, environ, tmp_path):
    """A recording that the toy has made."""
    bag = tmp_path / 'bags' / 'monday'
    bag.mkdir(parents=True)
    (bag / 'monday_0.mcap').write_text(RARE)
    (bag / 'metadata.yaml').write_text(RARE)
    Stored.of(environ, '/phoenix').note_recording(bag, datetime.now(timezone.utc))
    return bag


def test_a_running_toy_forgets_all_and_the_disk_proves_it(
    graph, probe, environ, recording, tmp_path
):
    node = start(graph)
    damaged = ToyFile.STATE.path(environ, '/phoenix').with_suffix('.sqlite3.damaged')
    damaged.write_text(RARE)
    want(probe, 'set_child_name', name=RARE)
    want(probe, 'reminder_set', duration='600', what=f'feed the {RARE}')
    wait_until_written(graph, node)
    assert len(files_with(RARE, graph.state_home, tmp_path)) == 4
    done = forget(graph)
    assert done.returncode == 0, done.stderr
    left = [line.split('/')[-1] for line in done.stdout.splitlines() if 'bytes' in line]
    assert left == ['phoenix.mute', 'phoenix.parent.json']  # neither holds a word
    assert files_with(RARE, graph.state_home, tmp_path) == []
    assert not recording.exists()
    # What it had in memory is gone, too, and is not written again.
    want(probe, 'volume_set', level='30')
    assert RARE not in want(probe, 'my_name').lower()
    assert RARE not in want(probe, 'timer_remaining').lower()
    wait_until_written(graph, node)
    assert files_with(RARE, graph.state_home, tmp_path) == []
    state = StateStore(ToyFile.STATE.path(environ, '/phoenix'), pytest.fail).load()
    assert state.pop('use')['minutes'] <= 1  # of play since then
    assert state == {'toy': {'volume': 0.3}}
    assert ParentFile.of(environ, '/phoenix').limits == REMEMBERING


def test_a_write_that_is_under_way_does_not_bring_it_back(graph, probe, environ):
    node = start(graph)
    stored = Stored.of(environ, '/phoenix')
    forgotten = threading.Event()

    def forget_in_between():
        ParentFile.of(environ, '/phoenix').forget(PIN, stored.remove)
        forgotten.set()

    def remember():
        node.in_background(forget_in_between)  # before the write that follows
        assert node.manager.memory.tell_name(RARE)

    graph.call(remember)
    want(probe, 'volume_set', level='30')
    # Going down does not wait for the worker: what is told before may be written until then.
    assert forgotten.wait(20)
    wait_until_written(graph, node)
    assert files_with(RARE, graph.state_home) == []


def test_a_reminder_that_was_forgotten_does_not_ring(graph, probe, environ):
    start(graph)
    want(probe, 'reminder_set', duration='1', what=f'feed the {RARE}')
    assert forget(graph).returncode == 0
    said = len(probe.recorded(events.SAY_REQUEST))
    want(probe, 'timer_set', duration='1')  # it rings after the other one would have
    probe.expect_count(events.SAY_REQUEST, said + 2)
    assert RARE not in str(probe.recorded(events.SAY_REQUEST)[said:])


def test_a_wrong_pin_forgets_nothing(graph, probe, environ):
    node = start(graph)
    want(probe, 'set_child_name', name=RARE)
    wait_until_written(graph, node)
    refused = forget(graph, '0000')
    assert (refused.returncode, refused.stdout) == (3, '')
    assert 'the PIN is wrong' in refused.stderr
    assert files_with(RARE, graph.state_home)
    assert RARE in want(probe, 'my_name').lower()


class Echo:
    """A chat model that answers with all it was told so far."""

    name = 'echo'
    address = ''

    def __init__(self, settings):
        pass

    async def stream(self, messages):
        yield ' and '.join(m['content'] for m in messages[1:]).replace('.', ' ') + '.'

    async def close(self):
        pass


def test_a_conversation_and_the_newest_interactions_are_forgotten(graph, probe, environ, provide):
    provide('phoenix.chat_models', 'Echo')
    graph.add(Conversation, parameters={'providers': ['Echo']})
    telemetry = graph.add(Telemetry, parameters={'metrics_port': 0})

    def talk(text):
        cause = probe.publish(
            events.CONVERSATION_REQUEST, kind=ConversationRequest.REPLY, text=text
        )
        return probe.expect(
            events.CONVERSATION, lambda e: e.text and e.header.trace_id == cause.trace_id
        ).text

    talk(f'I have a {RARE}')
    assert RARE in talk('What do I have')
    assert forget(graph).returncode == 0
    assert RARE not in talk('What do I have')
    assert RARE not in str(list(graph.call(lambda: list(telemetry._recent))))


def test_the_toy_itself_removes_recordings_that_are_too_old(graph, environ, tmp_path):
    decide(Path(graph.state_home), Limits(quiet_hours='', recordings_days=3))
    stored, now = Stored.of(environ, '/phoenix'), datetime.now(timezone.utc)
    for name, age in (('old', timedelta(days=3)), ('new', timedelta(days=2))):
        (tmp_path / name).mkdir()
        (tmp_path / name / 'metadata.yaml').write_text(RARE)
        stored.note_recording(tmp_path / name, now - age)
    node = start(graph)
    wait_until_written(graph, node)
    assert not (tmp_path / 'old').exists()
    assert (tmp_path / 'new').exists()


def test_facts_are_kept_only_where_a_parent_allows_it(graph, probe, environ):
    decide(Path(graph.state_home), Limits(quiet_hours=''))
    node = start(graph)
    want(probe, 'set_child_name', name=RARE)
    want(probe, 'volume_set', level='30')  # which is kept
    wait_until_written(graph, node)
    assert ToyFile.STATE.path(environ, '/phoenix').exists()
    assert files_with(RARE, graph.state_home) == []
