"""
Whatever a neighbor wants to be said is judged where the toy speaks, by whatever way it comes.

A neighbor cannot sound by another way: its nodes publish no sound. Nor can it hold the toy up by
wanting much.
"""

from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from phoenix_msgs.msg import ConversationEvent, ConversationRequest, Fault

from phoenix_core import events
from phoenix_core.events.event_type import Privacy
from phoenix_core.limits.limits import Limits
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_core.testing.graph import decide
from phoenix_home.home_assistant.node import HomeAssistant
from phoenix_home.mcp.server import McpServer
from phoenix_home.ros import foreign
from phoenix_home.ros.actions import RosActions
from phoenix_home.ros.bridge import MOST_PER_S, RosBridge
from phoenix_home.utterances import MOST_WAITING, Outcome
from phoenix_speech.conversation.node import Conversation
from phoenix_speech.voice.node import Voice

UNFIT = 'I will kill you with a knife.'
NO_TOPICS = dict.fromkeys(
    ('speech_topic', 'tracked_topic', 'intents_topic', 'audio_topic', 'requests_topic'), ''
)
NODES = [
    pytest.param(HomeAssistant, {'port': 0}, id='home_assistant'),
    pytest.param(RosActions, {}, id='ros_actions'),
    pytest.param(RosBridge, NO_TOPICS, id='ros_bridge'),
    pytest.param(McpServer, {}, id='mcp_server'),
]
OURS = [
    point.load()
    for point in entry_points(group='phoenix.nodes')
    if point.value.startswith('phoenix_home.')
]


class Parrot:
    """A voice that keeps what it was given to say."""

    sample_rate = 16000
    said: list[str] = []

    def __init__(self, settings):
        Parrot.said = []

    def synthesize(self, text):
        Parrot.said.append(text)
        yield np.zeros(800, np.int16)

    def close(self):
        pass


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.CONVERSATION_REQUEST, events.HOUSE_REPLY],
        records=[
            *(events.AUDIO_OUTPUT, events.SAY_REQUEST, events.FAULT),
            *(events.HOUSE_REQUEST, events.ACTIVITY_REQUEST),
        ],
    )


@pytest.fixture
def voice(graph, probe, provide):
    provide('phoenix.voices', 'Parrot')
    return graph.add(Voice, parameters={'providers': ['Parrot']})


def expect_a_calm_sentence(probe):
    probe.expect(events.FAULT, lambda fault: fault.code == 'speech_refused')
    probe.expect(events.AUDIO_OUTPUT, lambda frame: frame.last, timeout_s=30)
    assert not any('knife' in text or 'kill' in text for text in Parrot.said)


@pytest.mark.parametrize(('kind', 'parameters'), NODES)
def test_what_a_neighbor_wants_to_be_said_is_judged(graph, probe, voice, kind, parameters):
    node = graph.add(kind, parameters=parameters)
    graph.call(partial(node.say, UNFIT, ended=lambda outcome, position_s: None))
    assert probe.expect(events.SAY_REQUEST).text == UNFIT
    expect_a_calm_sentence(probe)


def test_what_the_house_answers_is_judged(graph, probe, voice):
    graph.add(Conversation, parameters={'seed': 1})
    probe.publish(events.CONVERSATION_REQUEST, kind=ConversationRequest.REPLY, text='hello')
    asked = probe.expect(events.HOUSE_REQUEST)
    for kind, text in ((ConversationEvent.SENTENCE, UNFIT), (ConversationEvent.ENDED, '')):
        probe.publish(
            events.HOUSE_REPLY,
            cause=TraceContext.of(asked.header),
            kind=kind,
            provider='home_assistant',
            text=text,
        )
    assert probe.expect(events.SAY_REQUEST).text == UNFIT
    expect_a_calm_sentence(probe)


@pytest.mark.parametrize('node', OURS, ids=lambda node: node.node_name())
def test_no_neighbor_sounds_by_itself(node):
    sounds = {event for event in events.ALL if event.privacy is Privacy.AUDIO}
    assert not sounds & set(node.declarations.publishes)
    assert events.EARCON not in node.declarations.publishes


@pytest.mark.parametrize('node', OURS, ids=lambda node: node.node_name())
def test_who_gets_something_personal_is_told_to_a_parent(graph, node):
    parameters = {'home_assistant': {'port': 0}, 'foxglove': {'port': 0}, 'ros_bridge': NO_TOPICS}
    name = node.node_name()
    hears = {event.privacy for event in node.declarations.hears} - {Privacy.NONE}
    if name == 'wyoming_server':
        assert not hears
        return
    made = graph.add(node, parameters=parameters.get(name, {}))
    neighbors = getattr(made, 'neighbors', None) or made._neighbors
    assert neighbors.asking
    assert not any(neighbors.allows(one) for one in neighbors.asking)


@pytest.mark.parametrize(('kind', 'parameters'), NODES)
def test_who_wants_much_to_be_said_waits_and_the_rest_is_refused(graph, probe, kind, parameters):
    node = graph.add(kind, parameters=parameters)
    ends = []

    def flood():
        said = [
            node.say(f'Text {number}.', ended=lambda outcome, _: ends.append(outcome))
            for number in range(100)
        ]
        return sum(one is not None for one in said)

    assert graph.call(flood) == MOST_WAITING
    probe.expect(events.SAY_REQUEST)
    graph.call(node.deactivate)
    assert ends == [Outcome.INTERRUPTED] * MOST_WAITING
    assert len(probe.recorded(events.SAY_REQUEST)) == 1


def test_a_robot_that_asks_too_often_is_refused(graph, probe):
    decide(Path(graph.state_home), Limits(quiet_hours=''))
    bridge = graph.add(RosBridge, parameters=NO_TOPICS)
    wish = SimpleNamespace(intent=foreign.START_ACTIVITY, data='{"object": "story"}')

    def flood():
        for _ in range(100):
            bridge.on_request(wish)

    graph.call(flood)
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.severity) == ('request_refused', Fault.WARNING)
    assert MOST_PER_S <= len(probe.recorded(events.ACTIVITY_REQUEST)) <= MOST_PER_S + 1
