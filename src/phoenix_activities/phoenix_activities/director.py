"""
The state machine between activities: routes what happens to the one that runs, keeps its phase.

It knows no ROS; what the toy does goes out through a Toy.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, TypeVar

from phoenix_activities.activity import Activity, Intent, Request
from phoenix_activities.toy import Alarm, Phase, Toy
from phoenix_activities.words import Words

Result = TypeVar('Result')


def _step(method: Callable[..., Result]) -> Callable[..., Result]:
    """Let the director settle after a method, once, however methods call each other meanwhile."""

    @wraps(method)
    def step(self: 'Director', *args: Any, **options: Any) -> Result:
        self._depth += 1
        try:
            return method(self, *args, **options)
        finally:
            self._depth -= 1
            if not self._depth:
                self._settle()

    return step


class Director:
    """Runs one activity at a time, from 'idle' to whatever is asked for and back."""

    def __init__(
        self,
        toy: Toy,
        words: Words,
        activities: Iterable[Callable[['Director'], Activity]],
        *,
        volume: float = 0.7,
        step_deadline_s: float = 30.0,
    ) -> None:
        """
        Make the activities.

        :param activities: one of them must be named 'idle' and one 'conversation'.
        :param step_deadline_s: after this long without any progress the toy gives up and rests.
        """
        self.toy = toy
        self.words = words
        self.memory: dict[str, str] = {}  # what the toy was told, e.g. child_name
        made = [make(self) for make in activities]
        self.activities: Mapping[str, Activity] = {activity.name: activity for activity in made}
        self._entered_by = {name: activity for activity in made for name in activity.intents}
        self.current = self.activities['idle']
        self.volume = volume
        self.muted = False
        self._step_deadline_s = step_deadline_s
        self._deadline: Alarm | None = None
        self._depth = 0  # of steps within steps
        self._told: tuple[str, Phase] | None = None
        self._ear_open = False
        self._heard = False  # words were heard, their intent is on the way
        self._replying = False  # the conversation has not ended its reply
        self._reply_begun = False  # what comes before is of an earlier reply
        self._unsaid: list[str] = []  # utterances asked for and not yet spoken
        self._sounding = False
        self._last_said: list[str] = []

    @_step
    def begin(self) -> None:
        """Start in idle."""
        self.toy.set_volume(self.volume, self.muted)
        self._enter(self.current, Request('start'), left='')

    @property
    def phase(self) -> Phase:
        """What the toy is doing within the activity."""
        if self._ear_open:
            return Phase.LISTENING
        if self._sounding:
            return Phase.SPEAKING
        if self._heard or self._replying or self._unsaid:
            return Phase.THINKING
        return Phase.RESTING

    # What activities use.

    @_step
    def enter(self, name: str, request: Request) -> None:
        """End what runs and begin another activity."""
        left = self.current
        self.quiet(request.reason)
        left.leave()
        self._enter(self.activities[name], request, left=left.name)

    def finish(self, reason: str) -> None:
        """End what runs and rest."""
        self.enter('idle', Request(reason))

    @_step
    def say(self, text: str) -> None:
        """Say something; on_said of the activity follows when all has been spoken."""
        self._last_said.append(text)
        self._unsaid.append(self.toy.say(text))

    def say_phrase(self, name: str, /, **values: Any) -> None:
        """Say one of the phrases of that name."""
        self.say(self.words.phrase(name, **values))

    @_step
    def repeat(self) -> bool:
        """Say the last thing again; False when there is none."""
        said, self._last_said = self._last_said, []
        for text in said:
            self.say(text)
        return bool(said)

    @_step
    def converse(self, text: str) -> None:
        """Let the conversation answer; on_said follows when all has been spoken."""
        self._last_said = []
        self._replying, self._reply_begun = True, False
        self.toy.converse(text)

    @_step
    def listen(self) -> None:
        """Open the ear; an intent or on_not_heard follows."""
        self.toy.listen()
        self._ear_open = True

    def show(
        self, animation: str, *, color: str = '', brightness: float = 1.0, duration_s: float = 0.0
    ) -> None:
        """Show an animation; when duration_s is 0, whenever the toy rests, until the next one."""
        self.toy.show(animation, color, brightness, duration_s)

    def show_state(self) -> None:
        """Show again what belongs to the state."""
        self.toy.show('', '', 1.0, 0.0)

    def set_volume(self, level: float, muted: bool = False) -> None:
        """Speak at that volume, cut to 0 to 1."""
        self.volume, self.muted = min(1.0, max(0.0, level)), muted
        self.toy.set_volume(self.volume, self.muted)

    def quiet(self, reason: str) -> None:
        """Stop speaking, replying and listening, without telling the activity."""
        if self._replying:
            self.toy.stop_conversing()
        if self._unsaid:
            self.toy.silence(reason)
        if self._ear_open:
            self.toy.stop_listening()
        self._replying = self._ear_open = self._heard = self._sounding = False
        self._unsaid.clear()

    # What happens to the toy.

    @_step
    def on_attention(self, reason: str, *, ear_opens: bool = False) -> None:
        """
        Take a wake word, touch or button: whatever is being said stops, and the ear opens.

        :param ear_opens: the listener opens by itself, as it does after a wake word.
        """
        self._ear_open = False  # it opens anew: closing it now would close the new one
        self.quiet(reason)
        if not self.current.on_attention(reason):
            if ear_opens:
                self.toy.stop_listening()
        elif ear_opens:
            self._ear_open = True
        else:
            self.listen()

    @_step
    def on_ear(
        self, *, opened: bool = False, heard: bool = False, cancelled: bool = False
    ) -> None:
        """Take what the listener says of its ear; neither of the three: nothing was understood."""
        waiting = self._ear_open or self._heard
        self._ear_open = opened
        self._heard = heard
        if waiting and not (opened or heard or cancelled):
            self.current.on_not_heard()

    @_step
    def on_intent(self, intent: Intent) -> None:
        """Take what a person wants."""
        self._heard = False
        if intent.name != 'repeat':
            self._last_said = []
        if not self.current.on_intent(intent):
            self._route(intent)

    @_step
    def on_request(self, name: str, slots: Mapping[str, str]) -> None:
        """Begin an activity that a program asked for; an unknown name raises KeyError."""
        if name not in self.activities:
            raise KeyError(f'no activity {name!r}; known: {", ".join(sorted(self.activities))}')
        self.enter(name, Request('request', Intent(name, slots=slots)))

    @_step
    def on_reply(
        self, *, begun: bool = False, text: str = '', utterance: str = '', ended: bool = False
    ) -> None:
        """Take the beginning of a reply, a sentence that went to the voice, or the end."""
        self._reply_begun |= begun
        if not (self._replying and self._reply_begun):
            return
        if utterance:
            self._last_said.append(text)
            self._unsaid.append(utterance)
        self._replying = not ended
        self._tell_when_said(ended)

    @_step
    def on_playback(self, utterance: str, *, sounding: bool) -> None:
        """Take the start, or else the end, of an utterance."""
        if utterance not in self._unsaid:
            return
        self._sounding = sounding
        if not sounding:
            self._unsaid.remove(utterance)
        self._tell_when_said(not sounding)

    # Inner workings.

    def _route(self, intent: Intent) -> None:
        if intent.name == 'stop':
            self.finish('stop')
        elif intent.name in self._entered_by:
            self.enter(self._entered_by[intent.name].name, Request(intent.name, intent))
        else:
            self.enter('conversation', Request(intent.name, intent))

    def _enter(self, activity: Activity, request: Request, left: str) -> None:
        self.current = activity
        self.toy.entered(activity.name, left, request.reason)
        activity.enter(request)

    def _tell_when_said(self, something_ended: bool) -> None:
        if something_ended and not self._unsaid and not self._replying:
            self.current.on_said()

    def _settle(self) -> None:
        """Tell a changed state, and begin to wait anew for the step under way."""
        state = (self.current.name, self.phase)
        if state != self._told:
            self._told = state
            self.toy.state(*state)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self.phase != Phase.RESTING:
            self._deadline = self.toy.after(self._step_deadline_s, self._give_up)

    @_step
    def _give_up(self) -> None:
        self._deadline = None
        self.toy.late(self.phase)
        self.finish('late')
