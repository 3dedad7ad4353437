"""Which events the live console shows, and how: a line each, and a meter for sound."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from phoenix_msgs.msg import AudioFrame
from rich.text import Text

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType
from phoenix_tools.led_colors import visible_levels
from phoenix_tools.traces.interaction import Span

# Told apart on dark and on light terminals; an interaction keeps its color.
COLORS = ('cyan', 'magenta', 'green', 'yellow', 'blue', 'red', 'bright_cyan', 'bright_magenta')
METERED = {event: event.meter for event in events.ALL if event.meter}
METER_COLUMNS = 20
QUIETEST_DB = -60.0
SILENT_AFTER_S = 0.5
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Filter:
    """What is shown; an empty collection lets all through. Traces by the beginning of their id."""

    nodes: Collection[str] = ()
    events: Collection[EventType] = ()
    traces: Collection[str] = ()

    def shows(self, event: EventType, message: Any) -> bool:
        """Tell whether an event is worth a line."""
        header = message.header
        if self.nodes and header.producer not in self.nodes:
            return False
        if self.traces and not header.trace_id.startswith(tuple(self.traces)):
            return False
        if event.meter or (event.rate_hz and not header.trace_id):
            return False  # the frames of a stream; the first one that an event caused is shown
        if self.events:
            return event in self.events
        return not (event.of_every_node and event.summary is None)  # the heartbeat of each node


def event_line(event: EventType, message: Any) -> Text:
    """Write an event as one line: when, who, what, and the first digits of its trace."""
    span = Span.of(event, message)
    summary = event.summarize(message)
    trace_id = message.header.trace_id
    color = COLORS[int(trace_id[:8], 16) % len(COLORS)] if trace_id else 'bright_black'
    text = Text(no_wrap=True, overflow='ellipsis')
    text.append(
        f'{datetime.fromtimestamp(span.sent_ns / NANOSECONDS_PER_SECOND):%H:%M:%S.%f}'[:-3],
        'bright_black',
    )
    text.append(f'  {trace_id[:8]:8}  {span.node:12}  {span.name:26}', color)
    text.append(f'  {fields(message) if summary is None else summary.text}'.rstrip())
    return text


def fields(message: Any) -> str:
    """Write the fields that say something, but for the header and the kind."""
    told = []
    for name in message.get_fields_and_field_types():
        value = getattr(message, name)
        if name in ('header', 'kind', 'phase') or not isinstance(value, str | int | float):
            continue
        if value:
            shown = f'{value:.3g}' if isinstance(value, float) else str(value)
            told.append(f'{name}={shown[:LONGEST_VALUE]}')
    return ' '.join(told)


class Meters:
    """How loud microphone and voice are, how like a wake phrase it sounds, and the light."""

    def __init__(self) -> None:
        """Begin silent and dark."""
        self._levels: dict[EventType, tuple[float, float]] = {}  # dB, and until when it holds
        self._scores: dict[str, tuple[float, float]] = {}  # likewise, of wake phrases
        self._pixels = b''

    def feed(self, event: EventType, message: Any, now_s: float) -> None:
        """Take a frame of sound or light, or a wake phrase's score."""
        if event.meter:
            self._levels[event] = level_db(message), now_s + SILENT_AFTER_S
        elif event is events.WAKE_WORD_SCORE:
            self._scores[message.phrase] = message.score, now_s + SILENT_AFTER_S
        elif event is events.LED_FRAME:
            self._pixels = bytes(message.rgb)

    def draw(self, now_s: float) -> Text:
        """Draw all of it in one line."""
        text = Text(no_wrap=True, overflow='crop')
        for event, name in METERED.items():
            level, until_s = self._levels.get(event, (QUIETEST_DB, 0.0))
            if now_s > until_s:
                level = QUIETEST_DB
            share = 1 - max(level, QUIETEST_DB) / QUIETEST_DB
            filled = round(share * METER_COLUMNS)
            text.append(f' {name} ', 'bright_black')
            text.append('█' * filled, 'green')
            text.append('░' * (METER_COLUMNS - filled), 'bright_black')
            text.append(f' {level:4.0f} dB ')
        for phrase, (score, until_s) in self._scores.items():
            text.append(f' {phrase} ', 'bright_black')
            text.append(f'{score if now_s <= until_s else 0.0:.2f} ')
        text.append(' light ', 'bright_black')
        for start in range(0, len(self._pixels), 3):
            red, green, blue = visible_levels(list(self._pixels[start : start + 3])).tolist()
            text.append('●', f'rgb({red},{green},{blue})')
        return text


def level_db(frame: AudioFrame) -> float:
    """Return the level of a frame in dB below full scale, at least QUIETEST_DB."""
    samples = np.frombuffer(frame.samples, np.int16).astype(np.float64) / 32768
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return max(10 * math.log10(power), QUIETEST_DB) if power > 0 else QUIETEST_DB
