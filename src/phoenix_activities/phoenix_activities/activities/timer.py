"""The timer: sets timers, alarms and reminders, which run in the background."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from pydantic import PrivateAttr

from phoenix_activities.activities.alarm import AlarmActivity, Due, purpose_of
from phoenix_activities.engine.activity import Priority, Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.state.safe_state import Kept
from phoenix_activities.timer_handle import TimerHandle
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases

HALF_A_DAY = timedelta(hours=12)
A_DAY = timedelta(days=1)


class TimerPhrases(Phrases):
    """A timer ends after a length of time, an alarm at a time of the day."""

    timer_set: Phrase
    alarm_set: Phrase
    timer_reminder_set: Phrase
    alarm_reminder_set: Phrase
    how_long: Phrase
    when: Phrase
    too_long: Phrase
    cancelled: Phrase
    none: Phrase
    remaining: Phrase


class TimerWords(ActivityWords):
    """The words of timers, alarms and reminders."""

    phrases: TimerPhrases


class RunningTimer(Due):
    """A timer, alarm or reminder that is set."""

    _expiry: TimerHandle | None = PrivateAttr(None)

    def expires(self, expiry: TimerHandle) -> None:
        """Remember the call that rings."""
        self._expiry = expiry

    def cancel(self) -> None:
        """Do not ring."""
        if self._expiry is not None:
            self._expiry.cancel()


class TimerKept(Kept):
    """What is set."""

    running: list[RunningTimer] = []


class TimerActivity(AskingActivity):
    """Sets, cancels and lists timers; the activity 'alarm' rings for one that is due."""

    name = 'timer'
    intents = ('timer_set', 'alarm_set', 'reminder_set', 'timer_cancel', 'timer_remaining')
    priority = Priority.ANSWER
    words: TimerWords
    kept: TimerKept

    _what = ''  # what the timer is for whose time is asked for

    def on_start(self) -> None:
        """Run on after a crash; what was due meanwhile rings now."""
        for running in list(self.kept.running):
            self._run(running)

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a duration in seconds, and maybe a purpose."""
        assert request.intent is not None
        self._act(request.intent)

    def on_intent(self, intent: UserIntent) -> bool:
        """Act on another wish about timers, or on the time that was asked for."""
        if intent.name not in self.intents:
            return super().on_intent(intent)
        self.ask_nothing()
        self._act(intent)
        return True

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Set the timer for that time."""
        self._set(intent, self._what)

    def _act(self, intent: UserIntent) -> None:
        match intent.name:
            case 'timer_cancel':
                phrases = self.words.phrases
                self.say_phrase(phrases.cancelled if self.kept.running else phrases.none)
                for running in self.kept.running:
                    running.cancel()
                self.kept.running.clear()
            case 'timer_remaining':
                self._say_remaining()
            case _:
                what = intent.slots.get('what', '')
                purpose = purpose_of(what)
                if what and not purpose:
                    self.say_phrase(self.words.phrases.too_long)
                else:
                    self._set(intent, purpose)

    def _say_remaining(self) -> None:
        if not self.kept.running:
            self.say_phrase(self.words.phrases.none)
            return
        first = min(self.kept.running, key=lambda running: running.due)
        length = self.manager.words.forms.length(first.due - self.manager.now())
        self.say_phrase(self.words.phrases.remaining, time=length)

    def _set(self, intent: UserIntent, what: str) -> None:
        forms, phrases, slots = self.manager.words.forms, self.words.phrases, intent.slots
        now = self.manager.now()
        if 'duration' in slots:
            due = now + timedelta(seconds=float(slots['duration']))
            time = forms.length(due - now)
            phrase = phrases.timer_reminder_set if what else phrases.timer_set
        elif 'hour' in slots:
            due = next_time(now, slots)
            time = forms.time(due)
            phrase = phrases.alarm_reminder_set if what else phrases.alarm_set
        else:
            self._what = what
            question = phrases.when if intent.name == 'alarm_set' else phrases.how_long
            self.ask(self.text_of(question), self.words.answers)
            return
        running = RunningTimer(due=due, what=what)
        self._run(running)
        self.kept.running.append(running)
        self.say_phrase(phrase, time=time, what=what)

    def _run(self, running: RunningTimer) -> None:
        left_s = (running.due - self.manager.now()).total_seconds()
        if left_s > 0:
            ring = partial(self._ring, running)
            running.expires(self.manager.after(left_s, ring, new_interaction=True))
        else:
            self._ring(running)

    def _ring(self, running: RunningTimer) -> None:
        self.kept.running.remove(running)
        alarm = self.manager.activities['alarm']
        assert isinstance(alarm, AlarmActivity)
        alarm.ring(running)


def next_time(now: datetime, slots: Mapping[str, str]) -> datetime:
    """
    Return when it is that time next.

    :param slots: hour, 0 to 24; maybe minute; maybe offset, minutes to be added; maybe day_part,
        'am' or 'pm', without which an hour up to 12 means the nearest.
    """
    hour, minute = int(slots['hour']), int(slots.get('minute', 0))
    part = slots.get('day_part', '')
    if part and hour <= 12:
        hour = hour % 12 + (12 if part == 'pm' else 0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    time = midnight + timedelta(hours=hour, minutes=minute + int(slots.get('offset', 0)))
    step = A_DAY if part or hour > 12 or hour == 0 else HALF_A_DAY
    while time > now:
        time -= step
    while time <= now:
        time += step
    return time
