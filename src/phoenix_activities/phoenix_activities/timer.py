"""Timer: counts down in the background, and rings until somebody stops it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from phoenix_activities.activity import Activity, Intent, Request
from phoenix_activities.director import Director
from phoenix_activities.toy import Alarm

RINGS = 5
RING_PERIOD_S = 4.0


@dataclass
class _Running:
    due: datetime
    what: str  # of a reminder; empty for a timer
    alarm: Alarm


class Timer(Activity):
    """Sets, cancels and tells timers and reminders, and rings when one is due."""

    name = 'timer'
    intents = ('timer_set', 'timer_cancel', 'timer_remaining', 'reminder_set')

    def __init__(self, director: Director) -> None:
        """Begin without any timer."""
        super().__init__(director)
        self._running: list[_Running] = []
        self._ringing: Intent | None = None
        self._rings_left = 0
        self._next_ring: Alarm | None = None

    def enter(self, request: Request) -> None:
        """Do what was asked, or ring."""
        if request.reason == 'alarm':
            self._ringing, self._rings_left = request.intent, RINGS
            self.director.show('alarm', duration_s=RINGS * RING_PERIOD_S)
            self._ring()
        elif request.intent is not None:
            self._take(request.intent)

    def leave(self) -> None:
        """Stop ringing."""
        if self._ringing is not None:
            self.director.show_state()
            self._ringing = None
        if self._next_ring is not None:
            self._next_ring.cancel()

    def on_intent(self, intent: Intent) -> bool:
        """Take another wish about timers."""
        if intent.name not in self.intents or self._ringing is not None:
            return False
        self._take(intent)
        return True

    def on_attention(self, reason: str) -> bool:
        """Stop ringing."""
        if self._ringing is None:
            return True
        self.director.finish(reason)
        return False

    def on_said(self) -> None:
        """Ring again after a while, or end."""
        if self._ringing is not None and self._rings_left > 0:
            self._next_ring = self.director.toy.after(RING_PERIOD_S, self._ring)
        else:
            self.director.finish('done')

    def _take(self, intent: Intent) -> None:
        director = self.director
        match intent.name:
            case 'timer_cancel':
                director.say_phrase('timer_cancelled' if self._running else 'timer_none')
                for running in self._running:
                    running.alarm.cancel()
                self._running.clear()
            case 'timer_remaining':
                if self._running:
                    due = min(running.due for running in self._running)
                    director.say_phrase('timer_remaining', time=spoken(due - director.toy.now()))
                else:
                    director.say_phrase('timer_none')
            case _:
                self._set(intent)

    def _set(self, intent: Intent) -> None:
        director = self.director
        if 'duration' not in intent.slots:
            director.say_phrase('timer_how_long')
            return
        length = timedelta(seconds=float(intent.slots['duration']))
        what = intent.slots.get('what', '')
        alarm = director.toy.after(
            length.total_seconds(), lambda: self._due(running), new_interaction=True
        )
        running = _Running(director.toy.now() + length, what, alarm)
        self._running.append(running)
        phrase = 'reminder_set' if what else 'timer_set'
        director.say_phrase(phrase, time=spoken(length), what=what)

    def _due(self, running: _Running) -> None:
        self._running.remove(running)
        alarm = Intent('alarm', slots={'what': running.what})
        self.director.enter(self.name, Request('alarm', alarm))

    def _ring(self) -> None:
        assert self._ringing is not None
        self._next_ring = None
        self._rings_left -= 1
        what = self._ringing.slots['what']
        self.director.say_phrase('reminder_due' if what else 'timer_due', what=what)


def spoken(length: timedelta) -> str:
    """Say a length of time in words and digits, in its two largest units."""
    minutes, seconds = divmod(max(0, round(length.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        f'{count} {unit}' + ('s' if count != 1 else '')
        for count, unit in ((hours, 'hour'), (minutes, 'minute'), (seconds, 'second'))
        if count
    ]
    return ' and '.join(parts[:2]) or 'no time'
