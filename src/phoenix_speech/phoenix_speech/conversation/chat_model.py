"""The protocol of chat models: a conversation in, a reply out as it is made."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import closing
from typing import Any, Protocol

from phoenix_speech.conversation.chat_tools import ToolCall

# role (system, user, assistant or tool) and content, as in OpenAI's interface
Message = Mapping[str, Any]


class ChatModelError(RuntimeError):
    """
    A model cannot answer; the message says why, and nothing of what was said.

    :param retry_s: how long not to ask it again; None: it does not know.
    """

    def __init__(self, reason: str, *, retry_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_s = retry_s


class NothingToSayError(ChatModelError):
    """A model leaves a text to those after it, and is as good as before."""


class ChatModel(Protocol):
    """Answers one conversation at a time, on the event loop of the conversation node."""

    @property
    def name(self) -> str:
        """The name of the provider in events."""
        ...

    @property
    def address(self) -> str | None:
        """
        Where the conversation goes: the URL of a server; empty: a model in this process.

        None: it is no language model. A model that does not say so counts as elsewhere.
        """
        ...

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str | ToolCall, None]:
        """
        Yield the text of the reply as it is made, and at its end the tools that the model calls.

        Cancelling the task that iterates, or closing the generator, cancels the rest. It must not
        block the event loop; a library that blocks is wrapped by `in_thread`.

        :raises ChatModelError: it cannot answer.
        :raises NothingToSayError: it is not for this model.
        """
        ...

    async def close(self) -> None:
        """Free its resources."""
        ...


async def in_thread(
    deltas: Generator[str | ToolCall, None, None],
) -> AsyncGenerator[str | ToolCall, None]:
    """
    Iterate over a generator that blocks, in a thread of its own.

    When cancelled, the thread is abandoned: it ends when the generator yields the next time.
    """
    loop = asyncio.get_running_loop()
    results: asyncio.Queue[str | ToolCall | Exception | None] = asyncio.Queue()
    abandoned = threading.Event()

    def report(result: str | ToolCall | Exception | None) -> None:
        if not abandoned.is_set():
            loop.call_soon_threadsafe(results.put_nowait, result)

    def run() -> None:
        try:
            with closing(deltas):
                for delta in deltas:
                    if abandoned.is_set():
                        return
                    report(delta)
        except Exception as error:
            report(error)
        else:
            report(None)

    threading.Thread(target=run, name='chat-model', daemon=True).start()
    try:
        while (result := await results.get()) is not None:
            if isinstance(result, Exception):
                raise result
            yield result
    finally:
        abandoned.set()
