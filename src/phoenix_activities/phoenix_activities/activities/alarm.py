"""Alarm: rings for a timer, an alarm or a reminder that is due, whatever else goes on."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from phoenix_activities.engine import toy
from phoenix_activities.engine.activity import Activity, Intent, Priority, Request
from phoenix_activities.state.safe_state import Kept

RINGS = 5
PERIOD_S = 4.0
STOPPING_S = 1.0  # a touch or click so soon after the one that stopped it means the same
LATE = timedelta(minutes=10)  # after that it is missed: nobody waits for it any more


class Due(BaseModel):
    """
    What rings.

    :param what: what a reminder is about; empty for a timer.
    """

    due: datetime
    what: str = ''


class AlarmKept(Kept):
    """What rings until somebody stops it: it rings again after a crash."""

    due: list[Due] = []


class Alarm(Activity):
    """
    Rings until somebody stops it, or five times; what it had interrupted goes on after that.

    What was due long ago, while the toy was off, is told once, and not in quiet hours.
    """

    name = 'alarm'
    priority = Priority.ALARM
    kept_model = AlarmKept

    _morning: toy.Alarm | None = None

    def on_start(self) -> None:
        """Ring on."""
        if self.kept.due:
            self._wake()

    def enter(self, request: Request) -> None:
        """Ring; a program may say what for."""
        if request.intent is not None:
            now = self.director.toy.now()
            self.kept.due.append(Due.model_validate({'due': now, **request.intent.slots}))
        self._begin()

    def ring(self, due: Due) -> None:
        """Ring for another one, too."""
        self.kept.due.append(Due(due=due.due, what=due.what))
        self._wake()

    def leave(self) -> None:
        """Put the light back, unless that is done."""
        if self.kept.due:
            self.kept.due.clear()
            self.director.show_state()

    def on_intent(self, intent: Intent) -> bool:
        """Stop ringing, and no more than that; a double click says 'repeat'."""
        if intent.name not in ('stop', 'timer_cancel', 'yes', 'thanks', 'wake_up', 'repeat'):
            return False
        self.director.finish(intent.name)
        return True

    def on_attention(self, reason: str) -> bool:
        """Stop ringing, and end a moment later: who hits it once often hits it twice."""
        self.leave()
        self._stopped_by = reason
        self.director.wait(STOPPING_S)
        return False

    def on_said(self) -> None:
        """Ring again after a while, or end."""
        if self._rings_left > 0:
            self.director.wait(PERIOD_S)
        else:
            self.director.finish('done')

    def on_timeout(self) -> None:
        """Ring again, or end."""
        if self.kept.due:
            self._ring()
        else:
            self.director.finish(self._stopped_by)

    def _wake(self) -> None:
        """Ring now, or in the morning what is late at night."""
        director = self.director
        if self._morning is not None:
            self._morning.cancel()
        hours = director.quiet_hours
        if hours is not None and director.is_quiet_time and all(map(self._is_late, self.kept.due)):
            left_s = hours.left(director.toy.now()).total_seconds()
            self._morning = director.toy.after(left_s, self._wake, new_interaction=True)
        elif director.current is self:
            self._begin()
        else:
            director.enter(self.name, Request('alarm'))

    def _begin(self) -> None:
        self._rings_left = 1 if all(map(self._is_late, self.kept.due)) else RINGS
        self.director.show('alarm', duration_s=self._rings_left * PERIOD_S)
        self.director.quiet('alarm')
        self._ring()

    def _ring(self) -> None:
        self._rings_left -= 1
        for due in self.kept.due:
            phrase = 'reminder' if due.what else 'timer'
            if self._is_late(due):
                phrase = f'missed_{phrase}'
            time = self.director.words.forms.time(due.due)
            self.say_phrase(phrase, what=due.what, time=time)

    def _is_late(self, due: Due) -> bool:
        return self.director.toy.now() - due.due > LATE
