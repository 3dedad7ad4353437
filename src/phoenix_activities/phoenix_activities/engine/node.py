"""The activities node: what the toy does, and the state machine that moves between activities."""

import os
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import (
    ActivityRequest,
    ButtonEvent,
    CapabilityStatus,
    ConversationEvent,
    ConversationRequest,
    ExpectedAnswer,
    IntentDetected,
    ListeningEvent,
    ListenRequest,
    PlaybackEvent,
    Slot,
    SystemStatus,
    TouchEvent,
    WakeWordDetected,
)
from std_msgs.msg import ColorRGBA

from phoenix_activities.engine.activity import Intent
from phoenix_activities.engine.activity_manager import Director
from phoenix_activities.engine.quiet_hours import QuietHours
from phoenix_activities.engine.toy import Phase
from phoenix_activities.state.state_keeper import StateKeeper, default_path
from phoenix_activities.words.words import Words
from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.node.timers import Timer
from phoenix_core.settings import plugins
from phoenix_core.settings.config_file import language_folders
from phoenix_core.settings.node_settings import SeededSettings, setting
from phoenix_core.telemetry import tracing

ACTIVITIES = 'phoenix.activities'
VOLUME_KEYS = {'volume_up': 0.1, 'volume_down': -0.1}
# What another button means, beside that each press calls the toy: an intent.
BUTTON_INTENTS = {ButtonEvent.DOUBLE_CLICKED: 'repeat', ButtonEvent.HELD: 'sleep'}
EARCONS = {ListeningEvent.HEARD: 'heard', ListeningEvent.NOT_UNDERSTOOD: 'not_understood'}


class ActivitiesSettings(SeededSettings):
    """Settings of the activities node."""

    volume: float = setting(0.7, 'How loud the toy speaks until somebody changes it.', ge=0, le=1)
    listening_deadline_s: float = setting(
        30.0, 'The toy gives up an ear that tells nothing for so long [s].', gt=0
    )
    thinking_deadline_s: float = setting(
        20.0, 'The toy gives up and rests when no next step of an answer comes [s].', gt=0
    )
    speaking_deadline_s: float = setting(
        90.0, 'The toy gives up an utterance that does not end [s].', gt=0
    )
    quiet_hours: str = setting(
        '20:00-06:30', 'When the toy sleeps unless it is wanted, local time; empty: never.'
    )
    thinking_earcon_s: float = setting(
        2.0, 'Thinking is heard again and again after so long [s].', ge=0.5, le=30
    )
    state_file: str = setting(
        'auto',
        'Keeps what must survive a crash; auto: named as the toy below XDG_STATE_HOME; empty: '
        'nothing is kept.',
        machine=True,
    )


class Activities(EventNode):
    """Runs the activities; is the Toy that their director acts through."""

    activity_state = Publishes(events.ACTIVITY_STATE)
    activity_transition = Publishes(events.ACTIVITY_TRANSITION)
    say_request = Publishes(events.SAY_REQUEST)
    earcon = Publishes(events.EARCON)
    stop_speaking = Publishes(events.STOP_SPEAKING)
    listen_request = Publishes(events.LISTEN_REQUEST)
    conversation_request = Publishes(events.CONVERSATION_REQUEST)
    expected_answers = Publishes(events.EXPECTED_ANSWERS)
    led_command = Publishes(events.LED_COMMAND)
    volume = Publishes(events.VOLUME)
    settings: ActivitiesSettings

    def __init__(self, *, environ: Mapping[str, str] = os.environ, **options: Any) -> None:
        """Look for the place of its file in `environ`, too."""
        self._environ = environ
        super().__init__(environ=environ, **options)

    def configure(self) -> None:
        """Read the words of all activities that are installed, and what was kept."""
        settings = self.settings
        self._chance = random.Random(settings.seed)
        self._quiet_hours = QuietHours.parse(settings.quiet_hours)
        self._activities = [plugins.load(ACTIVITIES, name) for name in plugins.names(ACTIVITIES)]
        self._words = Words(
            language_folders(settings.config_path, settings.language),
            self._chance,
            {activity.name: activity.words_model for activity in self._activities},
        )
        path: Path | None = Path(settings.state_file).expanduser()
        if settings.state_file == 'auto':
            path = default_path(self._environ, self.get_namespace())
        self._keeper = StateKeeper(self, path) if path and settings.state_file else None
        self._kept = self._keeper.load() if self._keeper else {}

    def activate(self) -> None:
        """Make the activities and begin in idle."""
        self._thinking: Timer | None = None
        self.director = Director(
            self,
            self._words,
            self._activities,
            chance=self._chance,
            volume=self.settings.volume,
            deadlines_s=self._deadlines_s,
            quiet_hours=self._quiet_hours,
            kept=self._kept,
        )
        for name in self.director.state.refused:
            self.fault('state_refused', f'{name}: what was kept does not fit any more')
        self.known['activities'] = self.director.activities.keys()
        self.director.begin()

    def cleanup(self) -> None:
        """Write what is not yet in the file."""
        if self._keeper is not None:
            self._keeper.close()

    # What happens to the toy.

    @subscribes(events.WAKE_WORD_DETECTED)
    def on_wake_word(self, event: WakeWordDetected) -> None:
        """Attend; the listener opens by itself."""
        self.director.on_attention('wake_word', ear_opens=True)

    @subscribes(events.TOUCH)
    def on_touch(self, event: TouchEvent) -> None:
        """Attend to a touch."""
        if event.kind == TouchEvent.TOUCHED:
            self.director.on_touch(event.pad)

    @subscribes(events.BUTTON)
    def on_button(self, event: ButtonEvent) -> None:
        """Speak louder or softer, or attend to another button and do what it means."""
        pressed = event.kind == ButtonEvent.PRESSED
        if event.button in VOLUME_KEYS:
            if pressed:
                self.director.set_volume(self.director.volume + VOLUME_KEYS[event.button])
        elif pressed:  # and not clicked, which comes later: it may interrupt
            self.director.on_attention('button')
        elif event.kind in BUTTON_INTENTS:
            self.director.on_intent(Intent(BUTTON_INTENTS[event.kind]))

    @subscribes(events.SYSTEM_STATUS)
    def on_system_status(self, status: SystemStatus) -> None:
        """Tell what the toy can no longer do."""
        lost = [e.capability for e in status.capabilities if e.level == CapabilityStatus.LOST]
        with tracing.caused_by(tracing.TraceContext.root()):  # the status is in no interaction
            self.director.on_lost(lost)

    @subscribes(events.LISTENING)
    def on_listening(self, event: ListeningEvent) -> None:
        """Follow the ear."""
        if event.kind in EARCONS:
            self.earcon(earcon=EARCONS[event.kind])
        self.director.on_ear(
            opened=event.kind == ListeningEvent.OPENED,
            heard=event.kind == ListeningEvent.HEARD,
            cancelled=event.kind == ListeningEvent.CANCELLED,
        )

    @subscribes(events.INTENT_DETECTED)
    def on_intent(self, event: IntentDetected) -> None:
        """Do what a person wants."""
        self.director.on_intent(Intent(event.name, event.text, slots(event.slots)))

    @subscribes(events.ACTIVITY_REQUEST)
    def on_request(self, event: ActivityRequest) -> None:
        """Do what a program wants."""
        self.director.on_request(event.activity, slots(event.slots))

    @subscribes(events.CONVERSATION)
    def on_conversation(self, event: ConversationEvent) -> None:
        """Follow a reply."""
        self.director.on_reply(
            begun=event.kind == ConversationEvent.STARTING,
            text=event.text,
            utterance=event.utterance_id,
            ended=event.kind == ConversationEvent.ENDED,
        )

    @subscribes(events.AUDIO_PLAYBACK)
    def on_playback(self, event: PlaybackEvent) -> None:
        """Follow what is being said."""
        sounding = event.kind == PlaybackEvent.STARTED
        self.director.on_playback(event.utterance_id, sounding=sounding)

    # What the director makes the toy do (the Toy protocol).

    def say(self, text: str) -> str:
        """Send a text to the voice."""
        utterance = uuid.uuid4().hex
        self.say_request(utterance_id=utterance, text=text)
        return utterance

    def silence(self, reason: str) -> None:
        """Stop voice and speaker."""
        self.stop_speaking(reason=reason)

    def listen(self) -> None:
        """Open the listener."""
        self.listen_request(kind=ListenRequest.OPEN)

    def stop_listening(self) -> None:
        """Close the listener."""
        self.listen_request(kind=ListenRequest.CLOSE)

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Tell which answers are expected."""
        self.expected_answers(
            answers=[
                ExpectedAnswer(name=name, sentences=sentences)
                for name, sentences in answers.items()
            ],
        )

    def converse(self, text: str, known: Mapping[str, str]) -> None:
        """Ask the conversation."""
        self.conversation_request(
            kind=ConversationRequest.REPLY,
            text=text,
            known=[Slot(name=name, value=value) for name, value in known.items()],
        )

    def stop_conversing(self) -> None:
        """Cancel the conversation."""
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
        """Tell the speaker how loud."""
        self.volume(level=level, muted=muted)

    def keep(self, values: dict[str, Any]) -> None:
        """Write it down, where there is a file; remember it from one activation to the next."""
        self._kept = values
        if self._keeper is not None:
            self._keeper.keep(values)

    def after(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> Timer:
        """Call back on a ROS timer."""
        cause = tracing.TraceContext.root() if new_interaction else tracing.current()
        with tracing.caused_by(cause):
            return super().after(delay_s, callback)

    def now(self) -> datetime:
        """Return the local time of the ROS clock."""
        return datetime.fromtimestamp(self.now_s(), timezone.utc).astimezone()

    def entered(self, activity: str, left: str, reason: str) -> None:
        """Publish a transition, and sound the alarm if that is its reason."""
        if reason == 'alarm':
            self.earcon(earcon='alarm')
        self.activity_transition(from_activity=left, to_activity=activity, reason=reason)

    def state(self, activity: str, phase: Phase) -> None:
        """Publish the state; thinking for long is heard, too."""
        if self._thinking is not None:
            self._thinking.cancel()
            self._thinking = None
        if phase is Phase.THINKING:
            self._thinking = self.after(self.settings.thinking_earcon_s, self._think_aloud)
        self.activity_state(activity=activity, phase=int(phase))

    def _think_aloud(self) -> None:
        self.earcon(earcon='thinking')
        self._thinking = self.after(self.settings.thinking_earcon_s, self._think_aloud)

    def late(self, phase: Phase) -> None:
        """Publish a fault."""
        what = phase.name.lower().replace('_', ' ')
        self.fault('step_late', f'gave up {what} after {self._deadlines_s[phase]:g} s')

    @property
    def _deadlines_s(self) -> dict[Phase, float]:
        settings = self.settings
        return {
            Phase.LISTENING: settings.listening_deadline_s,
            Phase.FOLLOWING_UP: settings.listening_deadline_s,
            Phase.THINKING: settings.thinking_deadline_s,
            Phase.SPEAKING: settings.speaking_deadline_s,
        }


def slots(message: list[Slot]) -> dict[str, str]:
    """Take slots out of a message."""
    return {slot.name: slot.value for slot in message}


def rgba(color: str) -> ColorRGBA:
    """Read '#rrggbb'; an empty string is transparent."""
    if not color:
        return ColorRGBA()
    red, green, blue = bytes.fromhex(color.removeprefix('#'))
    return ColorRGBA(r=red / 255, g=green / 255, b=blue / 255, a=1.0)


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Activities]))
