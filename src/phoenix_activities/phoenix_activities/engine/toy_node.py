"""The toy interface as a node: what the activities make the toy do, as events."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from phoenix_msgs.msg import ConversationRequest, ExpectedAnswer, ListenRequest, Slot
from std_msgs.msg import ColorRGBA

from phoenix_activities.engine.settings import ActivitiesSettings
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.state.state_keeper import StateKeeper
from phoenix_activities.state.state_store import Values
from phoenix_activities.timer_handle import TimerHandle
from phoenix_core import events
from phoenix_core.node.declarations import Publishes
from phoenix_core.node.event_node import EventNode
from phoenix_core.telemetry import tracing


class ToyNode(EventNode):
    """Implements ToyInterface by publishing."""

    activity_state = Publishes(events.ACTIVITY_STATE)
    activity_transition = Publishes(events.ACTIVITY_TRANSITION)
    say_request = Publishes(events.SAY_REQUEST)
    earcon = Publishes(events.EARCON)
    speech_stop = Publishes(events.STOP_SPEAKING)
    listen_request = Publishes(events.LISTEN_REQUEST)
    conversation_request = Publishes(events.CONVERSATION_REQUEST)
    expected_answers = Publishes(events.EXPECTED_ANSWERS)
    led_command = Publishes(events.LED_COMMAND)
    volume = Publishes(events.VOLUME)
    settings: ActivitiesSettings

    _keeper: StateKeeper | None = None  # None: there is no file
    _kept: Values
    _thinking: TimerHandle | None = None

    def say(self, text: str) -> str:
        """Send a text to the voice."""
        utterance = uuid.uuid4().hex
        self.say_request(utterance_id=utterance, text=text)
        return utterance

    def stop_speaking(self, reason: str) -> None:
        """Stop voice and speaker."""
        self.speech_stop(reason=reason)

    def listen(self, *, called: bool) -> None:
        """Open the listener."""
        self.listen_request(kind=ListenRequest.OPEN if called else ListenRequest.FOLLOW_UP)

    def stop_listening(self) -> None:
        """Close the listener."""
        self.listen_request(kind=ListenRequest.CLOSE)

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Publish which answers are expected."""
        self.expected_answers(
            answers=[
                ExpectedAnswer(name=name, sentences=sentences)
                for name, sentences in answers.items()
            ],
        )

    def request_reply(self, text: str, known: Mapping[str, str]) -> None:
        """Ask the conversation node."""
        self.conversation_request(
            kind=ConversationRequest.REPLY,
            text=text,
            known=[Slot(name=name, value=value) for name, value in known.items()],
        )

    def cancel_reply(self) -> None:
        """Cancel the reply of the conversation node."""
        self.conversation_request(kind=ConversationRequest.CANCEL)

    def show(self, animation: str, color: str, brightness: float, duration_s: float) -> None:
        """Command the LED ring."""
        self.led_command(
            animation=animation,
            color=rgba(color),
            brightness=brightness,
            duration_s=duration_s,
        )

    def set_volume(self, level: float, muted: bool) -> None:
        """Set the volume of the speaker."""
        self.volume(level=level, muted=muted)

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
        """Return the local time of day."""
        return datetime.fromtimestamp(self.now_s(), timezone.utc).astimezone()

    def steady_s(self) -> float:
        """Return the seconds of the node's monotonic clock."""
        return self.time.now_s()

    def report_transition(self, activity: str, left: str, reason: str) -> None:
        """Publish a transition, and sound the alarm if that is its reason."""
        if reason == 'alarm':
            self.earcon(earcon='alarm')
        self.activity_transition(from_activity=left, to_activity=activity, reason=reason)

    def report_state(self, activity: str, phase: Phase) -> None:
        """Publish the state, and let long thinking be heard."""
        if self._thinking is not None:
            self._thinking.cancel()
            self._thinking = None
        if phase is Phase.THINKING:
            self._thinking = self.after(self.settings.thinking_earcon_s, self._think_aloud)
        self.activity_state(activity=activity, phase=int(phase))

    def report_late(self, phase: Phase) -> None:
        """Publish a fault."""
        name = phase.name.lower().replace('_', ' ')
        self.fault('step_late', f'gave up {name} after {self.settings.deadlines_s[phase]:g} s')

    def _think_aloud(self) -> None:
        self.earcon(earcon='thinking')
        self._thinking = self.after(self.settings.thinking_earcon_s, self._think_aloud)


def rgba(color: str) -> ColorRGBA:
    """Convert '#rrggbb'; an empty string is transparent."""
    if not color:
        return ColorRGBA()
    red, green, blue = bytes.fromhex(color.removeprefix('#'))
    return ColorRGBA(r=red / 255, g=green / 255, b=blue / 255, a=1.0)
