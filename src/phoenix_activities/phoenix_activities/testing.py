"""
For tests of activities: a toy that remembers what it was made to do, and plays it as time passes.

    scene = Scene(Words(...), [Idle, Conversation, Counting])
    scene.hear(Intent('game'))
    assert scene.speak() == ['1!', '2!', '3!']
    assert scene.director.current.name == 'idle'
"""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from phoenix_activities.engine.activity import Activity, Intent
from phoenix_activities.engine.activity_manager import Director
from phoenix_activities.engine.toy import Phase
from phoenix_activities.words.words import Words

DEADLINES_S = {
    Phase.LISTENING: 30.0,
    Phase.FOLLOWING_UP: 30.0,
    Phase.THINKING: 30.0,
    Phase.SPEAKING: 60.0,
}


class Call:
    """A call that is due later."""

    def __init__(self, due: datetime, callback: Callable[[], None], new_interaction: bool) -> None:
        """Wait for the time."""
        self.due = due
        self.callback: Callable[[], None] | None = callback
        self.new_interaction = new_interaction

    def cancel(self) -> None:
        """Do not call any more."""
        self.callback = None


class RecordingToy:
    """Remembers what it was made to do; time passes only by `pass_time`."""

    def __init__(self) -> None:
        """Begin on a Sunday afternoon."""
        self.time = datetime(2026, 3, 1, 15, 30)
        self.did: list[tuple[Any, ...]] = []  # name of a method and its arguments
        self.said: dict[str, str] = {}  # utterance to text
        self.expected: Mapping[str, list[str]] = {}
        self.transitions: list[tuple[str, str, str]] = []  # left, entered, reason
        self.states: list[tuple[str, Phase]] = []
        self.interactions = 1  # begun by calls that are due, too
        self.kept: dict[str, Any] = {}
        self._calls: list[Call] = []

    def say(self, text: str) -> str:
        """Remember a text."""
        name = f'utterance {len(self.said)}'
        self.said[name] = text
        return name

    def silence(self, reason: str) -> None:
        """Remember that speech was stopped."""
        self.did.append(('silence', reason))

    def listen(self) -> None:
        """Remember that the ear was opened."""
        self.did.append(('listen',))

    def stop_listening(self) -> None:
        """Remember that the ear was closed."""
        self.did.append(('stop_listening',))

    def expect(self, answers: Mapping[str, list[str]]) -> None:
        """Keep the answers that are expected."""
        self.expected = answers

    def converse(self, text: str, known: Mapping[str, str]) -> None:
        """Remember what the conversation was asked."""
        self.did.append(('converse', text))

    def stop_conversing(self) -> None:
        """Remember that the reply was cancelled."""
        self.did.append(('stop_conversing',))

    def show(self, animation: str, color: str, brightness: float, duration_s: float) -> None:
        """Remember an animation."""
        self.did.append(('show', animation, color, brightness, duration_s))

    def set_volume(self, level: float, muted: bool) -> None:
        """Remember the volume."""
        self.did.append(('set_volume', level, muted))

    def keep(self, values: dict[str, Any]) -> None:
        """Remember what is to survive a crash, as a file would."""
        self.kept = json.loads(json.dumps(values))

    def after(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> Call:
        """Wait for the time to pass."""
        due = self.time + timedelta(seconds=delay_s)
        self._calls.append(Call(due, callback, new_interaction))
        return self._calls[-1]

    def now(self) -> datetime:
        """Return the time that has passed."""
        return self.time

    def entered(self, activity: str, left: str, reason: str) -> None:
        """Remember a transition."""
        self.transitions.append((left, activity, reason))

    def state(self, activity: str, phase: Phase) -> None:
        """Remember a state."""
        self.states.append((activity, phase))

    def late(self, phase: Phase) -> None:
        """Remember that a step was given up."""
        self.did.append(('late', phase))

    def pass_time(self, seconds: float) -> None:
        """Make the calls that are due until then, in their order."""
        end = self.time + timedelta(seconds=seconds)
        while due := [call for call in self._calls if call.callback and call.due <= end]:
            call = min(due, key=lambda one: one.due)
            self.time, callback = call.due, call.callback
            call.callback = None
            self.interactions += call.new_interaction
            assert callback is not None
            callback()
        self.time = end


class Scene:
    """A director with activities, and what happens around it."""

    def __init__(
        self, words: Words, activities: Iterable[type[Activity]], seed: int = 1, **options: Any
    ) -> None:
        """Begin in idle."""
        self._words, self._activities, self._options = words, list(activities), options
        self.chance = random.Random(seed)
        self._begin(RecordingToy())

    def _begin(self, toy: RecordingToy) -> None:
        self.toy = toy
        self.director = Director(
            toy,
            self._words,
            self._activities,
            chance=self.chance,
            deadlines_s=DEADLINES_S,
            kept=toy.kept,
            **self._options,
        )
        self.director.begin()

    def crash(self, off_s: float = 0.0) -> None:
        """Forget all but what is kept, and begin again after a while."""
        toy = RecordingToy()
        toy.time = self.toy.time + timedelta(seconds=off_s)
        toy.kept = self.toy.kept
        self._begin(toy)

    @property
    def state(self) -> tuple[str, Phase]:
        """Which activity runs, and what the toy does in it."""
        return self.director.current.name, self.director.phase

    def hear(self, intent: Intent) -> None:
        """Call the toy and say something to it."""
        self.director.on_attention('wake_word', ear_opens=True)
        self.director.on_ear(heard=True)
        self.director.on_intent(intent)

    def keep_silent(self) -> None:
        """Say nothing into the open ear."""
        self.director.on_ear(opened=True)
        self.director.on_ear()

    def begin_to_speak(self) -> str:
        """Play the beginning of what is to be said next, and return that."""
        utterance = self.director.unsaid[0]
        self.director.on_playback(utterance, sounding=True)
        return self.toy.said.get(utterance, utterance)

    def end_speaking(self) -> None:
        """Play the rest of that."""
        self.director.on_playback(self.director.unsaid[0], sounding=False)

    def speak(self, most: int = 100) -> list[str]:
        """Play all that is to be said, as the speaker would, and return the texts."""
        texts: list[str] = []
        while self.director.unsaid and len(texts) < most:
            texts.append(self.begin_to_speak())
            self.end_speaking()
        return texts
