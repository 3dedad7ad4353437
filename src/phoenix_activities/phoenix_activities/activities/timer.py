"""The timer: sets, changes and tells timers, alarms and reminders, which run in the background."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from phoenix_activities.activities.alarm import AlarmActivity, Due, purpose_of
from phoenix_activities.activities.due_times import at_wall_time, next_wall_time
from phoenix_activities.activities.running_timers import (
    Kind,
    RunningTimer,
    RunningTimers,
    TimerKept,
    meant,
)
from phoenix_activities.activities.timer_changes import LONGEST_S, OLD, TimerChanges, old_slots
from phoenix_activities.activities.timer_words import TimerPhrases, TimersTold
from phoenix_activities.engine.activity import Priority, Request, RequestSlots, UserIntent
from phoenix_activities.engine.activity_manager import ActivityManager
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import Phrase, PhraseWords
from phoenix_core.events.short_text import NAME_WORDS, short_text

MOST = 20
ALARM_CHANGES = ('alarm_change', 'alarm_later', 'alarm_earlier', 'time_change')
KINDS = {'timer': Kind.TIMER, 'alarm': Kind.ALARM, 'reminder': Kind.REMINDER}


class TimerSlots(RequestSlots):
    """What a program may say of a timer: how long, or at what time, and what for."""

    duration: float | None = Field(None, gt=0, le=LONGEST_S)
    hour: int | None = Field(None, ge=0, le=24)
    minute: int = Field(0, ge=0, le=59)
    day_part: str = Field('', pattern='^(am|pm|)$')
    what: str = ''
    name: str = ''


class TimerActivity(AskingActivity):
    """Sets, changes and lists timers; the activity 'alarm' rings for one that is due."""

    name = 'timer'
    intents = (
        *('timer_set', 'timer_cancel', 'timer_remaining', 'timer_list'),
        *('timer_extend', 'timer_shorten', 'timer_change', 'timer_pause', 'timer_resume'),
        *('alarm_set', 'alarm_cancel', 'alarm_list', 'snooze'),
        *ALARM_CHANGES,
        *('reminder_set', 'reminder_cancel', 'reminder_list'),
    )
    priority = Priority.ANSWER
    request_slots = TimerSlots
    words: PhraseWords[TimerPhrases]
    kept: TimerKept

    _wish = UserIntent('timer_set')  # whose missing part is asked for

    def __init__(self, manager: ActivityManager) -> None:
        super().__init__(manager)
        self._running = RunningTimers(manager, self.kept, self._ring)
        self._changes = TimerChanges(manager, self._running)
        self._told = TimersTold(manager, self.words.phrases, self._running)

    def on_start(self) -> None:
        """Run on after a crash; what was due meanwhile rings now."""
        for running in self._running.all():
            self._running.run(running)

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a duration in seconds, and maybe a purpose."""
        assert request.intent is not None
        self._act(request.intent)

    def on_intent(self, intent: UserIntent) -> bool:
        """Act on another wish about timers, or on what was asked for."""
        if intent.name not in self.intents:
            return super().on_intent(intent)
        if intent.name == 'timer_change' and self.is_asking:  # 'no, ten minutes'
            self.ask_nothing()
            self.on_answer('length', intent)
            return True
        self.ask_nothing()
        self._act(intent)
        return True

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Do what was wanted, with the part that was missing."""
        of = OLD if self._wish.name in ALARM_CHANGES else ''
        slots = {**self._wish.slots, **{of + name: slot for name, slot in intent.slots.items()}}
        if minutes := slots.pop('minutes', ''):
            slots['duration'] = str(60 * int(minutes))
        self._act(UserIntent(self._wish.name, intent.text, slots))

    def on_silence(self) -> None:
        """Leave it, asked twice."""
        self.say_phrase(self.words.phrases.another_time)

    def snooze(self, rung: Due, length_s: float) -> None:
        """Let what has just rung ring again after a while."""
        due = self.manager.now() + timedelta(seconds=length_s)
        kind = Kind.REMINDER if rung.what else Kind.ALARM
        self._running.add(RunningTimer(due=due, what=rung.what, kind=kind, length_s=length_s))

    def _act(self, intent: UserIntent) -> None:
        kind = KINDS.get(intent.name.partition('_')[0], Kind.TIMER)
        match intent.name.partition('_')[2]:
            case 'cancel':
                self._cancel(kind, intent)
            case 'remaining' | 'list':
                self._tell(kind, intent)
            case 'extend' | 'shorten':
                self._change(intent)
            case 'change' if intent.name == 'timer_change':
                self._change_length(intent)
            case 'change' | 'later' | 'earlier':
                self._change_time(intent)
            case 'pause' | 'resume':
                self._pause(intent)
            case _ if intent.name == 'snooze':
                self.say_phrase(self.words.phrases.nothing_rings)
            case _:
                self._set(kind, intent)

    # Setting.

    def _set(self, kind: Kind, intent: UserIntent) -> None:
        phrases, slots = self.words.phrases, intent.slots
        what, name = slots.get('what', ''), short_text(slots.get('name', ''), NAME_WORDS)
        if what and not purpose_of(what):
            self.say_phrase(phrases.too_long)
        elif len(self._running) >= MOST:
            self.say_phrase(phrases.too_many)
        elif 'duration' in slots:
            self._set_length(kind, float(slots['duration']), what, name)
        elif 'hour' in slots:
            self._set_time(kind if kind is not Kind.TIMER else Kind.ALARM, slots, what)
        else:
            at_a_time = kind is Kind.ALARM
            wanted = ('moment', 'hour', 'in_length') if at_a_time else ('length', 'minutes')
            self._ask_for(intent, phrases.when if at_a_time else phrases.how_long, wanted)

    def _set_length(self, kind: Kind, length_s: float, what: str, name: str) -> None:
        phrases = self.words.phrases
        if not 0 < length_s <= LONGEST_S:
            self.say_phrase(phrases.too_much)
            return
        due = self.manager.now() + timedelta(seconds=length_s)
        kind = Kind.REMINDER if what else kind
        self._running.add(
            RunningTimer(due=due, what=what, kind=kind, name=name, length_s=length_s)
        )
        phrase = phrases.named_timer_set if name else phrases.timer_set
        phrase = phrases.timer_reminder_set if what else phrase
        self.say_phrase(phrase, time=self._told.length(length_s), what=what, name=name)

    def _set_time(self, kind: Kind, slots: Mapping[str, str], what: str) -> None:
        phrases, now = self.words.phrases, self.manager.now()
        wall = next_wall_time(now, slots)
        if wall is None:
            self.say_phrase(phrases.past)
            return
        kind = Kind.REMINDER if what else kind
        due, repeat = at_wall_time(wall, now), slots.get('repeat', '')
        running = RunningTimer(due=due, what=what, kind=kind, wall=wall, repeat=repeat)
        self._running.add(running)
        phrase = phrases.alarm_reminder_set if what else phrases.alarm_set
        self.say_phrase(phrase, time=self._told.time(running), what=what)

    # Changing.

    def _cancel(self, kind: Kind, intent: UserIntent) -> None:
        phrases = self.words.phrases
        chosen = self._choose(self._running.of(kind), intent)
        once = [self._changes.cancel(one, intent.slots) for one in chosen]
        if chosen:
            self.say_phrase(phrases.left_out if any(once) else phrases.cancelled)

    def _change(self, intent: UserIntent) -> None:
        phrases = self.words.phrases
        if 'duration' not in intent.slots:
            self._ask_for(intent, phrases.how_much, ('length', 'minutes'))
            return
        by_s = float(intent.slots['duration'])
        by_s = -by_s if intent.name == 'timer_shorten' else by_s
        for one in self._choose(self._running.of(Kind.TIMER), intent):
            left_s = self._changes.extend(one, by_s)
            if left_s is None:
                self.say_phrase(phrases.too_much)
            elif left_s > 0:
                self.say_phrase(phrases.changed, time=self._told.length(left_s))

    def _change_length(self, intent: UserIntent) -> None:
        """Let a timer take another length of time from now on."""
        phrases, slots = self.words.phrases, intent.slots
        length_s = float(slots['duration'] if 'duration' in slots else 60 * int(slots['count']))
        if not 0 < length_s <= LONGEST_S:
            self.say_phrase(phrases.too_much)
            return
        for one in self._choose(self._running.of(Kind.TIMER), intent):
            self._changes.take(one, length_s)
            self.say_phrase(phrases.changed, time=self._told.length(length_s))

    def _change_time(self, intent: UserIntent) -> None:
        """Let an alarm ring at another time; 'no, at eight' may also be about a reminder."""
        phrases, old = self.words.phrases, old_slots(intent.slots)
        is_any = intent.name == 'time_change'
        running = self._running.all() if is_any else self._running.of(Kind.ALARM)
        chosen = self._choose(running, intent, by=old)
        if any(one.kind is Kind.TIMER for one in chosen):
            self.say_phrase(phrases.none_such)
            return
        for one in chosen:
            moved = self._changes.move(one, intent)
            if moved is None:
                self.say_phrase(phrases.past)
            else:
                self.say_phrase(phrases.changed_time, time=self._told.time(moved))

    def _pause(self, intent: UserIntent) -> None:
        phrases = self.words.phrases
        for running in self._choose(self._running.of(Kind.TIMER), intent):
            pauses = intent.name == 'timer_pause'
            (self._running.pause if pauses else self._running.resume)(running)
            left = self._told.length(self._running.left_s(running))
            self.say_phrase(phrases.paused if pauses else phrases.resumed, time=left)

    # Telling.

    def _tell(self, kind: Kind, intent: UserIntent) -> None:
        """Say how much time is left, or list all that is set."""
        phrases = self.words.phrases
        running = self._running.of(kind)
        if intent.name == 'timer_remaining' and not running:  # of a reminder, too
            running = self._running.all()
        chosen = self._choose(running, intent, ask=False)
        if len(chosen) == 1 and intent.name == 'timer_remaining':
            self.say_phrase(
                phrases.remaining, time=self._told.length(self._running.left_s(chosen[0]))
            )
        elif chosen:
            self.say_phrase(phrases.running, items=self._told.items(chosen))

    def _choose(
        self,
        running: list[RunningTimer],
        intent: UserIntent,
        *,
        ask: bool = True,
        by: Mapping[str, str] | None = None,
    ) -> list[RunningTimer]:
        """
        Return which are meant of those; say that there is none, or ask which one.

        :param by: the slots that tell it; those of the intent by default.
        """
        phrases, slots = self.words.phrases, intent.slots if by is None else by
        found = meant(running, slots, self.manager.now().date())
        if not running:
            self.say_phrase(phrases.none)
        elif not found:
            self.say_phrase(phrases.none_such)
        elif len(found) > 1 and ask and slots.get('which') != 'all':
            items = self._told.items(found)
            self._ask_for(intent, phrases.which_one, ('which_one',), items=items)
            return []
        return found

    def _ask_for(
        self, wish: UserIntent, question: Phrase, answers: tuple[str, ...], **values: str
    ) -> None:
        self._wish = UserIntent(wish.name, wish.text, dict(wish.slots))
        text = self.text_of(question, **values)
        self.ask(text, {name: self.words.answers[name] for name in answers})

    def _ring(self, running: RunningTimer) -> None:
        alarm = self.manager.activities['alarm']
        assert isinstance(alarm, AlarmActivity)
        alarm.ring(running)
