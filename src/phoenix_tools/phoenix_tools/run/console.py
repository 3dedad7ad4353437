"""The console node: observes the toy and stands in for a person."""

from collections.abc import Callable
from typing import Any

from phoenix_msgs.msg import SimulatedSensor

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import observes
from phoenix_core.node.publisher import EventPublisher
from phoenix_core.supervision.liveliness import LivelinessMonitor
from phoenix_tools.person import PersonNode

# Whatever people are shown, and what the terminal draws and waits for by itself.
SHOWN = tuple(
    event
    for event in events.ALL
    if event.summary is not None or event in (events.LED_FRAME, events.NODE_STATUS)
)
SUPERVISOR = 'supervisor'  # its node


class Console(PersonNode):
    """
    Passes every shown event to a callback; its actions are thread-safe.

    :param on_event: called with each event, on the executor's thread.
    :param on_supervisor: called with whether the supervisor lives, likewise.
    """

    def __init__(
        self,
        on_event: Callable[[EventType, Any], None] = lambda event, message: None,
        on_supervisor: Callable[[bool], None] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._on_event = on_event
        self._on_supervisor = on_supervisor

    def activate(self) -> None:
        """Begin to watch over the supervisor."""
        if self._on_supervisor is not None:
            LivelinessMonitor(self, SUPERVISOR, self._on_supervisor)

    @observes(SHOWN)
    def on_event(self, event: EventType, message: Any) -> None:
        """Pass an event on."""
        self._on_event(event, message)

    def mute(self, muted: bool) -> None:
        """Set the simulated mute switch."""
        self.send(self.simulated_sensor, kind=SimulatedSensor.MUTE, value=float(muted))

    def send(self, publisher: EventPublisher[...], **fields: Any) -> None:
        """Publish on the executor's thread."""
        self.post(publisher, **fields)
