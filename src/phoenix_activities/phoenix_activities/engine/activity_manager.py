"""The activity manager: hands what happens to the activity that runs, and moves between them."""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from phoenix_activities.engine.activity import REQUESTED, Activity, Request, UserIntent
from phoenix_activities.engine.activity_stack import REST, ActivityStack
from phoenix_activities.engine.body import Body
from phoenix_activities.engine.dialogue import Dialogue
from phoenix_activities.engine.gate import Gate, Refusal
from phoenix_activities.engine.gravity import Gravity
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
from phoenix_activities.engine.lost_capabilities import LostCapabilities
from phoenix_activities.engine.progress import Progress
from phoenix_activities.engine.requests import check_request
from phoenix_activities.engine.time_out import TimeOut
from phoenix_activities.engine.toy_interface import Phase, ToyInterface
from phoenix_activities.engine.turn import Ear, EarEvent, EarWanted, Outcome
from phoenix_activities.engine.wishes import Wishes
from phoenix_activities.state.safe_state import KeptByToy, SafeState
from phoenix_activities.timer_handle import TimerHandle
from phoenix_activities.words.words import Words
from phoenix_core.limits.limits import Limits

CARE = 'care'  # the intent, and the activity that answers it


class ActivityManager:
    """
    Runs one activity at a time, from 'idle' to whatever is asked for and back.

    All that happens comes in through `handle`. Within it, activities act through the other
    methods, the dialogue and the body; state and deadline are settled at its end.
    """

    def __init__(
        self,
        toy: ToyInterface,
        words: Words,
        activities: Iterable[type[Activity]],
        *,
        chance: random.Random,
        volume: float = 0.7,
        deadlines_s: Mapping[Phase, float],
        limits: Callable[[], Limits] = Limits,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Make the activities.

        :param activities: must name 'idle', 'conversation', 'care' and 'limits'.
        :param deadlines_s: how long each phase may last without progress, until the toy gives up
            and rests; a phase that is not named, for ever.
        :param volume: until somebody changes it.
        :param limits: returns what a parent has decided, as it is now.
        :param kept: what ToyInterface.keep got before the toy ended.
        """
        self._toy = toy
        self.words, self.chance, self.limits = words, chance, limits
        self.safe_state = SafeState(kept or {})
        own = self.safe_state.recall('toy', KeptByToy)
        self.memory = own.told
        self.dialogue = Dialogue(toy, self.memory, lambda: self.current.on_unattended())
        self.body = Body(toy, own, volume, lambda: limits().loudest(toy.now()))
        self.gravity = Gravity(self.after)
        self.gate = Gate(limits, self.safe_state, own, self.gravity, toy)
        self.lost = LostCapabilities()
        made = [make(self) for make in activities]
        self.activities: Mapping[str, Activity] = {activity.name: activity for activity in made}
        self._entered_by = {name: activity for activity in made for name in activity.intents}
        self.stack = ActivityStack({one.name: one.priority for one in made})
        self._progress = Progress(toy, deadlines_s, self.after, lambda: self.stop('late'))
        self._time_out = TimeOut(self.after)
        self._wishes = Wishes(self._entry)

    def handle(self, event: Input) -> None:
        """
        Handle what happens to the toy.

        :raises RequestRefusedError: a program asks for an activity that there is not, or with
            slots that do not fit; nothing has changed.
        """
        before = self.current, self.dialogue.turn
        try:
            self._dispatch(event)
            if self.current.name == REST and self.phase is Phase.RESTING and self._wishes:
                self._act_on(self._wishes.take())
        finally:
            changed = before != (self.current, self.dialogue.turn)
            # A loss and a volume key alone bring nothing forward that is under way.
            self._settle(changed or not isinstance(event, CapabilitiesLost | VolumeStepped))

    @property
    def current(self) -> Activity:
        """The activity that runs."""
        return self.activities[self.stack.current]

    @property
    def phase(self) -> Phase:
        """What the toy is doing within the activity."""
        return self.dialogue.turn.phase

    # What activities use.

    def enter(self, name: str, request: Request) -> None:
        """Begin an activity; what runs is paused if that has a lower priority, or else ended."""
        # Who calls is heard, whatever the limits say: it may be about danger.
        called = name == 'conversation' and request.intent is None
        if not called and (refusal := self.gate.refusal(self.activities[name])):
            self.refuse(refusal)
            return
        self._fall_silent(request.reason)
        move = self.stack.enter(name)
        for ended in move.ended:
            self.activities[ended].leave()
        if move.paused:
            self.activities[move.paused].pause()
        self._toy.report_transition(name, move.left, request.reason)
        self.current.enter(request)

    def refuse(self, refusal: Refusal) -> None:
        """Say why not; what runs goes on after that, if it may."""
        if self.gate.refusal(self.current) is not None:
            self.stop(refusal.value)
        self.enter(refusal.activity, Request(refusal.value))

    def finish(self, reason: str) -> None:
        """End what runs; what it had interrupted goes on, or else the toy rests."""
        self._fall_silent(reason)
        move = self.stack.finish()
        for ended in move.ended:
            self.activities[ended].leave()
        self._toy.report_transition(move.entered, move.left, reason)
        if move.resumed:
            self._let(self.current.resume)
        else:
            self.current.enter(Request(reason))

    def stop(self, reason: str) -> None:
        """End what runs and all that waits, and rest."""
        self._wishes.forget()
        self.enter(REST, Request(reason))

    def wait(self, seconds: float, *, new_interaction: bool = False) -> None:
        """Let on_timeout of the activity follow after a while, unless it is interrupted."""
        self._time_out.start(
            seconds, lambda: self._let(self.current.on_timeout), new_interaction=new_interaction
        )

    def after(
        self, delay_s: float, callback: Callable[[], None], *, new_interaction: bool = False
    ) -> TimerHandle:
        """
        Call back after a delay, whatever runs then.

        :param new_interaction: what follows is not part of the interaction that is under way.
        """
        return self._toy.call_later(
            delay_s, lambda: self.handle(TimerExpired(callback)), new_interaction=new_interaction
        )

    def now(self) -> datetime:
        """Return the local time."""
        return self._toy.now()

    def steady_s(self) -> float:
        """Return the seconds of a clock that nobody can set."""
        return self._toy.steady_s()

    # Inputs.

    def _dispatch(self, event: Input) -> None:
        if isinstance(event, Called | Touched):
            self.dialogue.attend()
        match event:
            case Started():
                self.body.start()
                self._toy.report_transition(self.current.name, '', 'start')
                self.current.enter(Request('start'))
                for activity in self.activities.values():
                    activity.start()
            case Called():
                self._call(event)
            case Touched(pad):
                if not self.current.on_touch(pad):
                    self._call(Called('touch'))
            case UserIntent():
                self._follow_intent(event)
            case ActivityRequested(name, slots):
                check_request(self.activities, name, slots)
                request = Request(REQUESTED, UserIntent(name, slots=slots))
                if not self.current.on_request(request):
                    self.enter(name, request)
            case CapabilitiesLost(names):
                self.lost.update(names)
                if 'hearing' in self.lost.unannounced and self.dialogue.turn.ear is Ear.LISTENING:
                    self._tell_deafness('deaf')  # to who has just called
                self.current.on_lost()
            case VolumeStepped(step):
                self.body.set_volume(self.body.volume + step)
            case TimerExpired(callback):
                callback()
            case EarEvent.MUTED if self.dialogue.turn.ear is Ear.FOLLOWING_UP:
                self._dispatch(EarEvent.NOTHING_HEARD)  # what the toy asked goes unanswered
            case _:
                match self.dialogue.handle(event):
                    case Outcome.ALL_SAID if self._wishes.come_now(self.current):
                        self._act_on(self._wishes.take())
                    case Outcome.ALL_SAID:
                        self._let(self.current.on_said)
                    case Outcome.NOTHING_HEARD:
                        self._let(self.current.on_not_heard)
                    case Outcome.MUTED:
                        self.stop('muted')  # which says so
                    case Outcome.NOT_ADDRESSED:
                        self._let(self.current.on_unattended)

    def _call(self, call: Called) -> None:
        """Stop what is being said and open the ear; a toy that cannot hear says that instead."""
        self.dialogue.silence(call.reason, ear_reopens=True)
        self._time_out.stop()
        if not self.current.on_attention(call.reason):
            if call.ear_opens:
                self._toy.stop_listening()
        elif 'hearing' in self.lost and not call.ear_opens:
            self._tell_deafness(call.reason)
        else:
            self.dialogue.handle(EarWanted(called=True, opens_itself=call.ear_opens))

    def _tell_deafness(self, reason: str) -> None:
        self.lost.announce_first('hearing')
        self.stop(reason)
        self.current.on_lost(asked=True)

    def _entry(self, intent: UserIntent) -> Activity:
        return self._entered_by.get(intent.name, self.activities['conversation'])

    def _follow_intent(self, intent: UserIntent) -> None:
        if not self._wishes.waits(intent, self.current):
            self._act_on(intent)

    def _act_on(self, intent: UserIntent) -> None:
        """Let the running activity act on an intent, or enter the one that understands it."""
        if self.dialogue.turn.ear is not Ear.HEARD:  # typed, or by a button
            self.dialogue.attend()
        self._fall_silent(intent.name)
        if intent.name != 'repeat':
            self.dialogue.forget()
        self.gravity.on_words(grave=intent.slots.get('grave') == 'yes')
        if intent.name == CARE:  # whatever runs, and before it understands anything
            if self.gravity.is_grave:
                self.stop(CARE)
            self.enter(CARE, Request(CARE, intent))
            return
        if self.gate.refusal(self.current) is None and self.current.on_intent(intent):
            return
        if intent.name == 'stop':
            self.stop('stop')
            return
        if intent.name == 'next':  # something else: not this again after the answer
            self.stop('next')
        self.enter(self._entry(intent).name, Request(intent.name, intent))

    # Inner workings.

    def _let(self, act: Callable[[], None]) -> None:
        """Let the running activity go on, or say why not."""
        if refusal := self.gate.refusal(self.current):
            self.refuse(refusal)
        else:
            act()

    def _fall_silent(self, reason: str) -> None:
        self.dialogue.silence(reason)
        self._time_out.stop()
        self.dialogue.expect({})

    def _settle(self, forward: bool) -> None:
        """Report a changed state, keep what changed, and wait anew for what is under way."""
        self._progress.follow(self.current.name, self.phase, forward=forward)
        self.gate.follow(self.current)
        if (kept := self.safe_state.changed(facts=self.limits().remember_facts)) is not None:
            self._toy.keep(kept)
