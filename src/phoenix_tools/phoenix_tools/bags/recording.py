"""Which events a recording holds, and the node that hears them as they are on the wire."""

import copy
import time
from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial
from typing import Any

from rclpy.node import Node

from phoenix_core import events
from phoenix_core.events.event_type import EventType, Privacy, Role
from phoenix_tools.bags.bag import Topic, topic_of

QUEUE = 2000  # messages per topic that wait while the disk is slow

# Without sound a session is replayed from what the ear made of it.
INPUTS = frozenset((Role.SENSED, Role.HEARD, Role.REQUESTED))


class Profile(Enum):
    """How much is recorded."""

    SESSION = 'session'  # what goes in but sound, and what the toy does
    INPUTS = 'inputs'  # what goes in but sound
    EVERYTHING = 'everything'


def recorded_events(profile: Profile, audio: bool) -> list[EventType]:
    """
    List the events of a profile.

    :param audio: also what the microphone hears.
    """
    if profile is Profile.EVERYTHING:
        return list(events.ALL)

    def is_recorded(event: EventType) -> bool:
        if event.role is Role.SOUND:
            return audio
        if profile is Profile.INPUTS:
            return event.role in INPUTS
        return event.role is not Role.DETAIL and event.privacy is not Privacy.AUDIO

    return [event for event in events.ALL if is_recorded(event)]


class Recorder(Node):
    """Hands on every message of some events, serialized as it came."""

    def __init__(
        self,
        namespace: str,
        recorded: Iterable[EventType],
        on_message: Callable[[EventType, Topic, int, bytes], None],
        **options: Any,
    ) -> None:
        """
        Subscribe at once.

        :param on_message: gets event, topic, time [ns] and data, on the executor's thread.
        """
        super().__init__('recorder', namespace=namespace, **options)
        self.topics: list[Topic] = []
        self._on_message = on_message
        self._heard: list[Any] = []
        for event in recorded:
            name = self.resolve_topic_name(event.topic)
            topic = topic_of(name, event.message_class, event.qos)
            self.topics.append(topic)
            requested = copy.copy(event.qos)
            requested.depth = QUEUE
            callback = partial(self._on_data, event, topic)
            self._heard.append(
                self.create_subscription(
                    event.message_class, event.topic, callback, requested, raw=True
                )
            )

    @property
    def hears_all(self) -> bool:
        """Tell whether the publishers that are known are connected: until then, they are lost."""
        known = [self.count_publishers(subscription.topic_name) for subscription in self._heard]
        return any(known) and all(
            subscription.get_publisher_count() >= count
            for subscription, count in zip(self._heard, known, strict=True)
        )

    def _on_data(self, event: EventType, topic: Topic, data: bytes) -> None:
        self._on_message(event, topic, time.time_ns(), data)
