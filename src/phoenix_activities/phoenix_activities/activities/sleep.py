"""Sleep: dark and quiet until somebody wakes the toy."""

from phoenix_activities.engine.activity import Activity, Priority, Request, UserIntent
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords


class SleepPhrases(Phrases):
    """Said before sleep."""

    good_night: Phrase


class SleepActivity(Activity):
    """Says good night once; in quiet hours it sleeps on after an interruption."""

    name = 'sleep'
    intents = ('sleep',)
    priority = Priority.REST
    words: PhraseWords[SleepPhrases]

    def enter(self, request: Request) -> None:
        """Say good night when sent to sleep, and let the light sleep, too."""
        self.body.show_state()
        if request.intent is not None:
            self.say_phrase(self.words.phrases.good_night)

    def resume(self) -> None:
        """Sleep on at night; in the daytime the toy has been woken."""
        if not self.manager.gate.is_quiet_time:
            self.manager.finish('woken')

    def on_intent(self, intent: UserIntent) -> bool:
        """Stay asleep, unless it is time to wake up or something else is wanted."""
        if intent.name == 'wake_up':
            self.manager.stop('wake_up')
        return intent.name in ('sleep', 'stop')

    def on_attention(self, reason: str) -> bool:
        """Wake up and listen."""
        self.manager.enter('conversation', Request(reason))
        return True

    def on_said(self) -> None:
        """Sleep on after the good night."""
