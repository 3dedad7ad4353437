"""Bedtime: leads through the evening step by step, and falls asleep at the end."""

from pydantic import Field

from phoenix_activities.engine.activity import Intent, Request
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords

STEP_S = 600.0  # the longest a step may take


class BedtimeWords(ActivityWords):
    """
    The words of the routine.

    :param steps: what is to be done, one after another.
    """

    steps: list[str] = Field(min_length=2)


class Bedtime(AskingActivity):
    """
    Names a step and waits until it is done.

    A step takes longer than an ear stays open: the toy asks, listens for a while, and then waits
    to be called.
    """

    name = 'bedtime'
    intents = ('bedtime',)
    words_model = BedtimeWords

    def enter(self, request: Request) -> None:
        """Begin with the first step."""
        self._step = 0
        self.director.show('candle', duration_s=0.0)
        self.say_phrase('begin')
        self._ask_step()

    def leave(self) -> None:
        """Give the light back."""
        super().leave()
        self.director.show_state()

    def on_intent(self, intent: Intent) -> bool:
        """Skip a step, or take it that it is done."""
        if intent.name == 'next':
            self._next_step()
            return True
        if intent.name == 'bedtime':
            self.enter(Request(intent.name, intent))
            return True
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: Intent) -> None:
        """Go on when a step is done; be patient when it is not."""
        if name == 'no':
            self.say_phrase('take_your_time')
            self._ask_step()
        else:
            self.say_phrase('well_done')
            self._next_step()

    def on_not_heard(self) -> None:
        """Wait to be called."""
        self.director.wait(STEP_S)

    def on_timeout(self) -> None:
        """Say the step again, or fall asleep when nobody is there any more."""
        self._silences += 1
        if self._silences > 1:
            self.director.enter('sleep', Request('alone'))
        else:
            self._ask_again()

    def on_all_said(self) -> None:
        """Sleep."""
        self.director.enter('sleep', Request('bedtime'))

    def _next_step(self) -> None:
        self.ask_nothing()
        self._step += 1
        if self._step < len(self.words.steps):
            self._ask_step()
        else:
            self.say_phrase('end')

    def _ask_step(self) -> None:
        self.ask(self.words.steps[self._step], {'yes': [], 'no': [], **self.words.answers})
