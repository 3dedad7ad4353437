"""A store in memory of the events of the newest interactions."""

import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from phoenix_msgs.msg import AudioFrame

from phoenix_core import events
from phoenix_core.events.event_type import EventType

# The events that can be part of an interaction.
TRACED = tuple(event for event in events.ALL if event.traced and event.has_header)
MOST_EVENTS = 2000  # of one interaction, which might never end


def belongs(message: Any) -> bool:
    """Return whether to store a message: it has a trace, and is no frame within a sound."""
    if isinstance(message, AudioFrame) and message.sequence > 0 and not message.last:
        return False
    return bool(message.header.trace_id)


class RecentEvents:
    """
    The events of the newest interactions, without samples of sound.

    :param interactions: number of interactions to store; the oldest one is dropped first.
    """

    def __init__(self, interactions: int) -> None:
        self._most = interactions
        self._kept: OrderedDict[str, list[tuple[EventType, Any]]] = OrderedDict()

    def feed(self, event: EventType, message: Any) -> None:
        """Store an event that `belongs`."""
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
