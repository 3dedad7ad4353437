"""
The conversation: answers what a person says.

Short answers come from answers.yaml of the language, all others from the conversation node.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix_activities.activities.due_times import day_meant
from phoenix_activities.engine.activity import (
    REQUESTED,
    Activity,
    Priority,
    Request,
    UserIntent,
)
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords

RECALLS = {'my_name': 'name', 'my_favorite': 'favorite'}  # intent to the value it asks for
FEW_DAYS = {'-1': '_over', '-2': '_over', '0': '_today', '1': '_tomorrow'}
GOODBYE = 'goodbye'  # ends all that runs and waits: nothing is to hold a person back


class ConversationPhrases(Phrases):
    """Said when nothing was understood."""

    say_again: Phrase


class ConversationActivity(Activity):
    """
    Listens and answers.

    After a free reply, and after a question of its own, it listens again without a wake word,
    until nobody speaks or attention is over.
    """

    name = 'conversation'
    priority = Priority.ANSWER
    words: PhraseWords[ConversationPhrases]

    _asked_again = False  # the person was asked to say it again
    _invites = False  # the ear opens after what is being said
    _following_up = False  # the ear is open although nobody called
    _parts = False  # after what is being said
    _request: Request | None = None  # from a model: begins when its reply is over

    def enter(self, request: Request) -> None:
        """Answer, or wait for the first sentence; on request, listen though nobody called."""
        self._begin()
        self._invites = False
        if request.reason == REQUESTED:
            self._following_up = True
            self.dialogue.listen()
        elif request.intent is not None:
            self._answer(request.intent)

    def leave(self) -> None:
        """Forget what the model wanted."""
        self._request = None

    def on_intent(self, intent: UserIntent) -> bool:
        """Answer what belongs to no other activity."""
        answered = intent.name in self.manager.words.answers
        if not answered and intent.name not in ('fallback', 'repeat'):
            return False
        self._begin()
        self._answer(intent)
        return True

    def on_request(self, request: Request) -> bool:
        """Let a reply end before what its model wants."""
        if self.dialogue.turn.all_said:
            return False
        self._request = request
        return True

    def on_attention(self, reason: str) -> bool:
        """Listen."""
        self._begin()
        return True

    def on_not_heard(self) -> None:
        """Ask once to say it again, unless nobody was asked to speak."""
        if self._asked_again or self._following_up:
            self.manager.finish('not_heard')
        else:
            self._asked_again = self._invites = True
            self.say_phrase(self.words.phrases.say_again)

    def on_said(self) -> None:
        """Do what the model wants, or listen on, or end."""
        if self._request is not None:
            request, self._request = self._request, None
            assert request.intent is not None
            self.manager.enter(request.intent.name, request)
        elif self._invites:
            self._following_up = not self._asked_again
            self.dialogue.listen()
        elif self._parts:
            self.manager.stop(GOODBYE)
        else:
            self.manager.finish('done')

    def _begin(self) -> None:
        self._asked_again = self._following_up = self._parts = False
        self._request = None

    def _answer(self, intent: UserIntent) -> None:
        words = self.manager.words
        if intent.name == 'repeat' and self.dialogue.repeat():
            return
        answer = words.answers.get(intent.name)
        if (answer is None or answer.lively) and self.manager.gravity.is_grave:
            self.manager.enter('care', Request(intent.name))
            return
        if answer is None:
            self._invites = True
            self.dialogue.request_reply(intent.text)
            return
        if answer.lively and (refusal := self.manager.gate.no_fun()):
            self.manager.refuse(refusal)
            return
        refused = not self._remember(intent)
        values = self._values(intent)
        name = intent.name + ('_refused' if refused else self._variant(intent, values))
        if light := words.answers[name].show:
            self.body.show(
                light.animation,
                color=light.color,
                duration_s=light.duration_s,
                keep=not light.duration_s,
            )
        text = words.answer(name, **values)
        self._invites = text.endswith('?')
        self._parts = name == GOODBYE
        self.dialogue.say(text)

    def _remember(self, intent: UserIntent) -> bool:
        """Keep what was told; return False if that is more than a few words."""
        memory, slots = self.manager.memory, intent.slots
        match intent.name:
            case 'set_child_name':
                return memory.tell_name(slots['name'])
            case 'set_favorite':
                return memory.tell_favorite(slots['thing'], slots['favorite'])
        return True

    @staticmethod
    def _variant(intent: UserIntent, values: Mapping[str, str]) -> str:
        """Return which of an intent's answers fits, as the end of its name in answers.yaml."""
        slots = intent.slots
        match intent.name:
            case 'time' if 'where' in slots:
                return '_there' if 'place' in slots else '_unknown'
            case 'date' if slots.get('day', '+0') != '+0':
                return '_past' if slots['day'].startswith('-') else '_other'
            case 'days_until' if values['days'] in FEW_DAYS:
                return FEW_DAYS[values['days']]
            case 'sum' if not slots['result']:
                return '_unknown'
            case name if name in RECALLS and not values[RECALLS[name]]:
                return '_unknown'
        return ''

    def _values(self, intent: UserIntent) -> dict[str, str]:
        """Return what an answer may name."""
        memory, slots = self.manager.memory, intent.slots
        now, forms = self.manager.now(), self.manager.words.forms
        meant = day_meant(now.date(), slots)
        there = now.astimezone(ZoneInfo(slots['place'])) if slots.get('place') else now
        return {
            **slots,
            'time': forms.time(there),
            'date': forms.date(meant),
            'days': str((meant - now.date()).days),
            'result': forms.number(slots['result']) if slots.get('result') else '',
            'favorite': memory.favorites.get(slots.get('thing', ''), ''),
            'name': memory.child_name,
        }
