"""The alarm: rings for a timer, an alarm or a reminder that is due, whatever else goes on."""

from datetime import datetime, timedelta
from typing import Annotated, Protocol, runtime_checkable

from pydantic import AfterValidator, AwareDatetime, BaseModel

from phoenix_activities.activities.due_times import seconds_until
from phoenix_activities.engine.activity import (
    Activity,
    Priority,
    Request,
    RequestSlots,
    UserIntent,
)
from phoenix_activities.state.safe_state import Kept
from phoenix_activities.timer_handle import TimerHandle
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords
from phoenix_core.events.short_text import PURPOSE_WORDS, short_text

RINGS = 5
MOST_AT_ONCE = 20  # that programs let ring; as many as there are timers at most
PERIOD_S = 4.0
SNOOZE_S = 300.0
SNOOZES = frozenset(('snooze', 'timer_extend'))  # 'five more minutes'
STOPS = frozenset(
    (
        *('stop', 'timer_cancel', 'alarm_cancel', 'reminder_cancel', 'timer_pause'),
        *('yes', 'thanks', 'wake_up', 'repeat'),
    )
)
STOPPING_S = 1.0  # a touch or click so soon after the one that stopped it means the same
LATE_S = 600.0  # after that it is missed: nobody waits for it any more


class AlarmPhrases(Phrases):
    """A missed one was due while the toy was off."""

    timer: Phrase
    reminder: Phrase
    missed_timer: Phrase
    missed_reminder: Phrase
    snoozed: Phrase


def purpose_of(text: str) -> str:
    """Return what a reminder is about; an empty string for more than a few words."""
    return short_text(text, PURPOSE_WORDS)


class Due(BaseModel):
    """
    A timer, alarm or reminder that rings.

    :param what: what a reminder is about; empty for a timer.
    """

    due: datetime
    what: Annotated[str, AfterValidator(purpose_of)] = ''


@runtime_checkable
class Snoozing(Protocol):
    """The activity that lets ring again what has rung."""

    def snooze(self, rung: Due, length_s: float) -> None:
        """Let it ring after a while."""


class AlarmSlots(RequestSlots):
    """What a program may say of an alarm that rings now: since when it is due, and what for."""

    due: AwareDatetime | None = None
    what: Annotated[str, AfterValidator(purpose_of)] = ''


class AlarmKept(Kept):
    """What rings until somebody stops it: it rings again after a crash."""

    due: list[Due] = []


class AlarmActivity(Activity):
    """
    Rings until somebody stops it, or five times; then what it had interrupted goes on.

    What was due long ago, while the toy was off, is announced once, and not in quiet hours.
    """

    name = 'alarm'
    priority = Priority.ALARM
    request_slots = AlarmSlots
    words: PhraseWords[AlarmPhrases]
    kept: AlarmKept

    _morning: TimerHandle | None = None

    def on_start(self) -> None:
        """Ring on after a crash."""
        if self.kept.due:
            self._wake()

    def enter(self, request: Request) -> None:
        """Ring; a program may give a reason."""
        if request.intent is not None:
            slots = AlarmSlots.model_validate(dict(request.intent.slots))
            self.kept.due.append(Due(due=slots.due or self.manager.now(), what=slots.what))
        self._begin()

    def ring(self, due: Due) -> None:
        """Ring for another one, too."""
        self.kept.due.append(Due(due=due.due, what=due.what))
        self._wake()

    def leave(self) -> None:
        """Put the light back, unless that is done."""
        if self.kept.due:
            self.kept.due.clear()
            self.body.show_state()

    def on_intent(self, intent: UserIntent) -> bool:
        """Stop ringing, for a while or for good; a double click says 'repeat'."""
        if intent.name in SNOOZES:
            self._snooze(float(intent.slots.get('duration', SNOOZE_S)))
        elif intent.name in STOPS and not intent.slots:  # else another one may be meant
            self.manager.finish(intent.name)
        else:
            return False
        return True

    def on_request(self, request: Request) -> bool:
        """Ring for another one, too."""
        if request.intent is None or request.intent.name != self.name:
            return False
        if len(self.kept.due) < MOST_AT_ONCE:
            self.enter(request)
        return True

    def on_attention(self, reason: str) -> bool:
        """Stop ringing, and end a moment later: people often hit an alarm twice."""
        self.leave()
        self._stopped_by = reason
        self.manager.wait(STOPPING_S)
        return False

    def on_said(self) -> None:
        """Ring again after a while, or end."""
        if self._rings_left > 0:
            self.manager.wait(PERIOD_S)
        else:
            self.manager.finish('done')

    def on_timeout(self) -> None:
        """Ring again, or end."""
        if self.kept.due:
            self._ring()
        else:
            self.manager.finish(self._stopped_by)

    def _wake(self) -> None:
        """Ring now, or in the morning if all is late and it is night."""
        manager = self.manager
        if self._morning is not None:
            self._morning.cancel()
        hours = manager.limits().quiet
        quiet = manager.gate.is_quiet_time
        if hours is not None and quiet and all(map(self._is_late, self.kept.due)):
            left_s = hours.left(manager.now()).total_seconds()
            self._morning = manager.after(left_s, self._wake, new_interaction=True)
        elif manager.current is self:
            self._begin()
        else:
            manager.enter(self.name, Request('alarm'))

    def _begin(self) -> None:
        self._rings_left = 1 if all(map(self._is_late, self.kept.due)) else RINGS
        self.body.show('alarm', duration_s=self._rings_left * PERIOD_S)
        self.dialogue.silence('alarm')
        self._ring()

    def _ring(self) -> None:
        self._rings_left -= 1
        phrases = self.words.phrases
        for due in self.kept.due:
            if self._is_late(due):
                phrase = phrases.missed_reminder if due.what else phrases.missed_timer
            else:
                phrase = phrases.reminder if due.what else phrases.timer
            time = self.manager.words.forms.time(due.due)
            self.say_phrase(phrase, what=due.what, time=time)

    def _is_late(self, due: Due) -> bool:
        return seconds_until(due.due, self.manager.now()) < -LATE_S

    def _snooze(self, length_s: float) -> None:
        timer = self.manager.activities['timer']
        assert isinstance(timer, Snoozing)
        for due in self.kept.due:
            timer.snooze(due, length_s)
        self.leave()
        self._rings_left, self._stopped_by = 0, 'snooze'
        length = self.manager.words.forms.length(timedelta(seconds=length_s))
        self.say_phrase(self.words.phrases.snoozed, time=length)
