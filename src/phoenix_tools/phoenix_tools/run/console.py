"""The console node: observes the toy, and stands in for its surroundings."""

from collections.abc import Callable
from typing import Any

from phoenix_msgs.msg import SimulatedSensor, Transcript

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import Publishes, observes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings

# All that people are shown, and what the terminal draws and waits for by itself.
SHOWN = tuple(
    event
    for event in events.ALL
    if event.summary is not None or event in (events.LED_FRAME, events.NODE_STATUS)
)


class Console(EventNode):
    """Types, touches and plays recordings to the toy, and hands every event to a callback."""

    transcript = Publishes(events.TRANSCRIPT)
    simulated_sound = Publishes(events.SIMULATED_SOUND)
    simulated_sensor = Publishes(events.SIMULATED_SENSOR)

    settings: NodeSettings

    def __init__(
        self,
        on_event: Callable[[EventType, Any], None] = lambda event, message: None,
        **options: Any,
    ) -> None:
        """
        Create the node.

        :param on_event: called with each event, on the executor's thread.
        """
        super().__init__(**options)
        self._on_event = on_event

    @observes(SHOWN)
    def on_event(self, event: EventType, message: Any) -> None:
        """Hand an event on."""
        self._on_event(event, message)

    def type_sentence(self, text: str) -> None:
        """Say something to the toy in writing; thread-safe, as all below."""
        self.post(self.transcript, kind=Transcript.FINAL, source=Transcript.TYPED, text=text)

    def play(self, file: str) -> None:
        """Play a recording into the simulated microphone."""
        self.post(self.simulated_sound, file=file)

    def touch(self, pad: str) -> None:
        """Touch a simulated pad and let it go."""
        self._press_and_release(SimulatedSensor.TOUCH, pad)

    def press(self, button: str) -> None:
        """Press a simulated button and let it go."""
        self._press_and_release(SimulatedSensor.BUTTON, button)

    def mute(self, muted: bool) -> None:
        """Move the simulated mute switch."""
        self.post(self.simulated_sensor, kind=SimulatedSensor.MUTE, value=float(muted))

    def _press_and_release(self, kind: int, name: str) -> None:
        for value in (1.0, 0.0):
            self.post(self.simulated_sensor, kind=kind, name=name, value=value)
