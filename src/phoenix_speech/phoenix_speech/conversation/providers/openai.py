"""
A chat model on any server with OpenAI's chat completions: Ollama, llama.cpp, vLLM, a cloud.

Plain HTTP rather than the openai package (2.54): that takes 0.8 to 1.0 s of CPU and 47 MB to
import (httpx2 2.16: 0.13 s and 17 MB). It would save about ten lines, but it swallows [DONE], so
that a stream that breaks off cannot be told from a complete one.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError, field_validator

from phoenix_core.limits.limits import is_loopback
from phoenix_core.settings import secrets
from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Provider
from phoenix_speech.conversation.chat_model import ChatModelError, Message
from phoenix_speech.conversation.chat_tools import Tool, ToolCall, ToolCallDelta, ToolCallStream
from phoenix_speech.conversation.persona import Persona
from phoenix_speech.conversation.settings import ConversationSettings

if TYPE_CHECKING:
    from httpx2 import Response

PATH = 'chat/completions'  # below base_url
# What servers answer to tools that they, or the model, do not know; llama.cpp says 500.
_REFUSALS_OF_TOOLS = (400, 404, 405, 422, 500, 501)
_OVERLOADED = 429


class OpenAIChatModel:
    """
    A model on a server.

    :param base_url: ends in /v1 with most servers.
    :param model: name of the model on the server.
    :param timeout_s: longest wait for a connection, and between two pieces of text.
    :param tools: name to tool; a server that refuses them is asked without from then on.
    :param key: sent to the server; empty: OPENAI_API_KEY of the environment, if it is set.
    """

    name = 'openai'

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        timeout_s: float = 10.0,
        tools: Mapping[str, Tool] | None = None,
        key: str = '',
    ) -> None:
        import httpx2

        key = key or secrets.secret('OPENAI_API_KEY')
        self.address = base_url
        self._model = model
        self._own_tools = [tool.specification(name) for name, tool in (tools or {}).items()]
        self._tools: Sequence[Mapping[str, Any]] = self._own_tools
        self._takes_tools = True
        self.is_cut = False
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            timeout=timeout_s,
            trust_env=not is_loopback(base_url),  # no proxy between this machine and itself
            headers={'Authorization': f'Bearer {key}'} if key else {},
        )

    def offer(self, specifications: Sequence[Mapping[str, Any]]) -> None:
        """Offer the tools of others, too; see ToolUser."""
        self._tools = [*self._own_tools, *specifications]

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str | ToolCall, None]:
        """Yield the reply; see ChatModel."""
        import httpx2

        if self.is_cut:
            raise ChatModelError(f'{self.address}: cut')
        calls = ToolCallStream()
        complete = False
        try:
            async with self._ask(messages) as response:
                if response.is_error:
                    # The number alone: some servers repeat the conversation in the rest.
                    answer = f'answers {response.status_code}'
                    raise ChatModelError(
                        f'{self.address}: {answer}, model {self._model!r}',
                        retry_s=_pause_s(response),
                    )
                async for event in httpx2.EventSource(response):
                    if event.data == '[DONE]':
                        complete = True
                        break
                    text, finished = _parse(event.data, calls)
                    complete = complete or finished
                    if text:
                        yield text
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            # What a server sent may be in the text of an error.
            known = isinstance(error, httpx2.ConnectError) and str(error)
            raise ChatModelError(f'{self.address}: {known or type(error).__name__}') from error
        if not complete:
            raise ChatModelError(f'{self.address} broke off')
        try:
            for call in calls.finish():
                yield call
        except ValueError:
            raise ChatModelError('the model calls a tool with no JSON') from None

    @asynccontextmanager
    async def _ask(self, messages: Sequence[Message]) -> 'AsyncGenerator[Response, None]':
        """
        Send a request; once more without tools, which many small models do not support.

        That they were the reason is known when it is answered then, and not by a server that has
        just failed.
        """
        status = 0
        request = {'model': self._model, 'messages': messages, 'stream': True}
        if self._tools and self._takes_tools:
            with_tools = {**request, 'tools': self._tools}
            async with self._client.stream('POST', PATH, json=with_tools) as response:
                status = response.status_code
                if status not in _REFUSALS_OF_TOOLS:
                    yield response
                    return
        async with self._client.stream('POST', PATH, json=request) as response:
            if self._tools and not response.is_error and status != 500:
                self._takes_tools = False
            yield response

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _pause_s(response: 'Response') -> float | None:
    """
    Return for how long a server that refused at once is not to be asked.

    As long as it says, or not at all: it may be well again at the next sentence, and to hear that
    it is not takes no time. None: it did not understand, and will not the next time.
    """
    if response.status_code != _OVERLOADED and not response.is_server_error:
        return None
    try:
        return max(0.0, float(response.headers.get('Retry-After', '0')))
    except ValueError:  # a date, of a clock that may not be ours
        return 0.0


class _Delta(BaseModel):
    content: str | None = None
    tool_calls: list[ToolCallDelta] | None = None


class _Choice(BaseModel):
    delta: _Delta
    finish_reason: str | None = None


class _Chunk(BaseModel):
    choices: list[_Choice]


def _parse(data: str, calls: ToolCallStream) -> tuple[str, bool]:
    """Return the text of a chunk, and whether it is the last; feed pieces of tool calls."""
    try:
        chunk = _Chunk.model_validate_json(data)
    except ValidationError:  # its text may hold what was said
        raise ChatModelError('the server sends something else than a reply') from None
    if not chunk.choices:  # statistics
        return '', False
    choice = chunk.choices[0]
    calls.feed(choice.delta.tool_calls or [])
    return choice.delta.content or '', bool(choice.finish_reason)


class OpenAISettings(ProviderSettings):
    """Settings of the client."""

    base_url: str = setting(
        'http://127.0.0.1:11434/v1',
        'Address of the server: https, or http to this machine.',
        machine=True,
    )
    model: str = setting('llama3.2', 'Name of the model on the server.', machine=True)
    key_file: str = setting(
        '', 'File with the key, readable by its owner alone; empty: OPENAI_API_KEY.', machine=True
    )
    cut: bool = setting(
        False,
        'Whether the server counts as out of reach, to see how the toy does without.',
        runtime=True,
        machine=True,
    )

    @field_validator('base_url')
    @classmethod
    def _encrypted(cls, base_url: str) -> str:
        """Refuse to send what a child said, and the key, over a network that can read them."""
        address = urlsplit(base_url)
        encrypted = address.scheme == 'https' and address.hostname
        if not encrypted and not (address.scheme == 'http' and is_loopback(base_url)):
            raise ValueError('must be https, or http to this machine (127.0.0.1)')
        if address.username or address.password:
            raise ValueError('must hold no name and password; set key_file')
        return base_url


def _make(settings: ConversationSettings, own: OpenAISettings) -> OpenAIChatModel:
    persona = Persona.load(settings.config_path / settings.language / 'persona.yaml')
    model = OpenAIChatModel(
        base_url=own.base_url,
        model=own.model,
        timeout_s=settings.total_s,
        tools=persona.tools,
        key=secrets.from_file(Path(own.key_file)) if own.key_file else '',
    )
    model.is_cut = own.cut
    return model


OPENAI = Provider(_make, OpenAISettings)
