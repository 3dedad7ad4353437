"""Alarm: rings for a timer, an alarm or a reminder that is due, whatever else goes on."""

from phoenix_activities.activity import Activity, Intent, Priority, Request

RINGS = 5
PERIOD_S = 4.0


class Alarm(Activity):
    """Rings until somebody stops it, or five times; what it had interrupted goes on after that."""

    name = 'alarm'
    priority = Priority.ALARM

    def enter(self, request: Request) -> None:
        """Ring."""
        self._due: list[str] = []  # what reminders are about; empty texts are timers
        self.add(request.intent.slots.get('what', '') if request.intent else '')

    def add(self, what: str) -> None:
        """Ring for another one, too."""
        self._due.append(what)
        self._rings_left = RINGS
        self.director.show('alarm', duration_s=RINGS * PERIOD_S)
        self.director.quiet('alarm')
        self._ring()

    def leave(self) -> None:
        """Put the light back."""
        self.director.show_state()

    def on_intent(self, intent: Intent) -> bool:
        """Stop ringing, and no more than that."""
        if intent.name not in ('stop', 'timer_cancel', 'yes', 'thanks', 'wake_up'):
            return False
        self.director.finish(intent.name)
        return True

    def on_touch(self, pad: str) -> bool:
        """Stop ringing."""
        self.director.finish('touch')
        return True

    def on_attention(self, reason: str) -> bool:
        """Stop ringing."""
        self.director.finish(reason)
        return False

    def on_said(self) -> None:
        """Ring again after a while, or end."""
        if self._rings_left > 0:
            self.director.wait(PERIOD_S)
        else:
            self.director.finish('done')

    def on_timeout(self) -> None:
        """Ring again."""
        self._ring()

    def _ring(self) -> None:
        self._rings_left -= 1
        for what in self._due:
            self.say_phrase('reminder' if what else 'timer', what=what)
