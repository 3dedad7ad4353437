"""Help: tells what the toy can do, a little at a time."""

from phoenix_activities.engine.activity import Priority, Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords

AT_A_TIME = 3


class HelpPhrases(Phrases):
    """Said with some abilities at a time."""

    can: Phrase
    more: Phrase
    ask_me: Phrase


class HelpActivity(AskingActivity):
    """Names what all activities can do, also those of other packages."""

    name = 'help'
    intents = ('help',)
    priority = Priority.ANSWER
    words: PhraseWords[HelpPhrases]

    def enter(self, request: Request) -> None:
        """Begin with any abilities."""
        activities = self.manager.activities.values()
        self._untold = [one.words.can for one in activities if one.words.can]
        self.manager.chance.shuffle(self._untold)
        self._tell()

    def on_intent(self, intent: UserIntent) -> bool:
        """Say the same again, or act on an answer."""
        if intent.name == 'repeat' and self.is_asking:
            self.dialogue.say(self._told)
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Go on, or wait for a wish."""
        if name == 'no':
            self.say_phrase(self.words.phrases.ask_me)
        else:
            self._tell()

    def on_other_answer(self, intent: UserIntent) -> bool:
        """Pass wishes on."""
        return False

    def _tell(self) -> None:
        told, self._untold = self._untold[:AT_A_TIME], self._untold[AT_A_TIME:]
        abilities = self.manager.words.forms.all_of(told)
        self._told = self.text_of(self.words.phrases.can, abilities=abilities)
        self.dialogue.say(self._told)
        if self._untold:
            self.ask(
                self.text_of(self.words.phrases.more), {'yes': [], 'no': [], **self.words.answers}
            )
        else:
            self.say_phrase(self.words.phrases.ask_me)
