"""A node that sees all that a toy does, for tests and benches that let parts of it fail."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from failing_nodes import failure_topic
from phoenix_msgs.msg import CapabilityStatus, NodeStatus
from std_msgs.msg import String

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import Publishes, observes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_tools.faults.observed_toy import OBSERVED, ObservedToy
from phoenix_tools.run.play_progress import PlayProgress

WATCHED = [
    event
    for event in events.ALL
    if event.traced and event.qos is not qos.LOSSY_STREAM and event is not events.AUDIO_OUTPUT
]


class Witness(EventNode):
    """Sees all that the toy does, and keeps of it what tests and benches want to know."""

    simulated_sound = Publishes(events.SIMULATED_SOUND)
    simulated_sensor = Publishes(events.SIMULATED_SENSOR)
    settings: NodeSettings

    def __init__(self, **options: Any) -> None:
        """Begin to keep."""
        super().__init__(**options)
        self.changed = threading.Condition()
        self.seen = ObservedToy()  # without this node
        self.faults: Counter[tuple[str, str]] = Counter()  # by node and code
        self.tolerated: Mapping[str, int] = {}  # by capability, a level that is well enough
        self.progress: PlayProgress | None = None
        self._spans: set[str] = set()
        self._causes: set[str] = set()
        self._failures: dict[str, Any] = {}

    @observes([*WATCHED, *OBSERVED])
    def on_event(self, event: EventType, message: Any) -> None:
        """Process an event."""
        with self.changed:
            if not event.has_header or message.header.producer != self.get_name():
                self.seen.feed(event, message)
            if event is events.FAULT:
                self.faults[message.node, message.code] += 1
            if event.traced:
                self._spans.add(message.header.span_id)
                self._causes.add(message.header.parent_span_id)
            if self.progress is not None:
                self.progress.feed(event, message, time.monotonic())
            self.changed.notify_all()

    def fail(self, node: str, how: str) -> bool:
        """Ask a composed node to fail; False when it does not hear that yet."""
        if node not in self._failures:
            self._failures[node] = self.create_publisher(String, failure_topic(node), qos.EVENT)
        publisher = self._failures[node]
        publisher.publish(String(data=how))
        return publisher.get_subscription_count() > 0

    @property
    def lost(self) -> int:
        """How many events are missing that others say they were caused by."""
        with self.changed:
            return len(self._causes - self._spans - {''})

    @property
    def is_well(self) -> bool:
        """Return whether all capabilities work, as well as they are to."""
        return self.seen.is_well(self.tolerated)

    @property
    def nodes(self) -> dict[str, NodeStatus]:
        """The newest status of each node."""
        return self.seen.nodes

    @property
    def toy(self) -> dict[str, CapabilityStatus]:
        """The newest status of each capability."""
        return self.seen.capabilities
