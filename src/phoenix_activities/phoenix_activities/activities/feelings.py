"""Feelings: asks how the child feels, and answers that."""

from phoenix_activities.engine.activity import Priority, Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases
from phoenix_core.settings.config_file import FileModel


class Comfort(FileModel):
    """
    The answer to a feeling.

    :param say: may end in a question, which offers the activity.
    :param show: an animation of leds.yaml.
    :param offer: an activity that does good now, begun by a 'yes'; may be empty.
    """

    say: Phrase
    show: str
    offer: str = ''


class FeelingsPhrases(Phrases):
    """Said before a feeling is named, or without one."""

    ask: Phrase
    thanks: Phrase
    all_right: Phrase


class FeelingsWords(ActivityWords):
    """The feelings, as named in the slot of the intent, and the answers to them."""

    phrases: FeelingsPhrases
    feelings: dict[str, Comfort]


class FeelingsActivity(AskingActivity):
    """Answers a feeling; asks for one where none was named."""

    name = 'feelings'
    intents = ('feeling', 'ask_feeling')
    priority = Priority.ANSWER
    words: FeelingsWords

    _offer = ''

    def enter(self, request: Request) -> None:
        """Ask, or answer at once."""
        self._offer = ''
        if request.intent is None or not self._answer_feeling(request.intent):
            self._ask_feeling()

    def on_intent(self, intent: UserIntent) -> bool:
        """Answer a feeling whenever it is named."""
        if intent.name in ('next', 'ask_feeling'):
            self._ask_feeling()
            return True
        return self._answer_feeling(intent) or super().on_intent(intent)

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Do what was offered, or not."""
        if name == 'yes' and self._offer:
            self.manager.enter(self._offer, Request('offer'))
        else:
            self.say_phrase(self.words.phrases.all_right)

    def on_other_answer(self, intent: UserIntent) -> bool:
        """Thank for a feeling without a name; pass on an answer to an offer."""
        if self._offer:
            return False
        self.ask_nothing()
        self.say_phrase(self.words.phrases.thanks)
        return True

    def on_silence(self) -> None:
        """Leave it at that."""
        self.say_phrase(self.words.phrases.all_right)

    def _ask_feeling(self) -> None:
        self._offer = ''
        self.ask(self.text_of(self.words.phrases.ask), self.words.answers)

    def _answer_feeling(self, intent: UserIntent) -> bool:
        feeling = intent.slots.get('feeling', '')
        if feeling not in self.words.feelings:
            return False
        comfort = self.words.feelings[feeling]
        self.ask_nothing()
        self._offer = comfort.offer
        offered = self.manager.activities.get(comfort.offer)
        if offered is not None and offered.lively and self.manager.gravity.is_grave:
            self.manager.enter('care', Request(feeling))
            return True
        self.body.show(comfort.show, duration_s=4.0)
        text = self.text_of(comfort.say)
        if self._offer:
            self.ask(text, {'yes': [], 'no': []})
        else:
            self.dialogue.say(text)
        return True
