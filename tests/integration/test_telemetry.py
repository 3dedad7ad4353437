"""The telemetry node: interactions in memory, metrics on loopback, spans to an OTLP receiver."""

import os
import socket
import threading
import time
import urllib.request

import pytest
from phoenix_msgs.msg import AudioFrame, ListenRequest, TouchEvent
from phoenix_msgs.srv import GetRecentEvents
from rclpy.serialization import deserialize_message

from otlp_receiver import OtlpReceiver
from phoenix_core import events
from phoenix_core.clock.units import nanoseconds
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.telemetry.node import Telemetry


class Echo(EventNode):
    """Answers a touch with a request to listen; a touch of the belly is too much for it."""

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings

    @subscribes(events.TOUCH)
    def on_touch(self, touch: TouchEvent) -> None:
        if touch.pad == 'belly':
            raise ValueError('too much')
        with self.model_time():
            pass
        self.listen_request(kind=ListenRequest.OPEN)

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Hear."""


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.TOUCH, events.AUDIO_INPUT, events.AUDIO_OUTPUT],
        records=[events.LISTEN_REQUEST, events.FAULT, events.NODE_METRICS],
    )


def touch(probe, pad='head'):
    return probe.publish(events.TOUCH, pad=pad, kind=TouchEvent.TOUCHED)


def frame(sequence, **fields):
    return {
        'stream_id': 's',
        'sequence': sequence,
        'sample_rate': 16000,
        'channels': 1,
        'samples': [1] * 640,
        **fields,
    }


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def until(ask, good):
    """Ask repeatedly, for at most 10 s, and return the first good answer."""
    deadline_s = time.monotonic() + 10
    while not good(answer := ask()):
        assert time.monotonic() < deadline_s, answer
    return answer


def recent(probe):
    """Ask the node for what it keeps."""
    client = probe.create_client(GetRecentEvents, '/phoenix/telemetry/recent_events')
    assert client.wait_for_service(10)
    answered = threading.Event()
    future = client.call_async(GetRecentEvents.Request())
    future.add_done_callback(lambda _: answered.set())
    assert answered.wait(10)
    types = {event.topic: event for event in events.ALL}
    return [
        (types[told.topic], deserialize_message(bytes(told.data), types[told.topic].message))
        for told in future.result().events
    ]


def test_interactions_are_kept_and_returned_on_request(graph, probe):
    graph.add(Telemetry, parameters={'metrics_port': 0})
    graph.add(Echo)
    cause = touch(probe)
    probe.expect(events.LISTEN_REQUEST)
    probe.publish(events.AUDIO_INPUT, **frame(0))  # is in no interaction
    for sequence in range(3):
        probe.publish(events.AUDIO_OUTPUT, cause=cause, **frame(sequence, last=sequence == 2))
    kept = until(lambda: recent(probe), lambda kept: len(kept) == 4)
    assert [event for event, _ in kept].count(events.AUDIO_OUTPUT) == 2
    assert {message.header.trace_id for _, message in kept} == {cause.trace_id}
    assert all(len(getattr(message, 'samples', '')) == 0 for _, message in kept)


def test_metrics_of_all_nodes_are_served_in_one_place(graph, probe):
    port = free_port()
    graph.add(Telemetry, parameters={'metrics_port': port})
    echo = graph.add(Echo)
    touch(probe, 'belly')
    probe.expect(events.FAULT)
    touch(probe)
    for sequence in (0, 3):
        probe.publish(events.AUDIO_INPUT, **frame(sequence, lost=7))
    probe.expect(events.LISTEN_REQUEST)
    handled = 'phoenix_handler_duration_seconds_count{node="echo",topic="audio/input"} 2.0'

    def told():
        for node in (probe, echo):
            graph.call(node._heartbeat._measure)
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics') as answer:
            return answer.read().decode()

    text = until(told, lambda text: handled in text)
    for line in (
        'phoenix_events_published_total{node="echo",topic="speech/listen"} 1.0',
        'phoenix_events_published_total{node="probe",topic="sensors/touch"} 2.0',
        'phoenix_faults_total{code="handler_failed",node="echo",severity="error"} 1.0',
        'phoenix_model_duration_seconds_count{node="echo"} 1.0',
        'phoenix_queue_age_seconds_count{node="echo",topic="sensors/touch"} 2.0',
        'phoenix_stream_missing_frames_total{node="echo",topic="audio/input"} 2.0',
        'phoenix_audio_lost_samples_total{node="echo",topic="audio/input"} 14.0',
    ):
        assert line in text, f'{line} is not in\n{text}'
    assert text.count('process_resident_memory_bytes{') == 1  # one process of three nodes
    assert text.count('# HELP phoenix_handler_duration_seconds ') == 1


def test_a_port_that_is_taken_stops_nothing(graph, probe):
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        graph.add(Telemetry, parameters={'metrics_port': other.getsockname()[1]})
    graph.add(Echo)
    touch(probe)
    probe.expect(events.LISTEN_REQUEST)
    assert probe.recorded(events.FAULT) == []


def test_a_node_without_metrics_publishes_none(graph, probe):
    echo = graph.add(Echo, parameters={'metrics': False})
    graph.add(Telemetry, parameters={'metrics_port': 0, 'metrics': False})
    touch(probe)
    probe.expect(events.LISTEN_REQUEST)
    assert echo.metrics is None
    graph.call(echo._heartbeat._measure)
    graph.call(probe._heartbeat._measure)
    probe.expect(events.NODE_METRICS, lambda m: m.header.producer == 'probe')
    assert {m.header.producer for m in probe.recorded(events.NODE_METRICS)} == {'probe'}


@pytest.fixture
def receiver(monkeypatch):
    with OtlpReceiver() as server:
        monkeypatch.setenv('OTEL_EXPORTER_OTLP_ENDPOINT', server.url)
        monkeypatch.setenv('OTEL_BSP_SCHEDULE_DELAY', '100')
        yield server


def test_each_event_is_a_span_at_an_otlp_receiver(graph, probe, receiver):
    graph.add(Telemetry, parameters={'metrics_port': 0})
    graph.add(Echo)
    touch(probe, 'belly')
    cause = touch(probe)
    answer = probe.expect(events.LISTEN_REQUEST).header
    spans = {}
    while len(spans) < 4:
        path, request = receiver.requests.get(timeout=10)
        assert path == '/v1/traces'
        for resource in request.resource_spans:
            node = {a.key: a.value.string_value for a in resource.resource.attributes}
            assert node['service.namespace'] == 'phoenix'
            for span in resource.scope_spans[0].spans:
                spans[span.name, node['service.name'], span.trace_id.hex()] = span
    span = spans['speech/listen', 'echo', cause.trace_id]
    assert span.span_id.hex() == answer.span_id
    assert span.parent_span_id.hex() == cause.span_id
    ended_ns = nanoseconds(answer.published)
    assert span.end_time_unix_nano == ended_ns
    assert 0 < ended_ns - span.start_time_unix_nano < 10**9
    attributes = {a.key: a.value for a in span.attributes}
    assert attributes['messaging.destination.name'].string_value == '/phoenix/speech/listen'
    assert attributes['phoenix.processing_s'].double_value == pytest.approx(answer.processing_s)
    [fault] = [span for (name, _, _), span in spans.items() if name == 'system/fault']
    assert fault.status.code == fault.status.STATUS_CODE_ERROR
    assert fault.status.message == 'handler_failed'


def test_nothing_is_exported_unless_asked_for(graph):
    assert not any(name.startswith('OTEL_') for name in os.environ)
    telemetry = graph.add(Telemetry, parameters={'metrics_port': 0})
    assert telemetry._export is None


def test_a_dead_receiver_does_not_delay_the_end(graph, probe, monkeypatch):
    monkeypatch.setenv('OTEL_EXPORTER_OTLP_ENDPOINT', f'http://127.0.0.1:{free_port()}')
    telemetry = graph.add(Telemetry, parameters={'metrics_port': 0})
    touch(probe)
    until(lambda: recent(probe), bool)
    started_s = time.monotonic()
    graph.call(telemetry.stop)
    assert time.monotonic() - started_s < 2
