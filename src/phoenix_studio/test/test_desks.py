"""What the pages are told of turns, processes and settings."""

import array
import asyncio
import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from builtin_interfaces.msg import Time
from phoenix_msgs.msg import ActivityState, EventHeader, SayRequest, TracedEvent, Transcript
from phoenix_msgs.srv import GetRecentEvents
from rclpy.serialization import serialize_message

from phoenix_core import events
from phoenix_studio.graph_desk import GraphDesk
from phoenix_studio.processes import Processes
from phoenix_studio.ros_calls import CallError
from phoenix_studio.turns_desk import TurnsDesk

TRACE = 'a' * 32


def header(span, parent, at_ms, **spent):
    stamp = Time(sec=1000, nanosec=at_ms * 1_000_000)
    return EventHeader(
        stamp=stamp,
        published=stamp,
        producer='somebody',
        trace_id=TRACE,
        span_id=span * 16,
        parent_span_id=parent * 16,
        **spent,
    )


RECENT = [
    (
        events.TRANSCRIPT,
        Transcript(header=header('1', '', 0), kind=2, source=2, text='what time is it'),
    ),
    (
        events.SAY_REQUEST,
        SayRequest(
            header=header('2', '1', 300, queued_s=0.1, processing_s=0.15),
            utterance_id='x',
            text='Noon.',
        ),
    ),
    (
        events.ACTIVITY_STATE,
        ActivityState(header=header('3', '2', 310), activity='idle', phase=1),
    ),
]


class FakeTelemetry:
    """Answers as the telemetry node does."""

    async def ask(self, service, kind, request):
        assert (service, kind) == ('telemetry/recent_events', GetRecentEvents)
        return SimpleNamespace(
            events=[
                TracedEvent(topic=event.topic, data=array.array('B', serialize_message(message)))
                for event, message in RECENT
            ]
        )


@pytest.fixture
def desk():
    return TurnsDesk(FakeTelemetry())


def test_the_list_tells_what_was_heard_and_how_long_it_took(desk):
    [turn] = asyncio.run(desk.turns())['turns']
    assert turn['id'] == TRACE
    assert (turn['start'], turn['heard']) == ('typed', 'what time is it')
    assert turn['seconds'] == pytest.approx(0.31)


def test_a_turn_tells_the_cause_of_each_event_and_where_the_time_went(desk):
    turn = asyncio.run(desk.turn(TRACE))
    heard, said, state = turn['spans']
    assert [one['depth'] for one in turn['spans']] == [0, 1, 2]
    assert (heard['cause'], said['cause'], state['cause']) == ('', heard['id'], said['id'])
    assert (said['begun'], said['sent']) == (pytest.approx(0), pytest.approx(0.3))
    assert (said['queued'], said['own']) == (pytest.approx(0.1), pytest.approx(0.15))
    assert state['fields']['phase'] == 'resting'
    [nothing] = [one for one in turn['stages'] if one['name'] == 'understanding']
    assert nothing['late'], 'nothing was understood'
    json.dumps(turn)


def test_a_turn_that_is_not_kept_is_told(desk):
    with pytest.raises(CallError, match='kept no longer'):
        asyncio.run(desk.turn('b' * 32))


def test_every_event_is_described():
    described = asyncio.run(GraphDesk('/phoenix').events())['events']
    assert [one['name'] for one in described] == [event.name for event in events.ALL]
    json.dumps(described)


def test_the_use_of_a_process_is_told_and_of_one_that_ended_nothing():
    processes = Processes()
    ended = subprocess.Popen([sys.executable, '-c', ''])
    ended.wait()
    program = 'kept = bytearray(50_000_000); print(flush=True); input()'
    with subprocess.Popen(
        [sys.executable, '-c', program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        running.stdout.readline()
        first = processes.use([running.pid, ended.pid])
        running.stdin.close()
    assert list(first) == [running.pid]
    assert first[running.pid]['cpu'] == 0
    assert 50_000_000 < first[running.pid]['bytes'] < 100_000_000


BUSY_FOR_A_WHILE = """
import time
print(flush=True)
input()
begun = time.process_time()
while time.process_time() - begun < 0.3:
    pass
print(flush=True)
input()
"""


def test_a_share_of_a_core_is_the_time_since_the_last_look():
    processes = Processes()
    with subprocess.Popen(
        [sys.executable, '-c', BUSY_FOR_A_WHILE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        running.stdout.readline()
        processes.use([running.pid])
        since_s = time.monotonic()
        running.stdin.write(b'\n')
        running.stdin.flush()
        running.stdout.readline()
        share = processes.use([running.pid])[running.pid]['cpu']
        passed_s = time.monotonic() - since_s
        running.stdin.close()
    assert share * passed_s == pytest.approx(0.3, abs=0.1)


def test_each_setting_is_told_with_its_source(tmp_path):
    profile = tmp_path / 'own.yaml'
    profile.write_text('/**/leds: {ros__parameters: {pixels: 24}}\n')
    output = subprocess.run(
        [sys.executable, '-m', 'phoenix_studio.setting_sources', str(profile)],
        env={**os.environ, 'PHOENIX_WAKE_WORD_THRESHOLD': '0.7'},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    found = json.loads(output)
    assert found['leds']['pixels'] == {'default': 16, 'start': 24, 'source': 'profile'}
    assert found['wake_word']['threshold'] == {
        'default': 0.5,
        'start': 0.7,
        'source': 'environment',
    }
    assert found['wake_word']['patience']['source'] == 'default'
