"""Limits: says in one sentence why something is not to be now, because a parent decided so."""

from phoenix_activities.engine.activity import Activity, Priority, Request
from phoenix_activities.engine.gate import Refusal
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords


class LimitsPhrases(Phrases):
    """Said instead of what was wanted."""

    switched_off: Phrase
    day: Phrase
    session: Phrase
    night: Phrase


class LimitsActivity(Activity):
    """Says why not; what it interrupted goes on, if it may."""

    name = 'limits'
    priority = Priority.ANSWER
    essential = True
    words: PhraseWords[LimitsPhrases]

    def enter(self, request: Request) -> None:
        """Say why not."""
        phrases = self.words.phrases
        says = {
            Refusal.DAY.value: phrases.day,
            Refusal.SESSION.value: phrases.session,
            Refusal.NIGHT.value: phrases.night,
        }
        self.say_phrase(says.get(request.reason, phrases.switched_off))
