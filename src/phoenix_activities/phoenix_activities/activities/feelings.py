"""Feelings: asks how the child feels, and answers that."""

from phoenix_activities.engine.activity import Intent, Priority, Request
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords
from phoenix_core.settings.config_file import FileModel


class Comfort(FileModel):
    """
    What is said to a feeling.

    :param say: one of these; may end in a question, which offers the activity.
    :param show: an animation of leds.yaml.
    :param offer: an activity that does good now, begun by a 'yes'; may be empty.
    """

    say: list[str]
    show: str
    offer: str = ''


class FeelingsWords(ActivityWords):
    """The feelings, as named in the slot of the intent, and what is said to them."""

    feelings: dict[str, Comfort]


class Feelings(AskingActivity):
    """Answers a feeling; whoever has told none is asked for it."""

    name = 'feelings'
    intents = ('feeling', 'ask_feeling')
    priority = Priority.ANSWER
    words_model = FeelingsWords

    _offer = ''

    def enter(self, request: Request) -> None:
        """Ask, or answer at once."""
        self._offer = ''
        if request.intent is None or not self._answer_feeling(request.intent):
            self._ask_feeling()

    def on_intent(self, intent: Intent) -> bool:
        """Take a feeling wherever it is said."""
        if intent.name in ('next', 'ask_feeling'):
            self._ask_feeling()
            return True
        return self._answer_feeling(intent) or super().on_intent(intent)

    def on_answer(self, name: str, intent: Intent) -> None:
        """Do what was offered, or not."""
        if name == 'yes' and self._offer:
            self.director.enter(self._offer, Request('offer'))
        else:
            self.say_phrase('all_right')

    def on_other_answer(self, intent: Intent) -> bool:
        """Thank for what there is no name for; leave the rest to others."""
        if self._offer:
            return False
        self.ask_nothing()
        self.say_phrase('thanks')
        return True

    def on_silence(self) -> None:
        """Leave it at that."""
        self.say_phrase('all_right')

    def _ask_feeling(self) -> None:
        self._offer = ''
        self.ask(self.phrase('ask'), self.words.answers)

    def _answer_feeling(self, intent: Intent) -> bool:
        feeling = intent.slots.get('feeling', '')
        if feeling not in self.words.feelings:
            return False
        comfort = self.words.feelings[feeling]
        self.ask_nothing()
        self._offer = comfort.offer
        self.director.show(comfort.show, duration_s=4.0)
        text = self.director.words.choose(f'feelings.{feeling}', comfort.say)
        if self._offer:
            self.ask(text, {'yes': [], 'no': []})
        else:
            self.director.say(text)
        return True
