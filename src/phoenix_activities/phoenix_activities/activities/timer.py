"""Timer: sets timers, alarms and reminders, which count in the background."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import PrivateAttr

from phoenix_activities.activities.alarm import Alarm, Due
from phoenix_activities.engine import toy
from phoenix_activities.engine.activity import Intent, Priority, Request
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.state.safe_state import Kept

HALF_A_DAY = timedelta(hours=12)
A_DAY = timedelta(days=1)


class Running(Due):
    """One that is set."""

    _call: toy.Alarm | None = PrivateAttr(None)


class TimerKept(Kept):
    """Those that are set."""

    running: list[Running] = []


class Timer(AskingActivity):
    """Sets, cancels and tells them; one that is due rings by the activity 'alarm'."""

    name = 'timer'
    intents = ('timer_set', 'alarm_set', 'reminder_set', 'timer_cancel', 'timer_remaining')
    priority = Priority.ANSWER
    kept_model = TimerKept

    _what = ''  # of the one whose time is asked for

    def on_start(self) -> None:
        """Count on; what was due meanwhile rings now."""
        for running in list(self.kept.running):
            self._count(running)

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a duration in seconds, and what it is for."""
        assert request.intent is not None
        self._take(request.intent)

    def on_intent(self, intent: Intent) -> bool:
        """Take another wish about timers, or the time that was asked for."""
        if intent.name not in self.intents:
            return super().on_intent(intent)
        self.ask_nothing()
        self._take(intent)
        return True

    def on_answer(self, name: str, intent: Intent) -> None:
        """Set it for that time."""
        self._set(intent, self._what)

    def _take(self, intent: Intent) -> None:
        match intent.name:
            case 'timer_cancel':
                self.say_phrase('cancelled' if self.kept.running else 'none')
                for running in self.kept.running:
                    running._call.cancel()
                self.kept.running.clear()
            case 'timer_remaining':
                self._tell_remaining()
            case _:
                self._set(intent, intent.slots.get('what', ''))

    def _tell_remaining(self) -> None:
        if not self.kept.running:
            self.say_phrase('none')
            return
        first = min(self.kept.running, key=lambda running: running.due)
        length = self.director.words.forms.length(first.due - self.director.toy.now())
        self.say_phrase('remaining', time=length)

    def _set(self, intent: Intent, what: str) -> None:
        director, forms, slots = self.director, self.director.words.forms, intent.slots
        now = director.toy.now()
        if 'duration' in slots:
            length = timedelta(seconds=float(slots['duration']))
            kind, time = 'timer', forms.length(length)
        elif 'hour' in slots:
            due = next_time(now, slots)
            length = due - now
            kind, time = 'alarm', forms.time(due)
        else:
            self._what = what
            question = 'when' if intent.name == 'alarm_set' else 'how_long'
            self.ask(self.phrase(question), self.words.answers)
            return
        running = Running(due=now + length, what=what)
        self._count(running)
        self.kept.running.append(running)
        self.say_phrase(
            f'{kind}_set' if not what else f'{kind}_reminder_set', time=time, what=what
        )

    def _count(self, running: Running) -> None:
        left_s = (running.due - self.director.toy.now()).total_seconds()
        if left_s > 0:
            running._call = self.director.toy.after(
                left_s, lambda: self._ring(running), new_interaction=True
            )
        else:
            self._ring(running)

    def _ring(self, running: Running) -> None:
        self.kept.running.remove(running)
        alarm = self.director.activities['alarm']
        assert isinstance(alarm, Alarm)
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
