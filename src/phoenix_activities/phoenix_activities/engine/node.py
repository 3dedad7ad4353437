"""The activities node: hands events to the activity manager; what follows is in toy_node.py."""

import random
from collections.abc import Callable
from datetime import datetime, timezone
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
from phoenix_activities.engine.gate import may_be_refused
from phoenix_activities.engine.inputs import (
    ActivityRequested,
    Called,
    CapabilitiesLost,
    Input,
    Started,
    TimerExpired,
    Touched,
    VolumeStepped,
)
from phoenix_activities.engine.installed import installed_activities, load_words
from phoenix_activities.engine.parent_services import ParentServices
from phoenix_activities.engine.requests import RequestRefusedError
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
from phoenix_activities.timer_handle import TimerHandle
from phoenix_core import events
from phoenix_core.limits.stored import Stored
from phoenix_core.node.declarations import subscribes
from phoenix_core.settings.config_file import language_folders
from phoenix_core.storage.toy_file import ToyFile
from phoenix_core.telemetry import tracing

RETENTION_S = 3600.0  # between two looks at what is too old
VOLUME_KEYS = {'volume_up': 0.1, 'volume_down': -0.1}
# Gestures of the other buttons that mean an intent; besides, each press calls the toy.
BUTTON_INTENTS = {ButtonEvent.DOUBLE_CLICKED: 'repeat', ButtonEvent.HELD: 'sleep'}
EARCONS = {ListeningEvent.HEARD: 'heard', ListeningEvent.NOT_UNDERSTOOD: 'not_understood'}
EAR_EVENTS = {
    ListeningEvent.OPENED: EarEvent.OPENED,
    ListeningEvent.HEARD: EarEvent.HEARD,
    ListeningEvent.CANCELLED: EarEvent.CANCELLED,
    ListeningEvent.MUTED: EarEvent.MUTED,
    ListeningEvent.NOT_ADDRESSED: EarEvent.NOT_ADDRESSED,
}


class Activities(ToyNode):
    """Runs the activities."""

    _reported_problem = ''

    def configure(self) -> None:
        """Read the words of all installed activities, and what was kept."""
        settings = self.settings
        self._chance = random.Random(settings.seed)
        self._activities = installed_activities()
        folders = language_folders(settings.config_path, settings.language)
        self._words = load_words(folders, self._chance, self._activities, settings.adults)
        path: Path | None = Path(settings.state_file).expanduser()
        if settings.state_file == 'auto':
            path = ToyFile.STATE.path(self.environ, self.get_namespace())
        self._stored = Stored.of(self.environ, self.get_namespace())
        self._keeper = StateKeeper(self, path) if path and settings.state_file else None
        self._kept = self._keeper.load() if self._keeper else {}
        if path and self._keeper and self._stored:
            try:
                self._stored.note_state(path)
            except OSError as error:
                self.fault('state_not_noted', f'{path}: {error}; to forget all, delete it too')

    def activate(self) -> None:
        """Begin in idle, and serve a parent."""
        refusable = [one.name for one in self._activities if may_be_refused(one)]
        self._for_parents = ParentServices(self, self._stored, refusable)
        self.every(RETENTION_S, self._retain)
        self._begin()
        self._retain()

    def deactivate(self) -> None:
        """Serve no longer."""
        self._for_parents.close()

    def _begin(self) -> None:
        """Make the activities and begin in idle."""
        self._thinking = None
        self._forgotten = self.parent_file.forgotten
        self.manager = ActivityManager(
            self,
            self._words,
            self._activities,
            chance=self._chance,
            volume=self.settings.volume,
            deadlines_s=self.settings.deadlines_s,
            limits=lambda: self.parent_file.limits,
            kept=self._kept,
        )
        self.known['activities'] = self.manager.activities.keys()
        self._pass_on(Started())
        if refused := ', '.join(self.manager.safe_state.refused):
            self.fault('state_refused', f'{refused}: what was kept does not fit any more')

    def cleanup(self) -> None:
        """Write what is not in the file yet."""
        if self._keeper is not None:
            self._keeper.close()

    def call_later(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> TimerHandle:
        """Call back after a delay, unless all was forgotten meanwhile."""

        def call_back() -> None:
            if not self._forget_if_wanted():
                callback()

        return super().call_later(delay_s, call_back, new_interaction=new_interaction)

    def _pass_on(self, event: Input) -> None:
        self._forget_if_wanted()
        if problem := self.parent_file.problem:
            self._report_unreadable(problem)
        else:
            self._reported_problem = ''
            self.healed('limits_unreadable')
        self.manager.handle(event)

    def _report_unreadable(self, problem: str) -> None:
        if problem != self._reported_problem:
            self._reported_problem = problem
            self.fault(
                'limits_unreadable',
                problem,
                tried='keeps to the strictest limits',
                self_healing=True,
                impairs=CapabilityStatus.DEGRADED,
            )

    def _forget_if_wanted(self) -> bool:
        """Begin anew if a parent wants all to be forgotten; return whether that was so."""
        if self._forgotten == self.parent_file.forgotten:
            return False
        self.cancel_timers()
        self.every(RETENTION_S, self._retain)
        self.speech_stop(reason='forgotten')
        if self._keeper is not None:
            self._keeper.forget()
        self._kept = {}
        self._begin()
        return True

    def _retain(self) -> None:
        """Let what is too old be forgotten."""
        self._pass_on(TimerExpired(lambda: None))
        if self._stored is not None:
            days = self.parent_file.limits.recordings_days
            now = datetime.fromtimestamp(self.now_s(), timezone.utc)
            self.in_background(self._stored.remove_expired, days, now)

    @subscribes(events.WAKE_WORD_DETECTED)
    def on_wake_word(self, event: WakeWordDetected) -> None:
        """Call the toy; the listener opens by itself."""
        self._pass_on(Called('wake_word', ear_opens=True))

    @subscribes(events.TOUCH)
    def on_touch(self, event: TouchEvent) -> None:
        """Touch the toy."""
        if event.kind == TouchEvent.TOUCHED:
            self._pass_on(Touched(event.pad))

    @subscribes(events.BUTTON)
    def on_button(self, event: ButtonEvent) -> None:
        """Change the volume, or call the toy and do what the button means."""
        pressed = event.kind == ButtonEvent.PRESSED
        if event.button in VOLUME_KEYS:
            if pressed:
                self._pass_on(VolumeStepped(VOLUME_KEYS[event.button]))
        elif pressed:  # not clicked, which comes later: a press may interrupt
            self._pass_on(Called('button'))
        elif event.kind in BUTTON_INTENTS:
            self._pass_on(UserIntent(BUTTON_INTENTS[event.kind]))

    @subscribes(events.SYSTEM_STATUS)
    def on_system_status(self, status: SystemStatus) -> None:
        """Follow what the toy can no longer do."""
        capabilities = status.capabilities
        lost = frozenset(e.capability for e in capabilities if e.level == CapabilityStatus.LOST)
        with tracing.caused_by(tracing.TraceContext.root()):  # the status is in no interaction
            self._pass_on(CapabilitiesLost(lost))

    @subscribes(events.LISTENING)
    def on_listening(self, event: ListeningEvent) -> None:
        """Follow the ear."""
        if event.kind in EARCONS:
            self.earcon(earcon=EARCONS[event.kind])
        self._pass_on(EAR_EVENTS.get(event.kind, EarEvent.NOTHING_HEARD))

    @subscribes(events.INTENT_DETECTED)
    def on_intent(self, event: IntentDetected) -> None:
        """Do what a person wants."""
        self._pass_on(UserIntent(event.name, event.text, slots_of(event.slots)))

    @subscribes(events.ACTIVITY_REQUEST)
    def on_request(self, event: ActivityRequest) -> None:
        """Do what a program wants, or refuse it by a fault."""
        try:
            self._pass_on(ActivityRequested(event.activity, slots_of(event.slots)))
        except RequestRefusedError as refusal:
            self.fault('request_refused', str(refusal), tried='did nothing', self_healing=True)

    @subscribes(events.CONVERSATION)
    def on_conversation(self, event: ConversationEvent) -> None:
        """Follow a reply."""
        match event.kind:
            case ConversationEvent.STARTING:
                self._pass_on(ReplyStarted())
            case ConversationEvent.SENTENCE:
                self._pass_on(ReplySentence(event.text, event.utterance_id))
            case ConversationEvent.ENDED:
                self._pass_on(ReplyEnded())

    @subscribes(events.AUDIO_PLAYBACK)
    def on_playback(self, event: PlaybackEvent) -> None:
        """Follow what is being said."""
        started = event.kind == PlaybackEvent.STARTED
        self._pass_on((PlaybackStarted if started else PlaybackEnded)(event.utterance_id))


def slots_of(message: list[Slot]) -> dict[str, str]:
    """Convert the slots of a message."""
    return {slot.name: slot.value for slot in message}
