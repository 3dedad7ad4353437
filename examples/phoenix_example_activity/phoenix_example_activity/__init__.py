"""Counting: an activity of its own, found by the toy through entry points."""

from pathlib import Path

from phoenix_activities.engine.activity import Activity, Priority, Request, UserIntent
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords

WORDS = Path(__file__).parent / 'words'
FAR = 3  # when nobody says how far


class CountingPhrases(Phrases):
    """Said while counting."""

    number: Phrase
    end: Phrase


class CountingActivity(Activity):
    """Counts, with a short rest after each number."""

    name = 'counting'
    intents = ('count',)
    priority = Priority.PLAY
    words: PhraseWords[CountingPhrases]

    def enter(self, request: Request) -> None:
        """Begin with one."""
        slots = request.intent.slots if request.intent else {}
        self._number, self._far = 1, int(slots.get('far', FAR))
        self._count()

    def resume(self) -> None:
        """Go on with the number that was interrupted."""
        self._count()

    def on_intent(self, intent: UserIntent) -> bool:
        """Count again."""
        if intent.name not in ('count', 'repeat'):
            return False
        self.enter(Request(intent.name, intent))
        return True

    def on_not_heard(self) -> None:
        """Go on counting after a call that nothing followed."""
        self._count()

    def on_said(self) -> None:
        """Rest a moment, or end."""
        if self._number > self._far:
            self.manager.finish('done')
        else:
            self.manager.wait(0.5)

    def on_timeout(self) -> None:
        """Say the next number, or that it is over."""
        self._number += 1
        if self._number > self._far:
            self.say_phrase(self.words.phrases.end)
        else:
            self._count()

    def _count(self) -> None:
        self.body.show('twinkling', duration_s=2.0)
        self.say_phrase(self.words.phrases.number, number=self._number)
