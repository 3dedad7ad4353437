"""A store in memory of the events of the newest interactions."""

import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from phoenix_msgs.msg import AudioFrame
from phoenix_msgs.srv import GetRecentEvents
from rclpy.serialization import deserialize_message

from phoenix_core import events
from phoenix_core.clock.system_time import JUMP_NS, SYSTEM_TIME, SystemTime
from phoenix_core.clock.units import nanoseconds, to_stamp
from phoenix_core.events.event_type import EventType

# The events that can be part of an interaction.
TRACED = tuple(event for event in events.ALL if event.traced and event.has_header)
BY_TOPIC = {event.topic: event for event in TRACED}
MOST_EVENTS = 2000  # of one interaction, which might never end


def belongs(message: Any) -> bool:
    """Return whether to store a message: it has a trace, and is no frame within a sound."""
    if isinstance(message, AudioFrame) and message.sequence > 0 and not message.last:
        return False
    return bool(message.header.trace_id)


def received(answer: GetRecentEvents.Response) -> Iterator[tuple[EventType, Any]]:
    """Yield the events in an answer of the telemetry; those of another version are left out."""
    for one in answer.events:
        if (event := BY_TOPIC.get(one.topic)) is not None:
            yield event, deserialize_message(bytes(one.data), event.message_class)


class RecentEvents:
    """
    The events of the newest interactions, without samples of sound.

    Their times are told by the system time as it is now, so that one that was set in the middle
    of an interaction does not count as an hour of waiting.

    :param interactions: number of interactions to store; the oldest one is dropped first.
    """

    def __init__(self, interactions: int, system_time: SystemTime = SYSTEM_TIME) -> None:
        self._most = interactions
        self._system_time = system_time
        self._offset_ns = system_time.offset_ns
        self._kept: OrderedDict[str, list[tuple[EventType, Any]]] = OrderedDict()

    def feed(self, event: EventType, message: Any) -> None:
        """Store an event that `belongs`."""
        if isinstance(message, AudioFrame):
            message.samples = array.array('h')
        self._follow_system_time(message)
        kept = self._kept.setdefault(message.header.trace_id, [])
        if len(kept) < MOST_EVENTS:
            kept.append((event, message))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def __iter__(self) -> Iterator[tuple[EventType, Any]]:
        """Yield the events, one interaction after another."""
        self._follow_system_time()
        for kept in self._kept.values():
            yield from kept

    def _follow_system_time(self, message: Any = None) -> None:
        """Move the times of all events if it was set; of a new one that was sent before, too."""
        now_ns = self._system_time.now_ns()
        moved_ns, self._offset_ns = (
            self._system_time.offset_ns - self._offset_ns,
            self._system_time.offset_ns,
        )
        if abs(moved_ns) <= JUMP_NS:
            return
        for kept in self._kept.values():
            for _, event in kept:
                _move(event.header, moved_ns)
        if message is not None:
            sent_ns = nanoseconds(message.header.published)
            if abs(now_ns - sent_ns) > abs(now_ns - sent_ns - moved_ns):
                _move(message.header, moved_ns)


def _move(header: Any, by_ns: int) -> None:
    for field in ('stamp', 'published'):
        if at_ns := nanoseconds(getattr(header, field)):
            setattr(header, field, to_stamp(max(at_ns + by_ns, 0)))
