"""The dialogue: what activities say and hear, kept as a turn and performed on the toy."""

from collections.abc import Callable, Iterable, Mapping

from phoenix_activities.engine.attention import Attention
from phoenix_activities.engine.toy_interface import ToyInterface
from phoenix_activities.engine.turn import (
    Ear,
    EarWanted,
    Outcome,
    ReplyRequested,
    ReplySentence,
    Silenced,
    SpeechQueued,
    Turn,
    TurnCommand,
    TurnEvent,
    transition,
)
from phoenix_activities.state.safe_state import KeptFacts


class Dialogue:
    """Speaks and listens for the activity that runs."""

    def __init__(
        self, toy: ToyInterface, memory: KeptFacts, on_unattended: Callable[[], None]
    ) -> None:
        """
        Begin without an open turn.

        :param memory: what a person told, for the replies.
        :param on_unattended: is called instead of opening an ear for which attention is over.
        """
        self.turn = Turn()
        self._toy = toy
        self._attention = Attention(toy.now())
        self._on_unattended = on_unattended
        self._memory = memory
        self._last_said: list[str] = []
        self._expecting = False

    def say(self, text: str) -> None:
        """Say a text; on_said of the activity follows when all has been spoken."""
        self._last_said.append(text)
        self.handle(SpeechQueued(self._toy.say(text)))

    def repeat(self) -> bool:
        """Say the last thing again; return False when there is none."""
        said, self._last_said = self._last_said, []
        for text in said:
            self.say(text)
        return bool(said)

    def request_reply(self, text: str) -> None:
        """Let the conversation node answer; on_said follows when all has been spoken."""
        self._last_said = []
        self.handle(ReplyRequested())
        self._toy.request_reply(text, self._memory.slots())

    def listen(self) -> None:
        """Open the ear although nobody calls; an intent, on_not_heard or on_unattended follows."""
        if self._attention.grants(self._toy.now()):
            self.handle(EarWanted())
        else:
            self._on_unattended()

    def attend(self) -> None:
        """Let attention begin anew: a person has to do with the toy, beyond any doubt."""
        self._attention.renew(self._toy.now())

    def expect(self, answers: Mapping[str, Iterable[str]]) -> None:
        """
        Understand these answers until the next intent, also ones that mean nothing otherwise.

        :param answers: name to sentence templates; the intent 'answer' with the name in its slot
            'answer' follows.
        """
        if answers or self._expecting:
            self._expecting = bool(answers)
            self._toy.expect({name: list(sentences) for name, sentences in answers.items()})

    def silence(self, reason: str, *, ear_reopens: bool = False) -> None:
        """Stop speaking, replying and listening, without a call of the activity."""
        self.handle(Silenced(ear_reopens), reason)

    def forget(self) -> None:
        """Leave nothing to repeat."""
        self._last_said = []

    def handle(self, event: TurnEvent, reason: str = '') -> Outcome | None:
        """Follow an event; return what the running activity has to learn of it."""
        before = self.turn
        self.turn, commands, outcome = transition(before, event)
        if self.turn.sounding != before.sounding:
            self._attention.speaks(self.turn.sounding, self._toy.now())
        if outcome is Outcome.NOT_ADDRESSED:
            self._attention.end()
        for command in commands:
            match command:
                case TurnCommand.OPEN_EAR:
                    self._toy.listen(called=self.turn.ear is Ear.LISTENING)
                case TurnCommand.CLOSE_EAR:
                    self._toy.stop_listening()
                case TurnCommand.STOP_SPEAKING:
                    self._toy.stop_speaking(reason)
                case TurnCommand.CANCEL_REPLY:
                    self._toy.cancel_reply()
        if isinstance(event, ReplySentence) and self.turn != before:
            self._last_said.append(event.text)
        return outcome
