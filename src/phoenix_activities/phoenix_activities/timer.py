"""Timer: sets timers, alarms and reminders, which count in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from phoenix_activities import toy
from phoenix_activities.activity import Intent, Priority, Request
from phoenix_activities.alarm import Alarm
from phoenix_activities.asking import AskingActivity
from phoenix_activities.director import Director

HALF_A_DAY = timedelta(hours=12)
A_DAY = timedelta(days=1)


@dataclass
class _Running:
    due: datetime
    what: str  # of a reminder; empty for a timer
    call: toy.Alarm


class Timer(AskingActivity):
    """Sets, cancels and tells them; one that is due rings by the activity 'alarm'."""

    name = 'timer'
    intents = ('timer_set', 'alarm_set', 'reminder_set', 'timer_cancel', 'timer_remaining')
    priority = Priority.ANSWER

    def __init__(self, director: Director) -> None:
        """Begin without any timer."""
        super().__init__(director)
        self._running: list[_Running] = []
        self._what = ''  # of the one whose time is asked for

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
                self.say_phrase('cancelled' if self._running else 'none')
                for running in self._running:
                    running.call.cancel()
                self._running.clear()
            case 'timer_remaining':
                self._tell_remaining()
            case _:
                self._set(intent, intent.slots.get('what', ''))

    def _tell_remaining(self) -> None:
        if not self._running:
            self.say_phrase('none')
            return
        first = min(self._running, key=lambda running: running.due)
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
        call = director.toy.after(
            length.total_seconds(), lambda: self._due(running), new_interaction=True
        )
        running = _Running(now + length, what, call)
        self._running.append(running)
        self.say_phrase(
            f'{kind}_set' if not what else f'{kind}_reminder_set', time=time, what=what
        )

    def _due(self, running: _Running) -> None:
        self._running.remove(running)
        current = self.director.current
        if isinstance(current, Alarm):
            current.add(running.what)
        else:
            due = Intent('alarm', slots={'what': running.what})
            self.director.enter('alarm', Request('alarm', due))


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
