"""Which events the live console shows and how: one line each, and meters for sound."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from string import hexdigits
from typing import Any

from rich.text import Text

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType
from phoenix_core.events.printable import printable
from phoenix_tools.led_colors import screen_colors
from phoenix_tools.sound_level import QUIETEST_DB, level_db
from phoenix_tools.traces.interaction import Span

# Distinct on dark and on light terminals; an interaction keeps its color.
COLORS = ('cyan', 'magenta', 'green', 'yellow', 'blue', 'red', 'bright_cyan', 'bright_magenta')
METERED = {event: event.meter for event in events.ALL if event.meter}
METER_COLUMNS = 20
SILENT_AFTER_S = 0.5
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Filter:
    """What is shown; an empty collection admits all. Traces are prefixes of their ids."""

    nodes: Collection[str] = ()
    events: Collection[EventType] = ()
    traces: Collection[str] = ()

    def shows(self, event: EventType, message: Any) -> bool:
        """Return whether an event gets a line."""
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
    """Format an event as one line: time, first digits of its trace, node, event, content."""
    span = Span.of(event, message)
    summary = event.summarize(message)
    trace_id = span.trace_id
    begin = trace_id[:8]
    is_one = begin and set(begin) <= set(hexdigits)
    color = COLORS[int(begin, 16) % len(COLORS)] if is_one else 'bright_black'
    text = Text(no_wrap=True, overflow='ellipsis')
    text.append(
        f'{datetime.fromtimestamp(span.sent_ns / NANOSECONDS_PER_SECOND):%H:%M:%S.%f}'[:-3],
        'bright_black',
    )
    text.append(f'  {trace_id[:8]:8}  {span.producer:12}  {span.name:26}', color)
    text.append(f'  {fields(message) if summary is None else summary.text}'.rstrip())
    return text


def fields(message: Any) -> str:
    """Format the fields that are not empty, except the header and the kind."""
    shown = []
    for name in message.get_fields_and_field_types():
        value = getattr(message, name)
        if name in ('header', 'kind', 'phase') or not isinstance(value, str | int | float):
            continue
        if value:
            text = f'{value:.3g}' if isinstance(value, float) else str(value)
            shown.append(f'{name}={printable(text[:LONGEST_VALUE])}')
    return ' '.join(shown)


class Meters:
    """The levels of microphone and voice, the scores of wake phrases, and the LEDs."""

    def __init__(self) -> None:
        self._levels: dict[EventType, tuple[float, float]] = {}  # dB, and the end of its validity
        self._scores: dict[str, tuple[float, float]] = {}  # of wake phrases, likewise
        self._pixels = b''

    def feed(self, event: EventType, message: Any, now_s: float) -> None:
        """Process a frame of sound or light, or the score of a wake phrase."""
        if event.meter:
            self._levels[event] = level_db(message), now_s + SILENT_AFTER_S
        elif event is events.WAKE_WORD_SCORE:
            self._scores[message.phrase] = message.score, now_s + SILENT_AFTER_S
        elif event is events.LED_FRAME:
            self._pixels = bytes(message.rgb)

    def draw(self, now_s: float) -> Text:
        """Draw all in one line."""
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
        for color in screen_colors(self._pixels):
            text.append('●', color)
        return text
