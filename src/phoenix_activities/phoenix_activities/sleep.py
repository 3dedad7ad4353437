"""Sleep: dark and quiet until somebody wakes the toy."""

from phoenix_activities.activity import Activity, Intent, Request


class Sleep(Activity):
    """Says good night once; only waking words, a touch or a button end it."""

    name = 'sleep'
    intents = ('sleep',)

    def enter(self, request: Request) -> None:
        """Say good night, and let the light sleep too."""
        self.director.show_state()
        self.director.say_phrase('good_night')

    def on_intent(self, intent: Intent) -> bool:
        """Stay asleep, unless it is time to wake up or something else is wanted."""
        if intent.name == 'wake_up':
            self.director.enter('conversation', Request('wake_up', intent))
            return True
        return intent.name in ('sleep', 'stop')

    def on_attention(self, reason: str) -> bool:
        """Wake up and listen."""
        self.director.enter('conversation', Request(reason))
        return True

    def on_said(self) -> None:
        """Sleep on."""
