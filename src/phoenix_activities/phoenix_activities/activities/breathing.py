"""Breathing: a calming exercise, in which the light swells and fades with the breath."""

from phoenix_activities.engine.activity import Activity, Intent, Request

BREATHS = 4
IN_S, OUT_S = 4.0, 5.0
STEPS = ('in', 'out') * BREATHS


class Breathing(Activity):
    """Leads through some slow breaths."""

    name = 'breathing'
    intents = ('breathing',)

    def enter(self, request: Request) -> None:
        """Explain, and breathe in first."""
        self._step = -1
        self.say_phrase('begin')

    def leave(self) -> None:
        """Give the light back."""
        self.director.show_state()

    def pause(self) -> None:
        """Give the light back, and breathe the interrupted breath again after that."""
        self._step -= 1 + (STEPS[self._step : self._step + 1] == ('out',))
        self.director.show_state()

    def resume(self) -> None:
        """Go on with that breath."""
        self.say_phrase('go_on')

    def on_intent(self, intent: Intent) -> bool:
        """Begin again."""
        if intent.name not in ('repeat', 'breathing'):
            return False
        self.enter(Request(intent.name, intent))
        return True

    def on_not_heard(self) -> None:
        """Go on breathing."""
        self._breathe()

    def on_said(self) -> None:
        """Give the breath its time."""
        if self._step >= len(STEPS):
            self.director.finish('done')
        elif self._step < 0:
            self._breathe()
        else:
            self.director.wait(IN_S if STEPS[self._step] == 'in' else OUT_S)

    def on_timeout(self) -> None:
        """Go on to the next half of a breath."""
        self._breathe()

    def _breathe(self) -> None:
        self._step += 1
        if self._step >= len(STEPS):
            self.say_phrase('end')
            return
        breath = STEPS[self._step]
        self.director.show(f'breathe_{breath}', duration_s=IN_S + OUT_S)
        self.say_phrase(breath)
