"""Parrot: repeats what it hears until it is told to stop."""

from phoenix_activities.engine.activity import Activity, Request, UserIntent
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords
from phoenix_core.events.short_text import short_text

MOST_WORDS = 15
# Understood even now; everything else is repeated.
COMMANDS = frozenset(
    ('stop', 'goodbye', 'repeat', 'next', 'help', 'sleep', 'volume_up', 'volume_down')
)


class ParrotPhrases(Phrases):
    """Said by the parrot."""

    begin: Phrase
    squawk: Phrase
    too_long: Phrase
    go_on: Phrase


class ParrotActivity(Activity):
    """Listens and repeats, in turn; silence ends it."""

    name = 'parrot'
    intents = ('parrot',)
    lively = True
    words: PhraseWords[ParrotPhrases]

    def enter(self, request: Request) -> None:
        """Explain, and listen."""
        self._last = ''
        self.say_phrase(self.words.phrases.begin)

    def resume(self) -> None:
        """Invite again."""
        self.say_phrase(self.words.phrases.go_on)

    def on_intent(self, intent: UserIntent) -> bool:
        """Repeat whatever is said, except commands."""
        if intent.name == 'repeat' and self._last:
            self.dialogue.say(self._last)
        elif intent.name in COMMANDS or not intent.text:
            return False
        else:
            if text := short_text(intent.text, MOST_WORDS):
                self._last = text
                self.say_phrase(self.words.phrases.squawk, text=text)
            else:
                self.say_phrase(self.words.phrases.too_long)
        return True

    def on_said(self) -> None:
        """Listen again."""
        self.dialogue.listen()
