"""Which events a recording holds, and the node that receives them serialized."""

import copy
import time
from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial
from typing import Any

from rclpy.node import Node

from phoenix_core import events
from phoenix_core.events.event_type import EventType, Privacy, Role
from phoenix_tools.bags.bag import BagMessage, Topic, topic_of

QUEUE = 2000  # messages per topic that wait while the disk is slow

# Without sound a session is replayed from what was recognized in it.
INPUTS = frozenset((Role.SENSED, Role.HEARD, Role.REQUESTED))


class RecordingProfile(Enum):
    """How much is recorded."""

    SESSION = 'session'  # the inputs except sound, and what the toy does
    INPUTS = 'inputs'  # the inputs except sound
    EVERYTHING = 'everything'


def recorded_events(profile: RecordingProfile, audio: bool) -> list[EventType]:
    """
    List the events of a profile.

    :param audio: include what the microphone hears.
    """
    if profile is RecordingProfile.EVERYTHING:
        return list(events.ALL)

    def is_recorded(event: EventType) -> bool:
        if event.role is Role.SOUND:
            return audio
        if profile is RecordingProfile.INPUTS:
            return event.role in INPUTS
        return event.role is not Role.DETAIL and event.privacy is not Privacy.AUDIO

    return [event for event in events.ALL if is_recorded(event)]


class Recorder(Node):
    """
    Passes on every message of some events, serialized as received.

    :param on_message: called with event and message, on the executor's thread.
    """

    def __init__(
        self,
        namespace: str,
        recorded: Iterable[EventType],
        on_message: Callable[[EventType, BagMessage], None],
        **options: Any,
    ) -> None:
        super().__init__('recorder', namespace=namespace, **options)
        self.topics: list[Topic] = []
        self._on_message = on_message
        self._events_in: list[Any] = []
        for event in recorded:
            name = self.resolve_topic_name(event.topic)
            topic = topic_of(name, event.message_class, event.qos)
            self.topics.append(topic)
            requested = copy.copy(event.qos)
            requested.depth = QUEUE
            callback = partial(self._on_data, event, topic)
            self._events_in.append(
                self.create_subscription(
                    event.message_class, event.topic, callback, requested, raw=True
                )
            )

    @property
    def is_connected(self) -> bool:
        """Whether all known publishers are connected: before that, their messages are lost."""
        known = [self.count_publishers(one.topic_name) for one in self._events_in]
        return any(known) and all(
            subscription.get_publisher_count() >= count
            for subscription, count in zip(self._events_in, known, strict=True)
        )

    def _on_data(self, event: EventType, topic: Topic, data: bytes) -> None:
        self._on_message(event, BagMessage(topic, time.time_ns(), data))
