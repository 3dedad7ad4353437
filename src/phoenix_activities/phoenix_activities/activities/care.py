"""Care: answers what must be answered with care, in words that come with the intent."""

from phoenix_activities.engine.activity import Activity, Priority, Request
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords


class CareActivityPhrases(Phrases):
    """Said instead of something lively and of free talk, while a conversation is grave."""

    not_now: Phrase


class CareActivity(Activity):
    """Says the words of the care check; then goes on with what it interrupted, if that may be."""

    name = 'care'
    intents = ('care',)
    priority = Priority.CARE
    words: PhraseWords[CareActivityPhrases]

    def enter(self, request: Request) -> None:
        """Say the words, or whom to talk with now."""
        intent = request.intent
        if intent is not None and intent.name == self.name and intent.slots.get('say'):
            self.dialogue.say(intent.slots['say'])
        else:
            self.say_phrase(self.words.phrases.not_now)
