"""Help: tells what the toy can do, a little at a time."""

from phoenix_activities.engine.activity import Intent, Priority, Request
from phoenix_activities.engine.asking import AskingActivity

AT_A_TIME = 3


class Help(AskingActivity):
    """Tells of all activities that have words for it, also those of other packages."""

    name = 'help'
    intents = ('help',)
    priority = Priority.ANSWER

    def enter(self, request: Request) -> None:
        """Begin with any."""
        activities = self.director.activities.values()
        self._untold = [one.words.can for one in activities if one.words.can]
        self.director.chance.shuffle(self._untold)
        self._tell()

    def on_intent(self, intent: Intent) -> bool:
        """Tell the same again, or take an answer."""
        if intent.name == 'repeat' and self.is_asking:
            self.director.say(self._told)
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: Intent) -> None:
        """Go on, or wait for what is wanted."""
        if name == 'no':
            self.say_phrase('ask_me')
        else:
            self._tell()

    def on_other_answer(self, intent: Intent) -> bool:
        """Leave what is wanted to others."""
        return False

    def _tell(self) -> None:
        told, self._untold = self._untold[:AT_A_TIME], self._untold[AT_A_TIME:]
        abilities = self.director.words.forms.all_of(told)
        self._told = self.phrase('can', abilities=abilities)
        self.director.say(self._told)
        if self._untold:
            self.ask(self.phrase('more'), {'yes': [], 'no': [], **self.words.answers})
        else:
            self.say_phrase('ask_me')
