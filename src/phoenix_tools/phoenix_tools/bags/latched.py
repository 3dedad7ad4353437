"""The states that are valid at a moment of a session: the newest latched message of each node."""

from collections.abc import Callable
from typing import Any

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_tools.bags.bag import BagMessage, Topic


class LatchedStates:
    """What a subscriber who comes now would be sent first."""

    def __init__(self) -> None:
        self._newest: dict[tuple[Topic, str], BagMessage] = {}

    def feed(self, event: EventType, message: BagMessage, decode: Callable[[bytes], Any]) -> None:
        """Note a message, if it is latched."""
        if event.qos is qos.STATE:
            header = getattr(decode(message.data), 'header', None)
            self._newest[message.topic, getattr(header, 'producer', '')] = message

    def take(self) -> list[BagMessage]:
        """Return the states in the order of time, and forget them."""
        states = sorted(self._newest.values(), key=lambda state: state.time_ns)
        self._newest.clear()
        return states
