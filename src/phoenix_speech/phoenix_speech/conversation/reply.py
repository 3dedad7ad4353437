"""Replies to what a person says, sentence by sentence, with the first chat model that can."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.conversation.chat_models import ChatModel, ChatModelError, Message
from phoenix_speech.conversation.chat_tools import Tool, ToolCall
from phoenix_speech.conversation.spoken_text import is_rubbish, spoken
from phoenix_speech.sentences import SentenceStream

_LONGEST_RETRY_S = 300.0


class Persona(FileModel):
    """Who replies, and how much."""

    name: str = Field(min_length=1)
    instructions: str = Field(min_length=1)  # the system prompt
    known: str = Field(min_length=1)  # stands before what the toy was told, in the prompt
    tools: dict[str, Tool] = {}
    broken_off: str = Field(min_length=1)  # said when a reply cannot be ended
    reply_sentences: int = Field(ge=1, le=20)
    sentence_characters: int = Field(ge=50, le=1000)  # more without an end is rubbish
    history_turns: int = Field(ge=1, le=100)
    history_characters: int = Field(ge=0, le=100_000)

    @staticmethod
    def load(path: Path) -> 'Persona':
        """Read persona.yaml; a ConfigFileError says what is wrong in it."""
        return load_config(path, Persona)


@dataclass(frozen=True)
class ReplySentence:
    """A sentence to be said, without anything that cannot be said."""

    text: str
    model_name: str


@dataclass(frozen=True)
class ReplyAction:
    """Something that the model wants done."""

    activity: str
    slots: Mapping[str, str]


@dataclass
class _Turn:
    asked: str
    said: list[str] = field(default_factory=list)

    @property
    def characters(self) -> int:
        return len(self.asked) + sum(map(len, self.said))


class ReplyEngine:
    """
    Holds a conversation; one reply at a time.

    :param models: the best first. The last is always asked; the others are left out for a while
        after they failed. A model fails when it raises, when its first sentence is late, when it
        does not come to an end, and when it sends rubbish.
    :param first_sentence_s: time for the first sentence of each model that is asked.
    :param total_s: time for its whole reply.
    :param retry_s: how long a model is left out after a failure; doubles with each further one.
    :param on_failure: is told the name of a model and why it failed; never what was said.
    """

    def __init__(
        self,
        models: Sequence[ChatModel],
        persona: Persona,
        *,
        on_failure: Callable[[str, str], None],
        first_sentence_s: float = 4.0,
        total_s: float = 20.0,
        retry_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not models:
            raise ValueError('models: at least one is needed')
        self._models = models
        self._persona = persona
        self._on_failure = on_failure
        self._first_sentence_s = first_sentence_s
        self._total_s = total_s
        self._retry_s = retry_s
        self._clock = clock
        self._history: list[_Turn] = []
        self._delays_s = {model.name: retry_s for model in models}
        self._retry_at: dict[str, float] = {}
        self._reply = _Reply()

    def reply(
        self, text: str, known: Mapping[str, str] | None = None
    ) -> Generator[ReplySentence | ReplyAction, None, None]:
        """
        Yield the reply to a text; closing the generator cancels the rest, as does a new reply.

        What was yielded counts as said, and is remembered.

        :param known: what the toy was told before, e.g. child_name.
        :raises ChatModelError: no model can answer.
        """
        self.cancel()
        self._reply = _Reply()
        return self._sentences(text, known or {}, self._reply)

    def cancel(self) -> None:
        """End the reply under way, if any; from any thread, without waiting."""
        self._reply.cancel()

    def close(self) -> None:
        """Free the models."""
        self.cancel()
        for model in self._models:
            model.close()

    def _sentences(
        self, text: str, known: Mapping[str, str], reply: '_Reply'
    ) -> Generator[ReplySentence | ReplyAction, None, None]:
        messages = self._messages(text, known)
        turn = _Turn(text)
        problems = []
        for model in self._models:
            if model is not self._models[-1] and self._resting(model.name):
                problems.append(f'{model.name}: failed a moment ago')
                continue
            start = self._clock()
            attempt = _Attempt(model, messages, self._persona, self._clock, start + self._total_s)
            try:
                reply.begin(attempt)
                limit_s = self._first_sentence_s
                while (part := attempt.next(start, limit_s)) is not None:
                    if isinstance(part, ToolCall):
                        tool = self._persona.tools[part.name]
                        yield ReplyAction(tool.activity, part.slots)
                    else:
                        self._remember(turn, part)
                        yield ReplySentence(part, model.name)
                    limit_s = self._total_s
            except ChatModelError as error:
                if reply.cancelled:
                    return
                self._failed(model.name, str(error))
                problems.append(f'{model.name}: {error}')
            else:
                if not reply.cancelled:
                    self._delays_s[model.name] = self._retry_s
                return
            finally:
                attempt.stop()
            if turn.said:
                self._remember(turn, self._persona.broken_off)
                yield ReplySentence(self._persona.broken_off, 'persona')
                return
        raise ChatModelError(f'no model can answer: {"; ".join(problems)}')

    def _messages(self, text: str, known: Mapping[str, str]) -> list[Message]:
        room = self._persona.history_characters
        messages: list[Message] = []
        for turn in reversed(self._history):
            room -= turn.characters
            if room < 0:
                break
            messages[:0] = [
                {'role': 'user', 'content': turn.asked},
                {'role': 'assistant', 'content': ' '.join(turn.said)},
            ]
        instructions = self._persona.instructions
        if known:
            told = '; '.join(f'{name}: {value}' for name, value in known.items())
            instructions += f'{self._persona.known} {told}\n'
        system = {'role': 'system', 'content': instructions}
        return [system, *messages, {'role': 'user', 'content': text}]

    def _remember(self, turn: _Turn, sentence: str) -> None:
        if not turn.said:
            self._history = [*self._history, turn][-self._persona.history_turns :]
        turn.said.append(sentence)

    def _failed(self, name: str, reason: str) -> None:
        self._retry_at[name] = self._clock() + self._delays_s[name]
        self._delays_s[name] = min(2 * self._delays_s[name], _LONGEST_RETRY_S)
        self._on_failure(name, reason)

    def _resting(self, name: str) -> bool:
        return name in self._retry_at and self._clock() < self._retry_at[name]


class _Reply:
    """Lets another thread cancel a reply, whichever model is at it."""

    def __init__(self) -> None:
        self.cancelled = False
        self._attempt: _Attempt | None = None

    def begin(self, attempt: '_Attempt') -> None:
        self._attempt = attempt
        if self.cancelled:  # before there was an attempt to stop
            attempt.stop()
        attempt.start()

    def cancel(self) -> None:
        self.cancelled = True
        if self._attempt is not None:
            self._attempt.stop()


class _Attempt:
    """One model's reply, made in a thread of its own: however a model blocks, nobody else does."""

    def __init__(
        self,
        model: ChatModel,
        messages: Sequence[Message],
        persona: Persona,
        clock: Callable[[], float],
        deadline: float,
    ) -> None:
        self._model = model
        self._messages = messages
        self._persona = persona
        self._clock = clock
        self._deadline = deadline
        self._parts: queue.SimpleQueue[str | ToolCall | ChatModelError | None] = (
            queue.SimpleQueue()
        )
        self._stopped = threading.Event()
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name=f'reply-{self._model.name}', daemon=True).start()

    def next(self, start: float, limit_s: float) -> str | ToolCall | None:
        """Return the next part, None when there is none; wait for it until start + limit_s."""
        try:
            item = self._parts.get(timeout=max(0.0, start + limit_s - self._clock()))
        except queue.Empty:
            raise ChatModelError(f'no sentence within {limit_s:g} s') from None
        if self._stopped.is_set():
            return None
        if isinstance(item, ChatModelError):
            raise item
        return item

    def stop(self) -> None:
        if self._stopped.is_set():  # its model may be at another reply by now
            return
        self._stopped.set()
        self._parts.put(None)
        if not self._ended.is_set():
            self._model.cancel()

    def _run(self) -> None:
        if self._stopped.is_set():
            return
        last: ChatModelError | None = None
        try:
            said = 0
            with closing(self._model.stream(self._messages)) as deltas:
                for part in self._checked(deltas):
                    self._parts.put(part)
                    said += 1
                    if said == self._persona.reply_sentences:
                        break
            if not said:
                last = ChatModelError('said nothing')
        except ChatModelError as error:
            last = error
        except Exception as error:  # a model of another package may raise anything
            last = ChatModelError(type(error).__name__)  # its text may hold what was said
        self._ended.set()
        self._parts.put(last)

    def _checked(
        self, deltas: Generator[str | ToolCall, None, None]
    ) -> Generator[str | ToolCall, None, None]:
        stream = SentenceStream()
        for delta in deltas:
            if self._stopped.is_set():
                raise ChatModelError('cancelled')
            if self._clock() > self._deadline:
                raise ChatModelError('did not come to an end')
            if isinstance(delta, ToolCall):
                yield from self._sayable(stream.finish())
                yield self._known(delta)
                continue
            yield from self._sayable(stream.feed(delta))
            if stream.pending > self._persona.sentence_characters:
                raise ChatModelError('sends a sentence without end')
        yield from self._sayable(stream.finish())

    def _known(self, call: ToolCall) -> ToolCall:
        tool = self._persona.tools.get(call.name)
        if tool is None or set(call.slots) - set(tool.parameters):
            raise ChatModelError('calls a tool that it does not have')
        return call

    def _sayable(self, sentences: list[str]) -> Generator[str, None, None]:
        for sentence in sentences:
            if is_rubbish(sentence) or len(sentence) > self._persona.sentence_characters:
                raise ChatModelError('sends rubbish')
            if text := spoken(sentence, self._persona.name):
                yield text
