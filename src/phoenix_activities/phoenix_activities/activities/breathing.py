"""Breathing: a calming exercise, in which the light swells and fades with the breath."""

from phoenix_activities.engine.activity import Activity, Request, UserIntent
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords

BREATHS = 4
IN_S, OUT_S = 4.0, 5.0
STEPS = ('in', 'out') * BREATHS


class BreathingPhrases(Phrases):
    """Said with the breaths."""

    begin: Phrase
    breathe_in: Phrase
    breathe_out: Phrase
    go_on: Phrase
    end: Phrase


class BreathingActivity(Activity):
    """Leads through some slow breaths."""

    name = 'breathing'
    intents = ('breathing',)
    words: PhraseWords[BreathingPhrases]

    def enter(self, request: Request) -> None:
        """Explain, and breathe in first."""
        self._step = -1
        self.say_phrase(self.words.phrases.begin)

    def leave(self) -> None:
        """Give the light back."""
        self.body.show_state()

    def pause(self) -> None:
        """Give the light back; the interrupted breath is repeated after that."""
        if self._step >= 0:
            self._step -= 1 + (STEPS[self._step : self._step + 1] == ('out',))
        self.body.show_state()

    def resume(self) -> None:
        """Go on with the interrupted breath."""
        self.say_phrase(self.words.phrases.go_on)

    def on_intent(self, intent: UserIntent) -> bool:
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
            self.manager.finish('done')
        elif self._step < 0:
            self._breathe()
        else:
            self.manager.wait(IN_S if STEPS[self._step] == 'in' else OUT_S)

    def on_timeout(self) -> None:
        """Go on to the next half of a breath."""
        self._breathe()

    def _breathe(self) -> None:
        self._step += 1
        phrases = self.words.phrases
        if self._step >= len(STEPS):
            self.say_phrase(phrases.end)
            return
        breath = STEPS[self._step]
        self.body.show(f'breathe_{breath}', duration_s=IN_S + OUT_S)
        self.say_phrase(phrases.breathe_in if breath == 'in' else phrases.breathe_out)
