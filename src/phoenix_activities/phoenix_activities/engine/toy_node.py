"""The toy interface as a node: what the activities make the toy do, as events."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from phoenix_msgs.msg import ConversationRequest, ExpectedAnswer, ListenRequest, Slot
from std_msgs.msg import ColorRGBA

from phoenix_activities.engine.settings import ActivitiesSettings
from phoenix_activities.engine.toy_interface import Phase, TimerHandle
from phoenix_activities.state.state_keeper import StateKeeper
from phoenix_activities.state.state_store import Values
from phoenix_core import events
from phoenix_core.node.event_node import EventNode
from phoenix_core.telemetry import tracing


class ToyNode(EventNode):
    """Implements ToyInterface by publishing."""

    produces = (
        events.ACTIVITY_STATE,
        events.ACTIVITY_TRANSITION,
        events.SAY_REQUEST,
        events.EARCON,
        events.STOP_SPEAKING,
        events.LISTEN_REQUEST,
        events.CONVERSATION_REQUEST,
        events.EXPECTED_ANSWERS,
        events.LED_COMMAND,
        events.VOLUME,
    )
    settings: ActivitiesSettings

    _keeper: StateKeeper | None = None  # None: there is no file
    _kept: Values
    _thinking: TimerHandle | None = None

    def say(self, text: str) -> str:
        """Send a text to the voice."""
        utterance = uuid.uuid4().hex
        self.publish(events.SAY_REQUEST, utterance_id=utterance, text=text)
        return utterance

    def stop_speaking(self, reason: str) -> None:
        """Stop voice and speaker."""
        self.publish(events.STOP_SPEAKING, reason=reason)

    def listen(self) -> None:
        """Open the listener."""
        self.publish(events.LISTEN_REQUEST, kind=ListenRequest.OPEN)

    def stop_listening(self) -> None:
        """Close the listener."""
        self.publish(events.LISTEN_REQUEST, kind=ListenRequest.CLOSE)

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Publish which answers are expected."""
        self.publish(
            events.EXPECTED_ANSWERS,
            answers=[
                ExpectedAnswer(name=name, sentences=sentences)
                for name, sentences in answers.items()
            ],
        )

    def request_reply(self, text: str, known: Mapping[str, str]) -> None:
        """Ask the conversation node."""
        self.publish(
            events.CONVERSATION_REQUEST,
            kind=ConversationRequest.REPLY,
            text=text,
            known=[Slot(name=name, value=value) for name, value in known.items()],
        )

    def cancel_reply(self) -> None:
        """Cancel the reply of the conversation node."""
        self.publish(events.CONVERSATION_REQUEST, kind=ConversationRequest.CANCEL)

    def show(self, animation: str, color: str, brightness: float, duration_s: float) -> None:
        """Command the LED ring."""
        self.publish(
            events.LED_COMMAND,
            animation=animation,
            color=rgba(color),
            brightness=brightness,
            duration_s=duration_s,
        )

    def set_volume(self, level: float, muted: bool) -> None:
        """Set the volume of the speaker."""
        self.publish(events.VOLUME, level=level, muted=muted)

    def keep(self, values: Values) -> None:
        """Write the values to the file, if any, and keep them for the next activation."""
        self._kept = values
        if self._keeper is not None:
            self._keeper.keep(values)

    def call_later(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> TimerHandle:
        """Call back on a ROS timer."""
        cause = tracing.TraceContext.root() if new_interaction else tracing.current()
        with tracing.caused_by(cause):
            return self.after(delay_s, callback)

    def now(self) -> datetime:
        """Return the local time of the ROS clock."""
        return datetime.fromtimestamp(self.now_s(), timezone.utc).astimezone()

    def report_transition(self, activity: str, left: str, reason: str) -> None:
        """Publish a transition, and sound the alarm if that is its reason."""
        if reason == 'alarm':
            self.publish(events.EARCON, earcon='alarm')
        self.publish(
            events.ACTIVITY_TRANSITION, from_activity=left, to_activity=activity, reason=reason
        )

    def report_state(self, activity: str, phase: Phase) -> None:
        """Publish the state, and let long thinking be heard."""
        if self._thinking is not None:
            self._thinking.cancel()
            self._thinking = None
        if phase is Phase.THINKING:
            self._thinking = self.after(self.settings.thinking_earcon_s, self._think_aloud)
        self.publish(events.ACTIVITY_STATE, activity=activity, phase=int(phase))

    def report_late(self, phase: Phase) -> None:
        """Publish a fault."""
        name = phase.name.lower().replace('_', ' ')
        self.fault('step_late', f'gave up {name} after {self.settings.deadlines_s[phase]:g} s')

    def _think_aloud(self) -> None:
        self.publish(events.EARCON, earcon='thinking')
        self._thinking = self.after(self.settings.thinking_earcon_s, self._think_aloud)


def rgba(color: str) -> ColorRGBA:
    """Convert '#rrggbb'; an empty string is transparent."""
    if not color:
        return ColorRGBA()
    red, green, blue = bytes.fromhex(color.removeprefix('#'))
    return ColorRGBA(r=red / 255, g=green / 255, b=blue / 255, a=1.0)
