"""Bedtime: leads through the evening step by step and falls asleep at the end."""

from pydantic import Field

from phoenix_activities.engine.activity import Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases

STEP_S = 600.0  # the longest a step may take


class BedtimePhrases(Phrases):
    """Said between the steps."""

    begin: Phrase
    well_done: Phrase
    take_your_time: Phrase
    end: Phrase


class BedtimeWords(ActivityWords):
    """
    The words of the routine.

    :param steps: what is to be done, one after another.
    """

    phrases: BedtimePhrases
    steps: list[str] = Field(min_length=2)


class BedtimeActivity(AskingActivity):
    """
    Names a step and waits until it is done.

    A step takes longer than an ear stays open: the toy asks, listens for a while, then waits to
    be called.
    """

    name = 'bedtime'
    intents = ('bedtime',)
    words: BedtimeWords

    def enter(self, request: Request) -> None:
        """Begin with the first step."""
        self._step = 0
        self.body.show('candle', duration_s=0.0)
        self.say_phrase(self.words.phrases.begin)
        self._ask_step()

    def leave(self) -> None:
        """Give the light back."""
        super().leave()
        self.body.show_state()

    def on_intent(self, intent: UserIntent) -> bool:
        """Skip a step, begin again, or act on an answer."""
        if intent.name == 'next':
            self._next_step()
            return True
        if intent.name == 'bedtime':
            self.enter(Request(intent.name, intent))
            return True
        return super().on_intent(intent)

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Go on when a step is done; be patient when it is not."""
        if name == 'no':
            self.say_phrase(self.words.phrases.take_your_time)
            self._ask_step()
        else:
            self.say_phrase(self.words.phrases.well_done)
            self._next_step()

    def on_not_heard(self) -> None:
        """Wait to be called."""
        self.manager.wait(STEP_S)

    def on_timeout(self) -> None:
        """Name the step again, or fall asleep when nobody is there any more."""
        self._vain += 1
        if self._vain > 1:
            self.manager.enter('sleep', Request('alone'))
        else:
            self._ask_again()

    def on_all_said(self) -> None:
        """Sleep."""
        self.manager.enter('sleep', Request('bedtime'))

    def _next_step(self) -> None:
        self.ask_nothing()
        self._step += 1
        if self._step < len(self.words.steps):
            self._ask_step()
        else:
            self.say_phrase(self.words.phrases.end)

    def _ask_step(self) -> None:
        self.ask(self.words.steps[self._step], {'yes': [], 'no': [], **self.words.answers})
