"""The activities node: hands events to the activity manager; what follows is in toy_node.py."""

import random
from pathlib import Path

from phoenix_msgs.msg import (
    ActivityRequest,
    ButtonEvent,
    CapabilityStatus,
    ConversationEvent,
    IntentDetected,
    ListeningEvent,
    PlaybackEvent,
    Slot,
    SystemStatus,
    TouchEvent,
    WakeWordDetected,
)

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.activity_manager import ActivityManager
from phoenix_activities.engine.inputs import (
    ActivityRequested,
    Called,
    CapabilitiesLost,
    Started,
    Touched,
    VolumeStepped,
)
from phoenix_activities.engine.installed import installed_activities, load_words
from phoenix_activities.engine.quiet_hours import QuietHours
from phoenix_activities.engine.toy_node import ToyNode
from phoenix_activities.engine.turn import (
    EarEvent,
    PlaybackEnded,
    PlaybackStarted,
    ReplyEnded,
    ReplySentence,
    ReplyStarted,
)
from phoenix_activities.state.state_keeper import StateKeeper
from phoenix_core import events
from phoenix_core.node.declarations import subscribes
from phoenix_core.node.execution import run
from phoenix_core.settings.config_file import language_folders
from phoenix_core.storage.toy_file import toy_path
from phoenix_core.telemetry import tracing

VOLUME_KEYS = {'volume_up': 0.1, 'volume_down': -0.1}
# Gestures of the other buttons that mean an intent; besides, each press calls the toy.
BUTTON_INTENTS = {ButtonEvent.DOUBLE_CLICKED: 'repeat', ButtonEvent.HELD: 'sleep'}
EARCONS = {ListeningEvent.HEARD: 'heard', ListeningEvent.NOT_UNDERSTOOD: 'not_understood'}
EAR_EVENTS = {
    ListeningEvent.OPENED: EarEvent.OPENED,
    ListeningEvent.HEARD: EarEvent.HEARD,
    ListeningEvent.CANCELLED: EarEvent.CANCELLED,
    ListeningEvent.NOT_ADDRESSED: EarEvent.NOT_ADDRESSED,
}


class Activities(ToyNode):
    """Runs the activities."""

    def configure(self) -> None:
        """Read the words of all installed activities, and what was kept."""
        settings = self.settings
        self._chance = random.Random(settings.seed)
        self._quiet_hours = QuietHours.parse(settings.quiet_hours)
        self._activities = installed_activities()
        folders = language_folders(settings.config_path, settings.language)
        self._words = load_words(folders, self._chance, self._activities, settings.adults)
        path: Path | None = Path(settings.state_file).expanduser()
        if settings.state_file == 'auto':
            path = toy_path(self.environ, self.get_namespace(), '.sqlite3')
        self._keeper = StateKeeper(self, path) if path and settings.state_file else None
        self._kept = self._keeper.load() if self._keeper else {}

    def activate(self) -> None:
        """Make the activities and begin in idle."""
        self._thinking = None
        self.manager = ActivityManager(
            self,
            self._words,
            self._activities,
            chance=self._chance,
            volume=self.settings.volume,
            deadlines_s=self.settings.deadlines_s,
            quiet_hours=self._quiet_hours,
            kept=self._kept,
        )
        for name in self.manager.safe_state.refused:
            self.fault('state_refused', f'{name}: what was kept does not fit any more')
        self.known['activities'] = self.manager.activities.keys()
        self.manager.handle(Started())

    def cleanup(self) -> None:
        """Write what is not in the file yet."""
        if self._keeper is not None:
            self._keeper.close()

    @subscribes(events.WAKE_WORD_DETECTED)
    def on_wake_word(self, event: WakeWordDetected) -> None:
        """Call the toy; the listener opens by itself."""
        self.manager.handle(Called('wake_word', ear_opens=True))

    @subscribes(events.TOUCH)
    def on_touch(self, event: TouchEvent) -> None:
        """Touch the toy."""
        if event.kind == TouchEvent.TOUCHED:
            self.manager.handle(Touched(event.pad))

    @subscribes(events.BUTTON)
    def on_button(self, event: ButtonEvent) -> None:
        """Change the volume, or call the toy and do what the button means."""
        pressed = event.kind == ButtonEvent.PRESSED
        if event.button in VOLUME_KEYS:
            if pressed:
                self.manager.handle(VolumeStepped(VOLUME_KEYS[event.button]))
        elif pressed:  # not clicked, which comes later: a press may interrupt
            self.manager.handle(Called('button'))
        elif event.kind in BUTTON_INTENTS:
            self.manager.handle(UserIntent(BUTTON_INTENTS[event.kind]))

    @subscribes(events.SYSTEM_STATUS)
    def on_system_status(self, status: SystemStatus) -> None:
        """Follow what the toy can no longer do."""
        capabilities = status.capabilities
        lost = frozenset(e.capability for e in capabilities if e.level == CapabilityStatus.LOST)
        with tracing.caused_by(tracing.TraceContext.root()):  # the status is in no interaction
            self.manager.handle(CapabilitiesLost(lost))

    @subscribes(events.LISTENING)
    def on_listening(self, event: ListeningEvent) -> None:
        """Follow the ear."""
        if event.kind in EARCONS:
            self.earcon(earcon=EARCONS[event.kind])
        self.manager.handle(EAR_EVENTS.get(event.kind, EarEvent.NOTHING_HEARD))

    @subscribes(events.INTENT_DETECTED)
    def on_intent(self, event: IntentDetected) -> None:
        """Do what a person wants."""
        self.manager.handle(UserIntent(event.name, event.text, slots_of(event.slots)))

    @subscribes(events.ACTIVITY_REQUEST)
    def on_request(self, event: ActivityRequest) -> None:
        """Do what a program wants."""
        self.manager.handle(ActivityRequested(event.activity, slots_of(event.slots)))

    @subscribes(events.CONVERSATION)
    def on_conversation(self, event: ConversationEvent) -> None:
        """Follow a reply."""
        match event.kind:
            case ConversationEvent.STARTING:
                self.manager.handle(ReplyStarted())
            case ConversationEvent.SENTENCE:
                self.manager.handle(ReplySentence(event.text, event.utterance_id))
            case ConversationEvent.ENDED:
                self.manager.handle(ReplyEnded())

    @subscribes(events.AUDIO_PLAYBACK)
    def on_playback(self, event: PlaybackEvent) -> None:
        """Follow what is being said."""
        started = event.kind == PlaybackEvent.STARTED
        self.manager.handle((PlaybackStarted if started else PlaybackEnded)(event.utterance_id))


def slots_of(message: list[Slot]) -> dict[str, str]:
    """Convert the slots of a message."""
    return {slot.name: slot.value for slot in message}


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Activities]))
