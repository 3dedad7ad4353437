"""What a person does to a simulated toy: speak, type, touch, press."""

from pathlib import Path
from typing import Any

from phoenix_msgs.msg import SimulatedSensor, Transcript

from phoenix_core import events
from phoenix_core.node.declarations import Publishes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.publisher import EventPublisher
from phoenix_core.settings.node_settings import NodeSettings


class PersonNode(EventNode):
    """Base of nodes that stand in for a person."""

    transcript = Publishes(events.TRANSCRIPT)
    simulated_sound = Publishes(events.SIMULATED_SOUND)
    simulated_sensor = Publishes(events.SIMULATED_SENSOR)

    settings: NodeSettings

    def send(self, publisher: EventPublisher[...], **fields: Any) -> None:
        """Publish an event."""
        publisher(**fields)

    def type_sentence(self, text: str) -> None:
        """Send a typed sentence."""
        self.send(self.transcript, kind=Transcript.FINAL, source=Transcript.TYPED, text=text)

    def play(self, recording: Path) -> None:
        """Play a recording into the simulated microphone."""
        self.send(self.simulated_sound, file=str(recording))

    def touch(self, pad: str) -> None:
        """Touch and release a simulated pad."""
        self._press_and_release(SimulatedSensor.TOUCH, pad)

    def press(self, button: str) -> None:
        """Press and release a simulated button."""
        self._press_and_release(SimulatedSensor.BUTTON, button)

    def _press_and_release(self, kind: int, name: str) -> None:
        for value in (1.0, 0.0):
            self.send(self.simulated_sensor, kind=kind, name=name, value=value)
