"""Parrot: repeats what it hears until it is told to stop."""

from phoenix_activities.engine.activity import Activity, Intent, Request

MOST_TURNS = 20
# Meant as such even now; everything else is repeated.
COMMANDS = frozenset(('stop', 'repeat', 'next', 'help', 'sleep', 'volume_up', 'volume_down'))


class Parrot(Activity):
    """Listens and repeats, in turn; silence ends it."""

    name = 'parrot'
    intents = ('parrot',)

    def enter(self, request: Request) -> None:
        """Explain, and listen."""
        self._turns = 0
        self._last = ''
        self.say_phrase('begin')

    def resume(self) -> None:
        """Invite again."""
        self.say_phrase('go_on')

    def on_intent(self, intent: Intent) -> bool:
        """Repeat whatever is said, but commands."""
        if intent.name == 'repeat' and self._last:
            self.director.say(self._last)
        elif intent.name in COMMANDS or not intent.text:
            return False
        else:
            self._turns += 1
            self._last = intent.text
            self.say_phrase('squawk', text=intent.text)
        return True

    def on_said(self) -> None:
        """Listen again, for a while."""
        if self._turns < MOST_TURNS:
            self.director.listen()
        else:
            self.director.finish('done')
