"""Replies to what a person says, sentence by sentence, with the first chat model that can."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

from phoenix_core.clock.backoff import Backoff
from phoenix_speech.conversation.allowed_models import AllowedModels
from phoenix_speech.conversation.chat_model import (
    ChatModel,
    ChatModelError,
    Message,
    NothingToSayError,
)
from phoenix_speech.conversation.chat_tools import ToolCall
from phoenix_speech.conversation.foreign_tools import ForeignTools
from phoenix_speech.conversation.history import History, HistoryTurn
from phoenix_speech.conversation.persona import Persona
from phoenix_speech.conversation.spoken_text import is_rubbish, spoken
from phoenix_speech.conversation.thoughts import ThoughtFilter
from phoenix_speech.sentences import SentenceStream, SpeechRules

_RETRY_S, _LONGEST_RETRY_S = 30.0, 300.0  # how long a model is skipped after a failure
_CANCEL_S = 1.0  # a model that does not heed cancellation for so long is abandoned


@dataclass(frozen=True)
class SpokenSentence:
    """A sentence to be said, without anything that cannot be said."""

    text: str
    model_name: str


@dataclass(frozen=True)
class ReplyAction:
    """An activity that the model asks for."""

    activity: str
    slots: Mapping[str, str]


ReplyPart: TypeAlias = SpokenSentence | ReplyAction
Parts: TypeAlias = 'asyncio.Queue[str | ToolCall | ChatModelError | None]'


class ReplyEngine:
    """
    Holds a conversation; one reply at a time.

    :param models: the best first. The last is always asked; the others are skipped for a while
        after a failure, which may say for how long. A model fails when it raises, when its first
        sentence is late, when it does not come to an end, and when it sends rubbish.
    :param rules: cut the text of the models into sentences.
    :param first_sentence_s: deadline for the first sentence of each model that is asked.
    :param total_s: deadline for its whole reply.
    :param on_failure: called with the name of a model and why it failed; never what was said.
    :param allowed: which models may be asked, and what is said before.
    :param on_refusal: called with the name of a model that may not be asked.
    :param is_fit: whether a sentence may be said; one that may not is not told to a model again.
    :param foreign_tools: tools of other programs.
    """

    def __init__(
        self,
        models: Sequence[ChatModel],
        persona: Persona,
        rules: SpeechRules,
        *,
        on_failure: Callable[[str, str], object],
        allowed: AllowedModels,
        on_refusal: Callable[[str], object],
        is_fit: Callable[[str], bool] = lambda sentence: True,
        foreign_tools: ForeignTools | None = None,
        first_sentence_s: float = 4.0,
        total_s: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not models:
            raise ValueError('models: at least one is needed')
        self._models = models
        self._persona = persona
        self._rules = rules
        self._on_failure = on_failure
        self._allowed = allowed
        self._on_refusal = on_refusal
        self._is_fit = is_fit
        self._foreign_tools = foreign_tools or ForeignTools()
        self._first_sentence_s = first_sentence_s
        self._total_s = total_s
        self._clock = clock
        self._history = History(persona)
        self._pauses = {model.name: Backoff(_RETRY_S, _LONGEST_RETRY_S) for model in models}
        self._retry_at: dict[str, float] = {}
        self._begin_inside: set[str] = set()  # models whose replies begin in their thoughts

    async def reply(
        self, text: str, known: Mapping[str, str] | None = None
    ) -> AsyncGenerator[ReplyPart, None]:
        """
        Yield the reply to a text; cancelling the task, or closing the generator, ends the rest.

        What was yielded counts as said, and enters the history if it is fit.

        :param known: what the toy was told before, e.g. child_name.
        :raises ChatModelError: no model can answer.
        """
        messages = self._history.prompt(text, known or {})
        turn = HistoryTurn(text)
        problems = []
        for model in self._models:
            if not self._allowed.allow(model):
                self._on_refusal(model.name)
                problems.append(f'{model.name}: is not allowed')
                continue
            if model is not self._models[-1] and self._is_skipped(model.name):
                problems.append(f'{model.name}: failed a moment ago')
                continue
            if self._allowed.must_announce(model):
                yield SpokenSentence(self._persona.leaves_house, 'persona')
                self._allowed.announced(model)
            try:
                rounds = self._foreign_tools.rounds(model, messages, self._ask)
                async with aclosing(rounds) as parts:
                    async for part in parts:
                        if isinstance(part, ToolCall):
                            tool = self._persona.tools[part.name]
                            yield ReplyAction(tool.activity, part.slots)
                        else:
                            if self._is_fit(part):
                                self._history.add(turn, part)
                            yield SpokenSentence(part, model.name)
            except NothingToSayError as error:
                problems.append(f'{model.name}: {error}')
            except ChatModelError as error:
                self._failed(model.name, error)
                problems.append(f'{model.name}: {error}')
            else:
                self._pauses[model.name].reset()
                return
            if turn.said:
                self._history.add(turn, self._persona.broken_off)
                yield SpokenSentence(self._persona.broken_off, 'persona')
                return
        raise ChatModelError(f'no model can answer: {"; ".join(problems)}')

    def forget(self) -> None:
        """Forget what was said."""
        self._history = History(self._persona)
        self._allowed.forget()

    async def close(self) -> None:
        """Close the models and the tools."""
        self._foreign_tools.close()
        for model in self._models:
            await model.close()

    async def _ask(
        self, model: ChatModel, messages: Sequence[Message]
    ) -> AsyncGenerator[str | ToolCall, None]:
        """Yield the parts of one model's reply as long as it keeps the deadlines."""
        loop = asyncio.get_running_loop()
        parts: Parts = asyncio.Queue()

        def expire(limit_s: float) -> None:
            parts.put_nowait(ChatModelError(f'no sentence within {limit_s:g} s'))

        first = loop.call_later(self._first_sentence_s, expire, self._first_sentence_s)
        total = loop.call_later(self._total_s, expire, self._total_s)
        stream = loop.create_task(self._stream(model, messages, parts, first))
        try:
            while (part := await parts.get()) is not None:
                if isinstance(part, ChatModelError):
                    raise part
                yield part
        finally:
            first.cancel()
            total.cancel()
            stream.cancel()
            await asyncio.wait({stream}, timeout=_CANCEL_S)

    async def _stream(
        self,
        model: ChatModel,
        messages: Sequence[Message],
        parts: Parts,
        first_deadline: asyncio.TimerHandle,
    ) -> None:
        """Put the parts of a reply into a queue; at the end None, or why it failed."""
        end: ChatModelError | None = None
        said = 0
        try:
            async with aclosing(self._checked(model, messages)) as checked:
                async for part in checked:
                    first_deadline.cancel()
                    parts.put_nowait(part)
                    said += 1
                    if said == self._persona.reply_sentences:
                        break
                    await asyncio.sleep(0)  # whoever waits for the part goes first
            if not said:
                end = ChatModelError('said nothing')
        except ChatModelError as error:
            end = error
        except Exception as error:  # a model of another package may raise anything
            end = ChatModelError(type(error).__name__)  # its text may hold what was said
        parts.put_nowait(end)

    async def _checked(
        self, model: ChatModel, messages: Sequence[Message]
    ) -> AsyncGenerator[str | ToolCall, None]:
        """Yield speakable sentences and valid tool calls."""
        deadline = self._clock() + self._total_s
        sentences = SentenceStream(self._rules)
        thoughts = ThoughtFilter(inside=model.name in self._begin_inside)
        self._begin_inside.discard(model.name)
        async with aclosing(model.stream(messages)) as deltas:
            async for delta in deltas:
                # A model that never waits also keeps the timers of the deadlines waiting.
                if self._clock() > deadline:
                    raise ChatModelError('did not come to an end')
                if isinstance(delta, ToolCall):
                    for sentence in self._speakable(sentences.finish()):
                        yield sentence
                    yield self._valid(delta)
                    continue
                said = thoughts.feed(delta)
                if thoughts.began_inside and model.name not in self._begin_inside:
                    self._begin_inside.add(model.name)
                    sentences = SentenceStream(self._rules)  # what it held were thoughts
                for sentence in self._speakable(sentences.feed(said)):
                    yield sentence
                if sentences.pending > self._persona.sentence_characters:
                    raise ChatModelError('sends a sentence without end')
        for sentence in self._speakable([*sentences.feed(thoughts.finish()), *sentences.finish()]):
            yield sentence

    def _valid(self, call: ToolCall) -> ToolCall:
        if call.name in self._foreign_tools:
            return call
        tool = self._persona.tools.get(call.name)
        if tool is None or set(call.slots) - set(tool.parameters):
            raise ChatModelError('calls a tool that it does not have')
        return call

    def _speakable(self, sentences: list[str]) -> Generator[str, None, None]:
        for sentence in sentences:
            if is_rubbish(sentence) or len(sentence) > self._persona.sentence_characters:
                raise ChatModelError('sends rubbish')
            if text := spoken(sentence, self._persona.name, self._rules):
                yield text

    def _failed(self, name: str, error: ChatModelError) -> None:
        pause_s = self._pauses[name].next_s() if error.retry_s is None else error.retry_s
        self._retry_at[name] = self._clock() + min(pause_s, _LONGEST_RETRY_S)
        self._on_failure(name, str(error))

    def _is_skipped(self, name: str) -> bool:
        return name in self._retry_at and self._clock() < self._retry_at[name]
