"""
Exports each event of an interaction as an OpenTelemetry span, by OTLP over HTTP.

A span has the name of the topic and the identifiers of the event, and ends when it was published.
The standard variables apply: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, ...
"""

import threading
from functools import cache
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.environment_variables import (
    OTEL_EXPORTER_OTLP_HEADERS,
    OTEL_EXPORTER_OTLP_TRACES_HEADERS,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.re import parse_env_headers
from phoenix_msgs.msg import Fault

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds
from phoenix_core.events.event_type import EventType
from phoenix_core.settings.secrets import secret

FLUSH_S = 1.0  # longest time to send the last spans


class SpanExport:
    """
    Sends spans in the background, in batches of some seconds.

    :param namespace: namespace of the toy, e.g. /phoenix.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        # The environment of this process has them no longer.
        headers = secret(OTEL_EXPORTER_OTLP_TRACES_HEADERS) or secret(OTEL_EXPORTER_OTLP_HEADERS)
        self._exporter = OTLPSpanExporter(headers=parse_env_headers(headers, liberal=True))
        self._processor = BatchSpanProcessor(self._exporter)

    def feed(self, event: EventType, message: Any) -> None:
        """Queue the span of an event that has trace identifiers."""
        self._processor.on_end(span(self._namespace, event, message))

    def close(self) -> None:
        """Send the last spans, for at most FLUSH_S."""
        # In a thread, because `shutdown` waits 30 s for a receiver that does not answer.
        flush = threading.Thread(target=self._processor.shutdown, name='flush', daemon=True)
        flush.start()
        flush.join(FLUSH_S)
        if flush.is_alive():
            self._exporter.shutdown()


def span(namespace: str, event: EventType, message: Any) -> ReadableSpan:
    """Return the span of an event. Of its fields, it contains only the code of a fault."""
    header = message.header
    end_ns = nanoseconds(header.published)
    spent_s = header.queued_s + header.processing_s + header.model_s
    status = Status()
    attributes: dict[str, str | float] = {
        'messaging.system': 'ros2',
        'messaging.operation.name': 'publish',
        'messaging.operation.type': 'send',
        'messaging.destination.name': f'{namespace.rstrip("/")}/{event.topic}',
        'phoenix.queued_s': header.queued_s,
        'phoenix.processing_s': header.processing_s,
        'phoenix.model_s': header.model_s,
    }
    if isinstance(message, Fault):
        status = Status(StatusCode.ERROR, message.code)
        attributes['error.type'] = message.code
    return ReadableSpan(
        event.topic,
        context=_context(header.trace_id, header.span_id),
        parent=_context(header.trace_id, header.parent_span_id) if header.parent_span_id else None,
        resource=_resource(namespace, header.producer),
        attributes=attributes,
        kind=SpanKind.PRODUCER,
        status=status,
        start_time=end_ns - round(spent_s * NANOSECONDS_PER_SECOND),
        end_time=end_ns,
    )


def _context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(1)
    )


@cache
def _resource(namespace: str, node: str) -> Resource:
    return Resource.create({'service.namespace': namespace.strip('/'), 'service.name': node})
