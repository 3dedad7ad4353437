"""S14: no words in logs, metrics, spans, faults, diagnostics or the output, whatever fails."""

import socket
import urllib.request

import pytest
from chat_server import ChatServer
from front_door import Phoenix
from layouts import COMPOSED_FIRST
from phoenix_msgs.msg import Transcript
from rare_words import ending, found_in, type_rare_words, type_sentence
from rcl_interfaces.msg import Log
from rclpy.serialization import serialize_message

from otlp_receiver import OtlpReceiver
from phoenix_core import events
from phoenix_core.events.event_type import Privacy
from phoenix_core.node.declarations import subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_speech.voice.node import Voice
from phoenix_tools.run.running_toy import HIDDEN

TURNS = 30
OPEN = [event for event in events.ALL if event.privacy is Privacy.NONE]


def repeat_everything(answer):
    """Fail with what was said in the reason and in the body."""
    said = answer.server.requests[-1][2]['messages'][-1]['content']
    answer.send_response(500, said)
    answer.end_headers()
    answer.wfile.write(said.encode())
    answer.cut()


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_s14_what_everybody_may_see_of_a_toy_holds_no_words(graph, tmp_path, layout):
    port = free_port()
    logs = tmp_path / 'logs'
    with OtlpReceiver() as receiver, ChatServer(repeat_everything) as server:
        toy = Phoenix(
            *(graph.domain, 'run', '--layout', layout, 'log_level:=debug'),
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            OTEL_BSP_SCHEDULE_DELAY='100',
            PHOENIX_TELEMETRY_METRICS_PORT=str(port),
            PHOENIX_LOG_FORMAT='json',
            PHOENIX_CONVERSATION_PROVIDERS='openai,scripted',
            PHOENIX_CONVERSATION_OPENAI_BASE_URL=server.url,
            ROS_LOG_DIR=str(logs),
        )
        try:
            toy.wait_for('all well')
            with ending(toy):
                words, seen = converse(graph)
                with urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics') as answer:
                    seen['metrics'] = answer.read()
        finally:
            toy.kill()
        assert any(found_in(str(request), words) for _, _, request in server.requests)
    seen['spans'] = receiver.received
    seen['output'] = toy.output.encode()
    for path in logs.rglob('*'):
        seen[path.name] = path.read_bytes()
    for source, content in seen.items():
        assert found_in(content, words) == set(), source
    assert b'chat_model_failed' in seen['system/fault']
    for source, sign in (('metrics', b'phoenix_'), ('spans', b'speech/'), ('output', b'debug')):
        assert sign in seen[source], f'{source}: there was nothing to see'
    assert HIDDEN in toy.output


def converse(graph):
    """Type to the toy; return the rare words, and all that was seen meanwhile, by source."""
    probe = graph.probe(publishes=[events.TRANSCRIPT], records=[events.INTENT_DETECTED, *OPEN])
    rosout = []
    graph.call(lambda: probe.create_subscription(Log, '/rosout', rosout.append, 100))
    graph._wait_for_subscribers(probe, events.TRANSCRIPT, 3)
    words = type_rare_words(graph, probe, TURNS)
    probe.expect(events.FAULT, lambda fault: fault.code == 'chat_model_failed', timeout_s=30)
    probe.expect(events.NODE_METRICS)
    seen = {event.topic: b''.join(map(serialize_message, probe.recorded(event))) for event in OPEN}
    seen['/rosout'] = b''.join(map(serialize_message, graph.call(lambda: list(rosout))))
    assert seen['/rosout'] and seen['/diagnostics']
    return words, seen


class Gossip:
    """A voice that fails with what it was to say."""

    sample_rate = 16000

    def __init__(self, settings):
        """Keep the settings."""

    def synthesize(self, text):
        raise RuntimeError(f'cannot say {text}')
        yield

    def close(self):
        """Hold nothing."""


class Clumsy(EventNode):
    """A node that raises with what it heard."""

    settings: NodeSettings

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None:
        raise RuntimeError(transcript.text)


def test_s14_what_fails_does_not_tell_at_which_words(graph, provide):
    provide('phoenix.voices', 'Gossip')
    probe = graph.probe(publishes=[events.TRANSCRIPT, events.SAY_REQUEST], records=[events.FAULT])
    graph.add(Voice, parameters={'providers': ['Gossip']})
    graph.add(Clumsy)
    type_sentence(probe, 'zabibi likes tea')
    probe.publish(events.SAY_REQUEST, utterance_id='1', text='Zabibi likes tea.')
    for code in ('handler_failed', 'voice_failed', 'no_voice_works'):
        probe.expect(events.FAULT, lambda fault, code=code: fault.code == code)
    told = b''.join(map(serialize_message, probe.recorded(events.FAULT)))
    assert found_in(told, ['zabibi']) == set()


@pytest.mark.long
def test_s14_the_toy_shows_words_where_somebody_asked_for_them(phoenix):
    toy = phoenix('run', '--show-words', '--play', 'samples/hey_jarvis_turn_on_the_light.wav')
    assert toy.end() == 0
    assert HIDDEN not in toy.output
