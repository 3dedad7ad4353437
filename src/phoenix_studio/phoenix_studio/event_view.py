"""What a browser is told of an event: its message as JSON, without sound."""

import json
import logging
import math
from collections.abc import Sequence
from typing import Any

from phoenix_msgs.msg import AudioFrame, CapabilityStatus

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds
from phoenix_core.events.constants import constants, words_of
from phoenix_core.events.event_type import EventType, Privacy

ENUMERATIONS = ('kind', 'phase', 'state', 'severity')  # of the message's own constants


def event_json(event: EventType, message: Any) -> str:
    """Return an event as a JSON object: what it is, when, its trace, its line, its fields."""
    view: dict[str, Any] = {'event': event.name, 'personal': event.privacy is not Privacy.NONE}
    if event.has_header:
        header = message.header
        view |= {
            'at': nanoseconds(header.stamp) / NANOSECONDS_PER_SECOND,
            'from': header.producer,
            'trace': header.trace_id,
            'span': header.span_id,
        }
    summary = event.summarize(message)
    if summary is not None:
        view['label'], view['text'] = summary
    if isinstance(message, AudioFrame):
        view['level'] = loudness(message.samples)
    else:
        view['fields'] = fields_of(message)
    return json.dumps(view, ensure_ascii=False, separators=(',', ':'))


def log_json(log: Any) -> str:
    """Return a line of a log as a JSON object."""
    line = {
        'log': logging.getLevelName(log.level).lower(),
        'at': nanoseconds(log.stamp) / NANOSECONDS_PER_SECOND,
        'from': log.name.rpartition('.')[2],
        'text': log.msg,
    }
    return json.dumps(line, ensure_ascii=False, separators=(',', ':'))


def stream_of(event: EventType, message: Any) -> str:
    """Return the name of the stream of which only the newest message counts; empty: none."""
    if event.rate_hz is None:
        return ''
    return f'{event.name} {getattr(message, "phrase", "")}'


def loudness(samples: Sequence[int]) -> float:
    """Return how loud samples are, 0 to 1, as ears count: 50 dB are the whole range."""
    some = samples[::4]  # enough for a mouth
    power = sum(one * one for one in some) / len(some) if len(some) else 0.0
    if power <= 0:
        return 0.0
    return round(max(0.0, 1 + 10 * math.log10(power / 32768**2) / 50), 3)


def fields_of(message: Any) -> dict[str, Any]:
    """Return the fields of a message without its header, enumerations as words."""
    shown = {}
    for name in message.get_fields_and_field_types():
        value = getattr(message, name)
        if name in ('header', 'stamp'):
            continue
        if name in ENUMERATIONS and isinstance(value, int) and constants(message.__class__):
            shown[name] = words_of(message, name)
        elif name == 'level' and isinstance(value, int):
            shown[name] = constants(CapabilityStatus).get(value, '').lower()
        else:
            shown[name] = _value(value)
    return shown


def _value(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | bool):
        return value
    if hasattr(value, 'get_fields_and_field_types'):
        return fields_of(value)
    if getattr(value, 'typecode', '') == 'B':
        return value.tobytes().hex()
    return [_value(item) for item in value]


SHOWN = tuple(
    event
    for event in events.ALL
    if event.privacy is not Privacy.AUDIO
    and event not in (events.NODE_METRICS, events.DIAGNOSTICS)
)
