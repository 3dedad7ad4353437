"""What a browser is told of an interaction; times are seconds since its beginning."""

from collections.abc import Sequence
from typing import Any

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_studio.event_view import fields_of
from phoenix_tools.traces.interaction import Interaction, Span
from phoenix_tools.traces.stages import StageTime


def listed(one: Interaction) -> dict[str, Any]:
    """Return what a list tells of an interaction."""
    return {
        'id': one.trace_id,
        'at': one.begun_ns / NANOSECONDS_PER_SECOND,
        'start': one.start,
        'heard': one.heard,
        'done': one.done,
        'seconds': one.seconds,
        'faults': len(one.faults),
    }


def drawn(one: Interaction, stages: Sequence[StageTime]) -> dict[str, Any]:
    """Return an interaction whole: its events, the times between them, its stages."""
    late = {time.end.span_id for time in stages if time.end is not None and time.over_budget}
    return {
        **listed(one),
        'spans': [_span(one, depth, span, late) for depth, span in one.rows()],
        'stages': [
            {
                'name': time.stage.name,
                'ended': time.end.name if time.end is not None else '',
                'seconds': time.seconds,
                'budget': time.stage.budget_s,
                'late': time.over_budget or time.end is None,
            }
            for time in stages
        ],
    }


def _span(one: Interaction, depth: int, span: Span, late: set[str]) -> dict[str, Any]:
    header = span.message.header
    cause = one.cause(span)
    begun_ns = span.happened_ns if cause is None else cause.sent_ns
    summary = span.event.summarize(span.message)
    return {
        'id': span.span_id,
        'cause': cause.span_id if cause is not None else '',
        'depth': depth,
        'name': span.name,
        'from': span.producer,
        'begun': (begun_ns - one.begun_ns) / NANOSECONDS_PER_SECOND,
        'sent': (span.sent_ns - one.begun_ns) / NANOSECONDS_PER_SECOND,
        'queued': header.queued_s,
        'own': header.processing_s,
        'model': header.model_s,
        'late': span.span_id in late,
        'text': summary.text if summary is not None else '',
        'fields': fields_of(span.message),
    }
