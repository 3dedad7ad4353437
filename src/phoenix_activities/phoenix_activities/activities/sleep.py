"""Sleep: dark and quiet until somebody wakes the toy."""

from phoenix_activities.engine.activity import Activity, Intent, Priority, Request


class Sleep(Activity):
    """Says good night once; in quiet hours it sleeps on after an interruption."""

    name = 'sleep'
    intents = ('sleep',)
    priority = Priority.REST

    def enter(self, request: Request) -> None:
        """Say good night to whom sent it to sleep, and let the light sleep too."""
        self.director.show_state()
        if request.intent is not None:
            self.say_phrase('good_night')

    def resume(self) -> None:
        """Sleep on at night; in the daytime the toy has been woken."""
        if not self.director.is_quiet_time:
            self.director.finish('woken')

    def on_intent(self, intent: Intent) -> bool:
        """Stay asleep, unless it is time to wake up or something else is wanted."""
        if intent.name == 'wake_up':
            self.director.stop('wake_up')
        return intent.name in ('sleep', 'stop')

    def on_attention(self, reason: str) -> bool:
        """Wake up and listen."""
        self.director.enter('conversation', Request(reason))
        return True

    def on_said(self) -> None:
        """Sleep on."""
