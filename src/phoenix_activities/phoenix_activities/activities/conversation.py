"""
Conversation: answers what a person says.

Short answers come from the words of the language, everything else from the conversation node.
"""

from phoenix_activities.engine.activity import Activity, Intent, Priority, Request

MOST_SENTENCES = 10  # after one wake word or touch: more may be a television
RECALLS = {'my_name': 'name', 'my_favorite': 'favorite'}  # intent to what it asks for


class Conversation(Activity):
    """
    Listens and answers.

    After a free reply, and after a question of its own, it listens again without a wake word;
    silence ends that.
    """

    name = 'conversation'
    priority = Priority.ANSWER

    _asked_again = False  # to say it again
    _invites = False  # what is being said: the ear opens after it
    _following_up = False  # the ear is open though nobody called
    _sentences = 0  # since somebody called
    _request: Request | None = None  # of a tool: begins when the reply is over

    def enter(self, request: Request) -> None:
        """Answer, or wait for the first words."""
        self._begin()
        self._invites = False
        self._sentences = 0
        if request.intent is not None:
            self._answer(request.intent)

    def leave(self) -> None:
        """Forget what the model wanted to do."""
        self._request = None

    def on_intent(self, intent: Intent) -> bool:
        """Answer what has a short answer or none; leave other activities to the director."""
        answered = intent.name in self.director.words.answers
        if not answered and intent.name not in ('fallback', 'repeat'):
            return False
        self._begin()
        self._sentences += 1
        self._answer(intent)
        return True

    def on_request(self, request: Request) -> bool:
        """Let a reply end before what its model wants to do."""
        if self.director.all_said:
            return False
        self._request = request
        return True

    def on_attention(self, reason: str) -> bool:
        """Listen."""
        self._begin()
        self._sentences = 0
        return True

    def on_not_heard(self) -> None:
        """Ask once to say it again, unless nobody was asked to speak."""
        if self._asked_again or self._following_up:
            self.director.finish('not_heard')
        else:
            self._asked_again = self._invites = True
            self.say_phrase('say_again')

    def on_said(self) -> None:
        """Do what the model wants to do, or listen on, or end."""
        if self._request is not None:
            request, self._request = self._request, None
            assert request.intent is not None
            self.director.enter(request.intent.name, request)
        elif self._invites and self._sentences < MOST_SENTENCES:
            self._following_up = not self._asked_again
            self.director.listen()
        else:
            self.director.finish('done')

    def _begin(self) -> None:
        self._asked_again = self._following_up = False
        self._request = None

    def _answer(self, intent: Intent) -> None:
        director, words = self.director, self.director.words
        if intent.name == 'repeat' and director.repeat():
            return
        if intent.name not in words.answers:
            self._invites = True
            director.converse(intent.text)
            return
        values = self._values(intent)
        unknown = intent.name in RECALLS and not values[RECALLS[intent.name]]
        name = f'{intent.name}_unknown' if unknown else intent.name
        light = words.answers[name].show
        if light is not None:
            director.show(light.animation, color=light.color, duration_s=light.duration_s)
        text = words.answer(name, **values)
        self._invites = text.endswith('?')
        director.say(text)

    def _values(self, intent: Intent) -> dict[str, str]:
        """Remember what was told, and return what an answer may name."""
        director, slots = self.director, dict(intent.slots)
        if intent.name == 'set_child_name':
            director.memory['child_name'] = slots['name'].title()
        elif intent.name == 'set_favorite':
            director.memory[f'favorite {slots["thing"]}'] = slots['favorite']
        now, forms = director.toy.now(), director.words.forms
        return {
            'time': forms.time(now),
            'date': forms.date(now),
            'favorite': director.memory.get(f'favorite {slots.get("thing", "")}', ''),
            **slots,
            'name': director.memory.get('child_name', ''),
        }
