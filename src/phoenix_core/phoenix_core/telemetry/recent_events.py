"""Keeps the events of the newest interactions in memory."""

import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from phoenix_msgs.msg import AudioFrame

from phoenix_core import events
from phoenix_core.events.event_type import EventType

# The events that an interaction consists of. Those of nodes outside Phoenix have no trace.
TRACED = tuple(event for event in events.ALL if event.traced and event.has_header)
MOST_EVENTS = 2000  # of one interaction, so that an endless one does not fill the memory


def belongs(message: Any) -> bool:
    """Return whether to keep a message: any with a trace, of a sound its first and last frame."""
    if isinstance(message, AudioFrame) and message.sequence > 0 and not message.last:
        return False
    return bool(message.header.trace_id)


class RecentEvents:
    """The newest interactions, without sound."""

    def __init__(self, interactions: int) -> None:
        """
        Begin empty.

        :param interactions: how many to keep; the one that began first is dropped first.
        """
        self._most = interactions
        self._kept: OrderedDict[str, list[tuple[EventType, Any]]] = OrderedDict()

    def feed(self, event: EventType, message: Any) -> None:
        """Keep an event that belongs."""
        if isinstance(message, AudioFrame):
            message.samples = array.array('h')
        kept = self._kept.setdefault(message.header.trace_id, [])
        if len(kept) < MOST_EVENTS:
            kept.append((event, message))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def __iter__(self) -> Iterator[tuple[EventType, Any]]:
        """Yield the events, one interaction after another."""
        for kept in self._kept.values():
            yield from kept
