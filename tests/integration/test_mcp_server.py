"""The toy as an MCP server: asked by the SDK's own client, in this process and over stdio."""

import json
import os
import threading
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from phoenix_msgs.msg import ActivityState, CapabilityStatus, PlaybackEvent, Transcript

from phoenix_bringup.process_table import program
from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.telemetry.node import Telemetry
from phoenix_core.testing.graph import decide
from phoenix_home.mcp import server as mcp_server
from phoenix_home.mcp.server import McpServer
from phoenix_home.mcp.toy_tools import make_server


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[
            *(events.AUDIO_PLAYBACK, events.ACTIVITY_STATE, events.SYSTEM_STATUS),
            *(events.TRANSCRIPT, events.VOLUME),
        ],
        records=[events.SAY_REQUEST, events.LED_COMMAND, events.ACTIVITY_REQUEST],
    )


@pytest.fixture
def toy(graph, probe):
    return graph.add(McpServer)


def call(server, tool, **arguments):
    """Call a tool with the SDK's client; return its text, or raise AssertionError with it."""

    async def run():
        with anyio.fail_after(20):
            async with Client(server) as client:
                result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content[0].text
        return result.content[0].text

    return anyio.run(run)


def play_what_is_said(probe, kind):
    """Play the next utterance, as the voice and the speaker do, in a thread."""

    def play():
        said = probe.expect(events.SAY_REQUEST)
        probe.publish(
            events.AUDIO_PLAYBACK, kind=kind, utterance_id=said.utterance_id, position_s=1.0
        )

    thread = threading.Thread(target=play)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ('kind', 'outcome'),
    [(PlaybackEvent.FINISHED, 'spoken'), (PlaybackEvent.INTERRUPTED, 'interrupted')],
)
def test_a_text_goes_to_the_voice_and_its_end_comes_back(toy, probe, kind, outcome):
    playing = play_what_is_said(probe, kind)
    assert call(make_server(toy), 'say', text='Dinner is ready.') == outcome
    playing.join()
    [said] = probe.recorded(events.SAY_REQUEST)
    assert said.text == 'Dinner is ready.' and said.header.trace_id


def test_light_and_activities_are_asked_for(toy, probe):
    server = make_server(toy)
    call(server, 'light', animation='rainbow', brightness=0.5, duration_s=2)
    command = probe.expect(events.LED_COMMAND)
    assert (command.animation, command.brightness, command.duration_s) == ('rainbow', 0.5, 2.0)
    call(server, 'start_activity', activity='timer', slots={'duration': '60'})
    request = probe.expect(events.ACTIVITY_REQUEST)
    assert request.activity == 'timer'
    assert [(slot.name, slot.value) for slot in request.slots] == [('duration', '60')]


def test_a_request_waits_until_the_toy_is_discovered(graph):
    server = make_server(graph.add(McpServer))
    asking = threading.Thread(target=call, args=(server, 'light'), kwargs={'animation': 'fade'})
    asking.start()
    later = graph.probe(records=[events.LED_COMMAND])
    assert later.expect(events.LED_COMMAND).animation == 'fade'
    asking.join()


def test_without_a_toy_an_assistant_learns_so(graph, monkeypatch):
    monkeypatch.setattr(mcp_server, 'HEARD_S', 0.1)
    server = make_server(graph.add(McpServer))
    asked = [
        ('say', {'text': 'Hi.'}),
        ('light', {'animation': 'fade'}),
        ('start_activity', {'activity': 'story'}),
    ]
    for tool, arguments in asked:
        with pytest.raises(AssertionError, match='no toy is running'):
            call(server, tool, **arguments)


@pytest.mark.parametrize(
    ('tool', 'arguments'),
    [
        ('say', {'text': ''}),
        ('say', {'text': '  '}),
        ('say', {'text': 'x' * 2001}),
        ('say', {'text': 'a\x00'}),
        ('light', {'animation': 'rainbow', 'brightness': 2}),
        ('light', {'animation': 'rainbow', 'duration_s': 10_000}),
        ('start_activity', {'activity': ''}),
        ('start_activity', {'activity': 'timer', 'slots': {'a': 'x' * 1001}}),
        ('set_limits', {'pin': '1234'}),
    ],
)
def test_what_is_not_allowed_is_refused_and_reaches_nobody(toy, probe, tool, arguments):
    with pytest.raises((AssertionError, MCPError)):
        call(make_server(toy), tool, **arguments)
    recorded = (events.SAY_REQUEST, events.LED_COMMAND, events.ACTIVITY_REQUEST)
    assert [probe.recorded(event) for event in recorded] == [[], [], []]


def test_the_state_is_told(toy, probe):
    probe.publish(events.ACTIVITY_STATE, activity='story', phase=ActivityState.SPEAKING)
    probe.publish(events.VOLUME, level=0.25)
    hears = CapabilityStatus(capability='hearing', level=CapabilityStatus.OK)
    probe.publish(events.SYSTEM_STATUS, capabilities=[hears])
    server, told = make_server(toy), {}
    while len(told) < 4:  # each event comes on its own way
        told = json.loads(call(server, 'state'))
    assert told == {
        'activity': 'story',
        'phase': 'speaking',
        'volume': 0.25,
        'capabilities': {'hearing': 'ok'},
    }


def test_what_people_said_is_told_with_a_parents_yes_alone(graph, toy, probe):
    graph.add(Telemetry, parameters={'metrics_port': 0})
    trace = probe.publish(
        events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text='my secret'
    )

    def told():
        found = []
        while not found:  # the telemetry node gets the event on its own way
            found = json.loads(call(make_server(toy), 'interactions'))
        return found

    [interaction] = told()
    assert interaction['trace_id'] == trace.trace_id
    assert interaction['events'][0]['event'] == 'speech/transcript'
    assert 'secret' not in json.dumps(interaction)
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=['mcp']))
    assert 'my secret' in json.dumps(told())


def test_the_program_serves_on_its_standard_streams(graph, probe):
    arguments = ['--ros-args', '-p', 'autostart:=true', '-r', '__ns:=/phoenix']
    environment = {**os.environ, 'ROS_DOMAIN_ID': str(graph.domain)}
    target = StdioServerParameters(
        command=program('phoenix_home', 'mcp_server'),
        args=arguments,
        env={**environment, 'XDG_STATE_HOME': graph.state_home},
    )
    call(target, 'light', animation='rainbow')
    probe.expect(events.LED_COMMAND)
