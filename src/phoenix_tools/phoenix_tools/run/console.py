"""The console node: hears what the toy says of itself, and stands in for its surroundings."""

from collections.abc import Callable
from typing import Any

from phoenix_msgs.msg import SimulatedSensor, Transcript

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings


class Console(EventNode):
    """Types, touches and plays recordings to the toy, and hands every event to a callback."""

    produces = (events.TRANSCRIPT, events.SIMULATED_SOUND, events.SIMULATED_SENSOR)
    consumes = dict.fromkeys(
        (
            events.WAKE_WORD_DETECTED,
            events.LISTENING,
            events.USER_SPEECH,
            events.TRANSCRIPT,
            events.INTENT_DETECTED,
            events.SAY_REQUEST,
            events.CONVERSATION,
            events.AUDIO_PLAYBACK,
            events.EARCON,
            events.ACTIVITY_STATE,
            events.TOUCH,
            events.BUTTON,
            events.MICROPHONE_MUTE,
            events.LED_FRAME,
            events.VOLUME,
            events.FAULT,
            events.NODE_STATUS,
            events.SYSTEM_STATUS,
        ),
        'on_event',
    )
    settings: NodeSettings

    def __init__(
        self,
        on_event: Callable[[EventType, Any], None] = lambda event, message: None,
        **options: Any,
    ) -> None:
        """
        Make the node.

        :param on_event: called with each event, on the executor's thread.
        """
        super().__init__(**options)
        self._on_event = on_event
        self._types = {event.message: event for event in self.consumes}

    def on_event(self, message: Any) -> None:
        """Hand an event on."""
        self._on_event(self._types[type(message)], message)

    def type_sentence(self, text: str) -> None:
        """Say something to the toy in writing; thread-safe, as all below."""
        self.post(
            self.publish,
            events.TRANSCRIPT,
            kind=Transcript.FINAL,
            source=Transcript.TYPED,
            text=text,
        )

    def play(self, file: str) -> None:
        """Play a recording into the simulated microphone."""
        self.post(self.publish, events.SIMULATED_SOUND, file=file)

    def touch(self, pad: str) -> None:
        """Touch a simulated pad and let it go."""
        for value in (1.0, 0.0):
            self.post(
                self.publish,
                events.SIMULATED_SENSOR,
                kind=SimulatedSensor.TOUCH,
                name=pad,
                value=value,
            )

    def mute(self, muted: bool) -> None:
        """Move the simulated mute switch."""
        self.post(
            self.publish,
            events.SIMULATED_SENSOR,
            kind=SimulatedSensor.MUTE,
            value=float(muted),
        )

    def press(self, button: str) -> None:
        """Press a simulated button and let it go."""
        for value in (1.0, 0.0):
            self.post(
                self.publish,
                events.SIMULATED_SENSOR,
                kind=SimulatedSensor.BUTTON,
                name=button,
                value=value,
            )
