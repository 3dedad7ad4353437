"""
Tests of activities: a toy that records what it was made to do, and passes time on request.

    harness = ActivityHarness(words, [IdleActivity, ConversationActivity, CountingActivity])
    harness.hear(UserIntent('game'))
    assert harness.speak() == ['1!', '2!', '3!']
    assert harness.state == ('idle', Phase.RESTING)
"""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from phoenix_activities.engine.activity import Activity, UserIntent
from phoenix_activities.engine.activity_manager import ActivityManager
from phoenix_activities.engine.inputs import Called, Input, Started
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.engine.turn import EarEvent, PlaybackEnded, PlaybackStarted
from phoenix_activities.words.words import Words
from phoenix_core.limits.limits import Limits

NO_TIME_LIMIT = Limits(session_minutes=None)  # so that the use of time is not kept

DEADLINES_S = {
    Phase.LISTENING: 30.0,
    Phase.FOLLOWING_UP: 30.0,
    Phase.THINKING: 30.0,
    Phase.SPEAKING: 60.0,
}


class PendingCall:
    """A call that is due later."""

    def __init__(self, due: datetime, callback: Callable[[], None], new_interaction: bool) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback
        self.new_interaction = new_interaction

    def cancel(self) -> None:
        """Cancel the call."""
        self.callback = None


class RecordingToy:
    """A ToyInterface that records what it was made to do; time passes only by `pass_time`."""

    def __init__(self) -> None:
        """Begin on a Sunday afternoon."""
        self.time = datetime(2026, 3, 1, 15, 30)
        self.did: list[tuple[Any, ...]] = []  # name of a method and its arguments
        self.said: dict[str, str] = {}  # utterance to text
        self.expected: Mapping[str, list[str]] = {}
        self.transitions: list[tuple[str, str, str]] = []  # left, entered, reason
        self.states: list[tuple[str, Phase]] = []
        self.passed_s = 0.0
        self.interactions = 1  # calls that are due may begin others
        self.kept: dict[str, Any] = {}
        self._calls: list[PendingCall] = []

    def say(self, text: str) -> str:
        """Record a text."""
        name = f'utterance {len(self.said)}'
        self.said[name] = text
        return name

    def stop_speaking(self, reason: str) -> None:
        """Record that speech was stopped."""
        self.did.append(('stop_speaking', reason))

    def listen(self, *, called: bool) -> None:
        """Record that the ear was opened."""
        self.did.append(('listen',) if called else ('follow_up',))

    def stop_listening(self) -> None:
        """Record that the ear was closed."""
        self.did.append(('stop_listening',))

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Record the answers that are expected."""
        self.expected = answers

    def request_reply(self, text: str, known: Mapping[str, str]) -> None:
        """Record what the conversation was asked."""
        self.did.append(('request_reply', text))

    def cancel_reply(self) -> None:
        """Record that the reply was cancelled."""
        self.did.append(('cancel_reply',))

    def show(self, animation: str, color: str, brightness: float, duration_s: float) -> None:
        """Record an animation."""
        self.did.append(('show', animation, color, brightness, duration_s))

    def set_volume(self, level: float, muted: bool) -> None:
        """Record the volume."""
        self.did.append(('set_volume', level, muted))

    def keep(self, values: dict[str, Any]) -> None:
        """Record what is to survive a crash, as a file would."""
        self.kept = json.loads(json.dumps(values))

    def call_later(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> PendingCall:
        """Call back when the time has passed."""
        due = self.time + timedelta(seconds=delay_s)
        self._calls.append(PendingCall(due, callback, new_interaction))
        return self._calls[-1]

    def now(self) -> datetime:
        """Return the time that has passed."""
        return self.time

    def steady_s(self) -> float:
        """Return the seconds that have passed, whatever becomes of the local time."""
        return self.passed_s

    def set_clock(self, by: timedelta) -> None:
        """Set the clock on the wall, which delays and hastens no call."""
        self.time += by
        for call in self._calls:
            call.due += by

    def report_transition(self, activity: str, left: str, reason: str) -> None:
        """Record a transition."""
        self.transitions.append((left, activity, reason))

    def report_state(self, activity: str, phase: Phase) -> None:
        """Record a state."""
        self.states.append((activity, phase))

    def report_late(self, phase: Phase) -> None:
        """Record that a phase was given up."""
        self.did.append(('late', phase))

    def pass_time(self, seconds: float) -> None:
        """Make the calls that are due until then, in their order."""
        end = self.time + timedelta(seconds=seconds)
        while due := [call for call in self._calls if call.callback and call.due <= end]:
            call = min(due, key=lambda one: one.due)
            self.passed_s += (call.due - self.time).total_seconds()
            self.time, callback = call.due, call.callback
            call.callback = None
            self.interactions += call.new_interaction
            assert callback is not None
            callback()
        self.passed_s += (end - self.time).total_seconds()
        self.time = end


class ActivityHarness:
    """An activity manager with a recording toy, and what happens around it."""

    def __init__(
        self,
        words: Words,
        activities: Iterable[type[Activity]],
        seed: int = 1,
        limits: Limits = NO_TIME_LIMIT,
    ) -> None:
        """Begin in idle."""
        self.words, self._activities = words, list(activities)
        self.limits = limits
        self._chance = random.Random(seed)
        self._begin(RecordingToy())

    def _begin(self, toy: RecordingToy) -> None:
        self.toy = toy
        self.manager = ActivityManager(
            toy,
            self.words,
            self._activities,
            chance=self._chance,
            deadlines_s=DEADLINES_S,
            limits=lambda: self.limits,
            kept=toy.kept,
        )
        self.handle(Started())

    def crash(self, off_s: float = 0.0) -> None:
        """Forget all but what is kept, and begin again after a while."""
        toy = RecordingToy()
        toy.time = self.toy.time + timedelta(seconds=off_s)
        toy.kept = self.toy.kept
        self._begin(toy)

    @property
    def state(self) -> tuple[str, Phase]:
        """Which activity runs, and what the toy does in it."""
        return self.manager.current.name, self.manager.phase

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The utterances that are to be played."""
        return self.manager.dialogue.turn.unsaid

    def handle(self, event: Input) -> None:
        """Let something happen to the toy."""
        self.manager.handle(event)

    def hear(self, intent: UserIntent) -> None:
        """Call the toy and say something to it."""
        self.handle(Called('wake_word', ear_opens=True))
        self.handle(EarEvent.HEARD)
        self.handle(intent)

    def keep_silent(self) -> None:
        """Say nothing into the open ear."""
        self.handle(EarEvent.OPENED)
        self.handle(EarEvent.NOTHING_HEARD)

    def begin_to_speak(self) -> str:
        """Play the beginning of the next utterance, and return its text."""
        utterance = self.unsaid[0]
        self.handle(PlaybackStarted(utterance))
        return self.toy.said.get(utterance, utterance)

    def end_speaking(self) -> None:
        """Play the rest of that."""
        self.handle(PlaybackEnded(self.unsaid[0]))

    def speak(self, most: int = 100) -> list[str]:
        """Play all that is to be said, as the speaker would, and return the texts."""
        texts: list[str] = []
        while self.unsaid and len(texts) < most:
            texts.append(self.begin_to_speak())
            self.end_speaking()
        return texts
