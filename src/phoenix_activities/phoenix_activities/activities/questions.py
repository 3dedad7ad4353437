"""What quiz and riddles have in common: questions with a right answer, some at a time."""

from typing import ClassVar

from pydantic import Field

from phoenix_activities.engine.activity import Intent, Request
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords
from phoenix_core.settings.config_file import FileModel

RIGHT = 'right'
TRIES = 2


class Question(FileModel):
    """
    One question.

    :param ask: the question.
    :param answers: sentence templates that count as right.
    :param solution: a sentence that tells the answer.
    :param hint: helps after a wrong answer; may be empty.
    """

    ask: str
    answers: list[str] = Field(min_length=1)
    solution: str
    hint: str = ''


class QuestionWords(ActivityWords):
    """The words of an activity that asks questions."""

    questions: list[Question] = Field(min_length=3)


class Questions(AskingActivity):
    """Base of activities that ask questions until some are answered, never one twice running."""

    words_model = QuestionWords
    at_a_time: ClassVar[int]

    _unasked: tuple[Question, ...] = ()

    def enter(self, request: Request) -> None:
        """Ask the first question."""
        self._left, self._right = self.at_a_time, 0
        self.say_phrase('begin')
        self._ask_next()

    def on_intent(self, intent: Intent) -> bool:
        """Another question, or an answer."""
        if intent.name in ('next', *self.intents):
            self._ask_next()
            return True
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: Intent) -> None:
        """Praise the right answer, help on or tell it."""
        match name:
            case 'right':
                self._right += 1
                self.director.show('happy', duration_s=2.0)
                self.say_phrase('right')
                self._tell_solution()
            case 'hint' if self._question_now.hint:
                self._ask(self._question_now.hint)
            case _:
                self.say_phrase('given_up')
                self._tell_solution()

    def on_other_answer(self, intent: Intent) -> bool:
        """Let another try follow a wrong answer, then tell the right one."""
        self._tries += 1
        if self._tries < TRIES:
            self.say_phrase('wrong')
            self._ask(self._question_now.hint or self._question_now.ask)
        else:
            self.ask_nothing()
            self.say_phrase('wrong_again')
            self._tell_solution()
        return True

    def on_silence(self) -> None:
        """Tell the answer and stop asking."""
        self._left = 0
        self._tell_solution()

    def _ask_next(self) -> None:
        if not self._unasked:
            questions = list(self.words.questions)
            self.director.chance.shuffle(questions)
            self._unasked = tuple(questions)
        self._question_now, *rest = self._unasked
        self._unasked = tuple(rest)
        self._left -= 1
        self._tries = 0
        self._ask(self._question_now.ask)

    def _ask(self, text: str) -> None:
        self.ask(text, {RIGHT: self._question_now.answers, **self.words.answers})

    def _tell_solution(self) -> None:
        self.director.say(self._question_now.solution)
        if self._left > 0:
            self._ask_next()
        else:
            self.say_phrase('end', right=self._right, asked=self.at_a_time)
