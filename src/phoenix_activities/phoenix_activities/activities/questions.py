"""The base of quiz and riddle: questions with a right answer, a few at a time."""

from typing import ClassVar

from pydantic import Field

from phoenix_activities.engine.activity import Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases
from phoenix_core.settings.config_file import FileModel

RIGHT = 'right'
TRIES = 2


class Question(FileModel):
    """
    One question.

    :param ask: the question.
    :param answers: sentence templates that count as right.
    :param solution: a sentence that tells the answer.
    :param hint: given after a wrong answer; may be empty.
    """

    ask: str
    answers: list[str] = Field(min_length=1)
    solution: str
    hint: str = ''


class QuestionPhrases(Phrases):
    """Said around the questions."""

    begin: Phrase
    right: Phrase
    wrong: Phrase
    wrong_again: Phrase
    given_up: Phrase
    end: Phrase


class QuestionWords(ActivityWords):
    """The words of an activity that asks questions."""

    phrases: QuestionPhrases
    questions: list[Question] = Field(min_length=3)


class QuestionsActivity(AskingActivity):
    """Asks `at_a_time` questions, none again before all were asked."""

    words: QuestionWords
    at_a_time: ClassVar[int]

    _unasked: tuple[Question, ...] = ()

    def enter(self, request: Request) -> None:
        """Ask the first question."""
        self._left, self._right = self.at_a_time, 0
        self.say_phrase(self.words.phrases.begin)
        self._ask_next()

    def on_intent(self, intent: UserIntent) -> bool:
        """Ask another question, or act on an answer."""
        if intent.name in ('next', *self.intents):
            self._ask_next()
            return True
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Praise the right answer, give a hint, or tell the solution."""
        match name:
            case 'right':
                self._right += 1
                self.body.show('happy', duration_s=2.0)
                self.say_phrase(self.words.phrases.right)
                self._tell_solution()
            case 'hint' if self._question_now.hint:
                self._ask(self._question_now.hint)
            case _:
                self.say_phrase(self.words.phrases.given_up)
                self._tell_solution()

    def on_other_answer(self, intent: UserIntent) -> bool:
        """Allow a second try after a wrong answer, then tell the solution."""
        self._tries += 1
        if self._tries < TRIES:
            self.say_phrase(self.words.phrases.wrong)
            self._ask(self._question_now.hint or self._question_now.ask)
        else:
            self.ask_nothing()
            self.say_phrase(self.words.phrases.wrong_again)
            self._tell_solution()
        return True

    def on_silence(self) -> None:
        """Tell the solution and stop asking."""
        self._left = 0
        self._tell_solution()

    def _ask_next(self) -> None:
        if not self._unasked:
            questions = list(self.words.questions)
            self.manager.chance.shuffle(questions)
            self._unasked = tuple(questions)
        self._question_now, *rest = self._unasked
        self._unasked = tuple(rest)
        self._left -= 1
        self._tries = 0
        self._ask(self._question_now.ask)

    def _ask(self, text: str) -> None:
        self.ask(text, {RIGHT: self._question_now.answers, **self.words.answers})

    def _tell_solution(self) -> None:
        self.dialogue.say(self._question_now.solution)
        if self._left > 0:
            self._ask_next()
        else:
            self.say_phrase(self.words.phrases.end, right=self._right, asked=self.at_a_time)
