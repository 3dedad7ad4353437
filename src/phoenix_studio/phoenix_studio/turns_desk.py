"""The newest interactions, as the telemetry keeps them: a list, and one as a waterfall."""

import asyncio
from collections.abc import Sequence
from typing import Any

from phoenix_msgs.srv import GetRecentEvents
from rclpy.serialization import deserialize_message

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.settings.node_settings import installed_config
from phoenix_core.telemetry.recent_events import TRACED
from phoenix_studio.event_view import fields_of
from phoenix_studio.ros_calls import CallError, RosCalls
from phoenix_tools.traces.interaction import Interaction, Span, interactions
from phoenix_tools.traces.stages import StageTime, load_stages, stage_times

SERVICE = 'telemetry/recent_events'
BY_TOPIC = {event.topic: event for event in TRACED}


class TurnsDesk:
    """The interactions, as plain data."""

    def __init__(self, calls: RosCalls) -> None:
        self._calls = calls
        self._stages = load_stages(installed_config())

    async def turns(self) -> dict[str, Any]:
        """
        List the interactions with people, the newest first.

        :raises CallError: the telemetry does not answer.
        """
        found = await self._interactions()
        return {'turns': [_listed(one) for one in reversed(found) if one.start]}

    async def turn(self, trace_id: str) -> dict[str, Any]:
        """
        Return one interaction: its events, the times between them, its stages.

        :raises CallError: the telemetry does not answer, or keeps it no longer.
        """
        for one in await self._interactions():
            if one.trace_id == trace_id:
                return _drawn(one, stage_times(one, self._stages))
        raise CallError('that is kept no longer')

    async def _interactions(self) -> list[Interaction]:
        answer = await self._calls.ask(SERVICE, GetRecentEvents, GetRecentEvents.Request())
        return await asyncio.to_thread(_read, answer.events)


def _read(recent: Sequence[Any]) -> list[Interaction]:
    return interactions(
        (event, deserialize_message(bytes(one.data), event.message_class))
        for one in recent
        if (event := BY_TOPIC.get(one.topic)) is not None
    )


def _listed(one: Interaction) -> dict[str, Any]:
    return {
        'id': one.trace_id,
        'at': one.begun_ns / NANOSECONDS_PER_SECOND,
        'start': one.start,
        'heard': one.heard,
        'done': one.done,
        'seconds': one.seconds,
        'faults': len(one.faults),
    }


def _drawn(one: Interaction, stages: Sequence[StageTime]) -> dict[str, Any]:
    late = {time.end.span_id for time in stages if time.end is not None and time.over_budget}
    return {
        **_listed(one),
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
