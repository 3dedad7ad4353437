"""
Exports each event of an interaction as an OpenTelemetry span, by OTLP over HTTP.

The span is named after the topic and ends when the event was sent; its ids are those of the event.
The standard variables apply: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, ...
"""

from functools import cache
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from phoenix_msgs.msg import Fault

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds
from phoenix_core.events.event_type import EventType

FLUSH_MS = 1000  # what is still unsent at the end may take so long


class SpanExport:
    """Sends spans in the background, some seconds' worth at a time."""

    def __init__(self, namespace: str) -> None:
        """
        Begin.

        :param namespace: the toy's, e.g. /phoenix.
        """
        self._namespace = namespace
        self._processor = BatchSpanProcessor(OTLPSpanExporter())

    def feed(self, event: EventType, message: Any) -> None:
        """Take an event that has trace ids."""
        self._processor.on_end(span(self._namespace, event, message))

    def close(self) -> None:
        """Send what is left."""
        self._processor._batch_processor.shutdown(FLUSH_MS)


def span(namespace: str, event: EventType, message: Any) -> ReadableSpan:
    """Make the span of an event. Nothing of the event's own fields goes into it."""
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
