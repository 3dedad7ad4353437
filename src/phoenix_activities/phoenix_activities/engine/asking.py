"""The base of activities that ask: a question stays open until it is answered."""

from collections.abc import Mapping, Sequence

from phoenix_activities.engine.activity import Activity, UserIntent

ANSWER = 'answer'  # the intent of an expected answer; its slot of that name says which
WORDS_OF_AN_ANSWER = 3  # a longer sentence that fits no answer is not about the question
# What may be an answer that was not expected; every other intent is a wish of its own.
NO_WISHES = frozenset(('fallback', 'answer', 'yes', 'no', 'light_color'))


class AskingActivity(Activity):
    """
    Base of activities that ask.

    `ask` opens the ear when all has been said. Silence and an answer that does not fit repeat the
    question once; 'again' and an interruption repeat it, too. Other short sentences count as
    answers to it.
    """

    _question = ''  # that waits for its answer
    _answers: Mapping[str, Sequence[str]] = {}
    _vain = 0  # how often the question was asked without an answer

    def ask(self, question: str, answers: Mapping[str, Sequence[str]]) -> None:
        """
        Ask a question.

        :param answers: name to sentence templates; the intents 'yes' and 'no' are understood by
            themselves where an answer has that name.
        """
        self._question, self._answers, self._vain = question, answers, 0
        self._ask_again()

    @property
    def is_asking(self) -> bool:
        """Whether a question is open."""
        return bool(self._question)

    def ask_nothing(self) -> None:
        """Forget the open question."""
        self._question = ''

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Act on an expected answer."""
        raise NotImplementedError

    def on_other_answer(self, intent: UserIntent) -> bool:
        """Act on any other answer; return False to pass it on."""
        self._ask_once_more()
        return True

    def on_silence(self) -> None:
        """Act when nobody gives an answer that fits, asked twice."""
        self.manager.finish('not_heard')

    def on_all_said(self) -> None:
        """Act when all has been said and no question is open."""
        self.manager.finish('done')

    def leave(self) -> None:
        """Forget the open question."""
        self.ask_nothing()

    def resume(self) -> None:
        """Ask again."""
        if self.is_asking:
            self._ask_again()
        else:
            self.manager.finish('resumed')

    def on_intent(self, intent: UserIntent) -> bool:
        """Act on an answer, or on 'again'."""
        if not self.is_asking:
            return False
        name = intent.slots.get('answer', '') if intent.name == ANSWER else intent.name
        if name in self._answers:
            self.dialogue.attend()
            self.ask_nothing()
            self.on_answer(name, intent)
        elif intent.name == 'repeat':
            self._ask_again()
        elif intent.name not in NO_WISHES or len(intent.text.split()) > WORDS_OF_AN_ANSWER:
            return False
        else:
            return self.on_other_answer(intent)
        return True

    def on_said(self) -> None:
        """Wait for the answer."""
        if self.is_asking:
            self.dialogue.listen()
        else:
            self.on_all_said()

    def on_not_heard(self) -> None:
        """Ask once more."""
        self._ask_once_more()

    def on_unattended(self) -> None:
        """Go on as if nobody had answered."""
        self.ask_nothing()
        self.on_silence()

    def _ask_once_more(self) -> None:
        self._vain += 1
        if not self.is_asking or self._vain > 1:
            self.ask_nothing()
            self.on_silence()
        else:
            self._ask_again()

    def _ask_again(self) -> None:
        self.dialogue.expect(self._answers)
        self.dialogue.say(self._question)
