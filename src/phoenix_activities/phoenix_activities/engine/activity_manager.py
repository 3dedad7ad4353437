"""
Directs the activities: hands what happens to the one that runs, and moves between them.

It knows no ROS; what the toy does goes out through a Toy.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, TypeVar

from phoenix_activities.engine.activity import Activity, Intent, Priority, Request
from phoenix_activities.engine.machine import REST, ActivityMachine, Move
from phoenix_activities.engine.quiet_hours import QuietHours
from phoenix_activities.engine.toy import Alarm, Phase, Toy
from phoenix_activities.engine.turn import Turn
from phoenix_activities.state.safe_state import KeptByToy, KeptLight, SafeState
from phoenix_activities.words.words import Words

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
        activities: Iterable[type[Activity]],
        *,
        chance: random.Random,
        volume: float = 0.7,
        deadlines_s: Mapping[Phase, float],
        quiet_hours: QuietHours | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Make the activities.

        :param activities: one of them must be named 'idle' and one 'conversation'.
        :param deadlines_s: how long each phase may last without any progress, until the toy gives
            up and rests; one that is not named, for ever.
        :param volume: until somebody changes it.
        :param quiet_hours: when the toy sleeps and is not lively by itself.
        :param kept: what Toy.keep got before the toy ended.
        """
        self.toy = toy
        self.words = words
        self.chance = chance
        self.quiet_hours = quiet_hours
        self.state = SafeState(kept or {})
        self._own: KeptByToy = self.state.recall('toy', KeptByToy)
        self.memory = self._own.told  # what the toy was told, e.g. child_name
        self.lost: set[str] = set()  # capabilities, as the process table names them
        self.untold: list[str] = []  # those of them that nobody was told of
        made = [make(self) for make in activities]
        self.activities: Mapping[str, Activity] = {activity.name: activity for activity in made}
        self._entered_by = {name: activity for activity in made for name in activity.intents}
        self._machine = ActivityMachine({one.name: one.priority for one in made})
        self._kept = self.state.values()
        self._first_volume = volume
        self._deadlines_s = deadlines_s
        self._deadline: Alarm | None = None
        self._waiting: Alarm | None = None  # for the time-out of the running activity
        self._depth = 0  # of steps within steps
        self._told: tuple[str, Phase] | None = None
        self._turn = Turn(toy)
        self._last_said: list[str] = []

    @_step
    def begin(self) -> None:
        """Start in idle."""
        self.toy.set_volume(self.volume, self.muted)
        if light := self._own.light:
            self.toy.show(light.animation, light.color, light.brightness, 0.0)
        self.toy.entered(self.current.name, '', 'start')
        self.current.enter(Request('start'))
        for activity in self.activities.values():
            activity.on_start()

    @property
    def current(self) -> Activity:
        """The activity that runs."""
        return self.activities[self._machine.state]

    @property
    def volume(self) -> float:
        """How loud the toy speaks, 0 to 1."""
        return self._first_volume if self._own.volume is None else self._own.volume

    @property
    def muted(self) -> bool:
        """Tell whether the toy speaks inaudibly."""
        return self._own.muted

    @property
    def paused(self) -> tuple[str, ...]:
        """The activities that wait to go on, the lowest first."""
        return self._machine.paused

    @property
    def phase(self) -> Phase:
        """What the toy is doing within the activity."""
        return self._turn.phase

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The utterances that were asked for and not yet spoken."""
        return tuple(self._turn.unsaid)

    @property
    def all_said(self) -> bool:
        """Tell whether nothing is being said or about to be."""
        return self._turn.spoken

    @property
    def is_quiet_time(self) -> bool:
        """Tell whether the toy is to be quiet by itself now."""
        return self.quiet_hours is not None and self.quiet_hours.contains(self.toy.now().time())

    # What activities use.

    @_step
    def enter(self, name: str, request: Request) -> None:
        """Begin an activity; what runs is paused if that is less urgent, or else ended."""
        self._fall_silent(request.reason)
        move = self._machine.enter(name)
        self._leave(move)
        if move.paused:
            self.activities[move.paused].pause()
        self.toy.entered(name, move.left, request.reason)
        self.current.enter(request)

    @_step
    def finish(self, reason: str) -> None:
        """End what runs; what it had interrupted goes on, or else the toy rests."""
        self._fall_silent(reason)
        move = self._machine.finish()
        self._leave(move)
        self.toy.entered(move.entered, move.left, reason)
        if move.resumed:
            self.current.resume()
        else:
            self.current.enter(Request(reason))

    def stop(self, reason: str) -> None:
        """End what runs and all that waits, and rest."""
        self.enter(REST, Request(reason))

    @_step
    def say(self, text: str) -> None:
        """Say something; on_said of the activity follows when all has been spoken."""
        self._last_said.append(text)
        self._turn.say(text)

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
        self._turn.converse(text, self.memory)

    @_step
    def listen(self) -> None:
        """Open the ear though nobody calls; an intent or on_not_heard follows."""
        self._turn.listen()

    @_step
    def expect(self, answers: Mapping[str, Iterable[str]]) -> None:
        """
        Understand these answers until the next intent, also ones that mean nothing otherwise.

        :param answers: name to sentence templates; the intent 'answer' with the name in its slot
            'answer' follows.
        """
        self._turn.expect({name: list(sentences) for name, sentences in answers.items()})

    def wait(self, seconds: float, *, new_interaction: bool = False) -> None:
        """
        Let on_timeout of the activity follow after a while, unless it is interrupted.

        :param new_interaction: what follows has nothing to do with what went before.
        """
        self._stop_waiting()
        self._waiting = self.toy.after(seconds, self._time_out, new_interaction=new_interaction)

    def show(
        self, animation: str, *, color: str = '', brightness: float = 1.0, duration_s: float = 0.0
    ) -> None:
        """Show an animation; when duration_s is 0, whenever the toy rests, until the next one."""
        # Others put it out when they end.
        if not duration_s and self.current.priority == Priority.ANSWER:
            self._own.light = KeptLight(animation=animation, color=color, brightness=brightness)
        self.toy.show(animation, color, brightness, duration_s)

    def show_state(self) -> None:
        """Show again what belongs to the state."""
        self._own.light = None
        self.toy.show('', '', 1.0, 0.0)

    def set_volume(self, level: float, muted: bool = False) -> None:
        """Speak at that volume, cut to 0 to 1."""
        self._own.volume, self._own.muted = min(1.0, max(0.0, level)), muted
        self.toy.set_volume(self.volume, self.muted)
        self._keep()

    def quiet(self, reason: str) -> None:
        """Stop speaking, replying and listening, without telling the activity."""
        self._turn.quiet(reason)

    # What happens to the toy.

    def on_lost(self, capabilities: Iterable[str]) -> None:
        """
        Take which capabilities are lost; each loss is told once, when the toy rests.

        It is no step: what is under way comes no further by it, and its deadline remains.
        """
        lost = set(capabilities)
        self.untold = [name for name in self.untold if name in lost] + sorted(lost - self.lost)
        self.lost = lost
        self.current.on_lost()

    @_step
    def on_touch(self, pad: str) -> None:
        """Take a touch."""
        if not self.current.on_touch(pad):
            self.on_attention('touch')

    @_step
    def on_attention(self, reason: str, *, ear_opens: bool = False) -> None:
        """
        Take a wake word, touch or button: whatever is being said stops, and the ear opens.

        Who touches a toy that cannot hear is told that instead.

        :param ear_opens: the listener opens by itself, as it does after a wake word.
        """
        self._turn.ear_open = False  # it opens anew: closing it now would close the new one
        self.quiet(reason)
        self._stop_waiting()
        if not self.current.on_attention(reason):
            if ear_opens:
                self.toy.stop_listening()
        elif 'hearing' in self.lost and not ear_opens:
            self.untold = [*dict.fromkeys(['hearing', *self.untold])]
            self.stop(reason)
            self.current.on_lost(asked=True)
        else:
            self._turn.called(ear_opens=ear_opens)

    @_step
    def on_ear(
        self, *, opened: bool = False, heard: bool = False, cancelled: bool = False
    ) -> None:
        """Take what the listener says of its ear; neither of the three: nothing was understood."""
        turn = self._turn
        waiting = turn.ear_open or turn.heard
        turn.on_ear(opened=opened, heard=heard)
        if waiting and not (opened or heard or cancelled):
            self.current.on_not_heard()

    @_step
    def on_intent(self, intent: Intent) -> None:
        """Take what a person wants; what was being said or heard is over with it."""
        self.quiet(intent.name)
        self._stop_waiting()
        self._turn.expect({})
        if intent.name != 'repeat':
            self._last_said = []
        if not self.current.on_intent(intent):
            self._route(intent)

    @_step
    def on_request(self, name: str, slots: Mapping[str, str]) -> None:
        """Begin an activity that a program asked for; an unknown name raises KeyError."""
        if name not in self.activities:
            raise KeyError(f'no activity {name!r}; known: {", ".join(sorted(self.activities))}')
        request = Request('request', Intent(name, slots=slots))
        if not self.current.on_request(request):
            self.enter(name, request)

    @_step
    def on_reply(
        self, *, begun: bool = False, text: str = '', utterance: str = '', ended: bool = False
    ) -> None:
        """Take the beginning of a reply, a sentence that went to the voice, or the end."""
        if self._turn.on_reply(begun=begun, utterance=utterance, ended=ended):
            if utterance:
                self._last_said.append(text)
            if ended and self._turn.spoken:
                self.current.on_said()

    @_step
    def on_playback(self, utterance: str, *, sounding: bool) -> None:
        """Take the start, or else the end, of an utterance."""
        known = self._turn.on_playback(utterance, sounding=sounding)
        if known and not sounding and self._turn.spoken:
            self.current.on_said()

    # Inner workings.

    def _route(self, intent: Intent) -> None:
        if intent.name == 'stop':
            self.stop('stop')
            return
        if intent.name == 'next':  # something else: not this again after the answer
            self.stop('next')
        activity = self._entered_by.get(intent.name, self.activities['conversation'])
        self.enter(activity.name, Request(intent.name, intent))

    def _leave(self, move: Move) -> None:
        for name in move.ended:
            self.activities[name].leave()

    def _fall_silent(self, reason: str) -> None:
        self.quiet(reason)
        self._stop_waiting()
        self._turn.expect({})

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    @_step
    def _time_out(self) -> None:
        self._waiting = None
        self.current.on_timeout()

    def _settle(self) -> None:
        """Tell a changed state, and begin to wait anew for the step under way."""
        state = (self.current.name, self.phase)
        if state != self._told:
            self._told = state
            self.toy.state(*state)
        self._keep()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if deadline_s := self._deadlines_s.get(self.phase):
            self._deadline = self.toy.after(deadline_s, self._give_up)

    def _keep(self) -> None:
        """Have what changed kept."""
        kept = self.state.values()
        if kept != self._kept:
            self._kept = kept
            self.toy.keep(kept)

    @_step
    def _give_up(self) -> None:
        self._deadline = None
        self.toy.late(self.phase)
        self.stop('late')
