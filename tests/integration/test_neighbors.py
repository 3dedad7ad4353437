"""Neighbors of the toy's own nodes, chosen by settings: a tool of MCP, a voice on Wyoming."""

import asyncio
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from chat_server import ChatServer
from mcp.server.mcpserver import MCPServer
from phoenix_msgs.msg import ConversationRequest
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import async_read_event, async_write_event

from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.testing.graph import decide
from phoenix_speech.conversation import foreign_tools
from phoenix_speech.conversation.node import Conversation
from phoenix_speech.voice.node import Voice

TOOL = 'mcp:house/turn_on'


@contextmanager
def house():
    """Serve a tool, as people write it with the SDK; yield the address."""
    made = MCPServer('house')

    @made.tool()
    def turn_on(room: str) -> str:
        return f'The light of the {room} is on now.'

    listening = socket.socket()
    listening.bind(('127.0.0.1', 0))
    app = made.streamable_http_app()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={'sockets': [listening]})
    thread.start()
    yield f'http://127.0.0.1:{listening.getsockname()[1]}/mcp'
    server.should_exit = True
    thread.join()
    listening.close()


def allow(graph, *names):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=list(names)))


def uses_the_tool(answer):
    """Answer as a language model that repeats what its tool has told."""
    request = answer.server.requests[-1][2]
    answer.begin()
    if request['messages'][-1]['role'] == 'tool':
        answer.say(request['messages'][-1]['content'])
    elif any(tool['function']['name'] == 'house__turn_on' for tool in request['tools']):
        answer.call(0, 'house__turn_on', '{"room": "kitchen"}')
    else:
        answer.say('I cannot do that.')
    answer.end()


def test_a_child_asks_for_the_light_of_the_kitchen(graph, monkeypatch):
    monkeypatch.setattr(foreign_tools, 'FIND_S', 60.0)  # for a busy machine
    probe = graph.probe(
        publishes=[events.CONVERSATION_REQUEST], records=[events.SAY_REQUEST, events.FAULT]
    )

    def ask(expected):
        asked = probe.publish(
            events.CONVERSATION_REQUEST,
            kind=ConversationRequest.REPLY,
            text='switch on the kitchen light',
        )
        said = probe.expect(
            events.SAY_REQUEST, lambda request: request.text == expected, timeout_s=60
        )
        assert said.header.trace_id == asked.trace_id

    with ChatServer(uses_the_tool) as server, house() as address:
        graph.add(
            Conversation,
            parameters={
                'providers': ['openai', 'scripted'],
                'openai.base_url': server.url,
                'first_sentence_s': 60.0,
                'total_s': 60.0,
                'tool_sources': ['mcp'],
                'mcp.servers': [f'house={address}'],
                'mcp.tools': ['house/turn_on'],
                'mcp.limit_s': 30.0,
            },
        )
        assert TOOL in Neighbors.of({'XDG_STATE_HOME': graph.state_home}, '/phoenix').asking
        ask('I cannot do that.')
        allow(graph, TOOL)
        ask('The light of the kitchen is on now.')
    assert probe.recorded(events.FAULT) == []


class Silence:
    """A voice of the toy's own."""

    sample_rate = 16000

    def __init__(self, settings):
        pass

    def synthesize(self, text):
        yield np.zeros(800, np.int16)

    def close(self):
        pass


@contextmanager
def wyoming_voice():
    """Speak a tone for each text; yield the port, and what was asked."""
    asked = []

    async def connected(reader, writer):
        event = await async_read_event(reader)
        asked.append(event.data['text'])
        form = {'rate': 16000, 'width': 2, 'channels': 1}
        for answer in (
            AudioStart(**form),
            AudioChunk(audio=b'\x00\x10' * 8000, **form),
            AudioStop(),
        ):
            await async_write_event(answer.event(), writer)
        writer.close()

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(connected, '127.0.0.1', 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1], asked
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def spoken(graph):
    """Say something, and return the sound up to its last frame."""
    probe = graph.probe(
        publishes=[events.SAY_REQUEST], records=[events.AUDIO_OUTPUT, events.FAULT]
    )

    def say(text):
        probe.publish(events.SAY_REQUEST, utterance_id=text, text=text)

        def is_last(frame):
            return frame.stream_id == text and frame.last

        probe.expect(events.AUDIO_OUTPUT, is_last, timeout_s=30)
        frames = [one for one in probe.recorded(events.AUDIO_OUTPUT) if one.stream_id == text]
        return sum(len(frame.samples) for frame in frames)

    say.faults = lambda: [fault.code for fault in probe.recorded(events.FAULT)]
    return say


def test_a_voice_on_this_machine_gets_judged_texts_alone(graph, spoken):
    with wyoming_voice() as (port, asked):
        graph.add(Voice, parameters={'providers': ['wyoming'], 'wyoming.port': port})
        assert spoken('Nice to see you.') == pytest.approx(8000, abs=100)
        spoken('I will kill you with a knife.')
    assert 'Nice to see you.' in asked
    assert not any('knife' in text for text in asked)
    assert set(spoken.faults()) == {'speech_refused'}


def test_a_voice_elsewhere_gets_nothing_without_a_parents_yes(graph, spoken, provide):
    parameters = {'providers': ['wyoming', 'Silence'], 'wyoming.host': '192.0.2.1'}
    provide('phoenix.voices', 'Silence')
    graph.add(Voice, parameters=parameters)
    assert spoken('Nice to see you.') == 800
    neighbors = Neighbors.of({'XDG_STATE_HOME': graph.state_home}, '/phoenix')
    assert 'wyoming:192.0.2.1:10200' in neighbors.asking
    assert 'voice_failed' in spoken.faults()
