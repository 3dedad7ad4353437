"""Keeps the events of the newest interactions in memory."""

import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from phoenix_msgs.msg import AudioFrame

from phoenix_core import events
from phoenix_core.events.event_type import EventType

# What an interaction can consist of. What a node outside Phoenix sends is not in it.
TRACED = tuple(event for event in events.ALL if event.traced and event.has_header)
MOST_EVENTS = 2000  # of one interaction: an endless one must not fill the memory


def belongs(message: Any) -> bool:
    """Tell what is part of an interaction; of a sound, the first and the last frame are enough."""
    if isinstance(message, AudioFrame) and message.sequence > 0 and not message.last:
        return False
    return bool(message.header.trace_id)


class RecentEvents:
    """The newest interactions, without sound."""

    def __init__(self, interactions: int) -> None:
        """
        Begin empty.

        :param interactions: so many are kept; the one that began first goes first.
        """
        self._most = interactions
        self._kept: OrderedDict[str, list[tuple[EventType, Any]]] = OrderedDict()

    def feed(self, event: EventType, message: Any) -> None:
        """Take an event that belongs."""
        if isinstance(message, AudioFrame):
            message.samples = array.array('h')
        kept = self._kept.setdefault(message.header.trace_id, [])
        if len(kept) < MOST_EVENTS:
            kept.append((event, message))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def __iter__(self) -> Iterator[tuple[EventType, Any]]:
        """Give the events, one interaction after another."""
        for kept in self._kept.values():
            yield from kept
