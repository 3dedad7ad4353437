"""Tools of other programs for language models: only those that a parent allows, one by one."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol, TypeAlias, runtime_checkable

from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.node.health import TellableError
from phoenix_speech.conversation.chat_model import ChatModel, ChatModelError, Message
from phoenix_speech.conversation.chat_tools import ToolCall

MOST_ROUNDS = 3  # of answers with calls, and their results
FIND_S = 1.0  # for a source to tell its tools; later ones are for the next reply

Parts: TypeAlias = 'AsyncGenerator[str | ToolCall, None]'


class ForeignTool(Protocol):
    """A tool of another program."""

    @property
    def neighbor(self) -> str:
        """The name by which a parent allows it, like mcp:lights/turn_on."""
        ...

    @property
    def name(self) -> str:
        """The name by which a model calls it: letters, digits, underscores and hyphens."""
        ...

    @property
    def specification(self) -> dict[str, Any]:
        """The description of the tool for a server, as in OpenAI's interface."""
        ...


class ToolSource(Protocol):
    """Another program with tools."""

    @property
    def names(self) -> Mapping[str, str]:
        """The tools that it may have, by the name for a parent, with what they do."""
        ...

    async def tools(self, allowed: Sequence[str]) -> Sequence[ForeignTool]:
        """Return those of the allowed tools that are there."""
        ...

    async def call(self, tool: Any, arguments: Mapping[str, Any]) -> str:
        """
        Use one of its tools, and return what comes of it.

        :raises Exception: the arguments are no such ones, or it fails, or is too slow; a
            TellableError says why to the model.
        """
        ...

    def close(self) -> None:
        """Free its resources."""
        ...


@runtime_checkable
class ToolUser(Protocol):
    """A chat model that can use the tools of others."""

    def offer(self, specifications: Sequence[Mapping[str, Any]]) -> None:
        """Offer these tools from now on, beside those of the toy."""
        ...


class ForeignTools:
    """
    The tools of all sources.

    :param on_failure: called with the name of a tool and why it failed.
    """

    def __init__(
        self,
        sources: Sequence[ToolSource] = (),
        neighbors: Neighbors | None = None,
        on_failure: Callable[[str, str], object] = lambda name, why: None,
    ) -> None:
        self._sources = sources
        self._neighbors = neighbors
        self._on_failure = on_failure
        self._offered: dict[str, tuple[ToolSource, ForeignTool]] = {}
        for source in sources:
            for name, what in source.names.items():
                assert neighbors is not None
                neighbors.ask(name, what)

    def __contains__(self, name: str) -> bool:
        """Return whether the model that is asked now may call a tool."""
        return name in self._offered

    async def rounds(
        self,
        model: ChatModel,
        messages: Sequence[Message],
        ask: Callable[[ChatModel, Sequence[Message]], Parts],
    ) -> Parts:
        """
        Yield what a model answers, except calls of these tools: it is told what comes of them.

        :raises ChatModelError: it does not answer, or calls tools without end.
        """
        self._offered = await self._find() if isinstance(model, ToolUser) else {}
        if isinstance(model, ToolUser):
            model.offer([tool.specification for _, tool in self._offered.values()])
        for _ in range(MOST_ROUNDS):
            calls: list[ToolCall] = []
            async with aclosing(ask(model, messages)) as parts:
                async for part in parts:
                    if isinstance(part, ToolCall) and part.name in self:
                        calls.append(part)
                    else:
                        yield part
            if not calls:
                return
            messages = [*messages, *await self._results(calls)]
        raise ChatModelError('calls tools without end')

    def close(self) -> None:
        """Close the sources."""
        for source in self._sources:
            source.close()

    async def _find(self) -> dict[str, tuple[ToolSource, ForeignTool]]:
        found: dict[str, tuple[ToolSource, ForeignTool]] = {}
        for source in self._sources:
            assert self._neighbors is not None
            allowed = [name for name in source.names if self._neighbors.allows(name)]
            if not allowed:
                continue
            try:
                tools = await asyncio.wait_for(source.tools(allowed), FIND_S)
            except Exception as error:  # of a source of another package; the toy goes on without
                self._on_failure('tools', type(error).__name__)
                continue
            found |= {tool.name: (source, tool) for tool in tools if tool.neighbor in allowed}
        return found

    async def _results(self, calls: Sequence[ToolCall]) -> list[Message]:
        """Use the tools, and return the messages that tell a model of it."""
        told: list[dict[str, Any]] = []
        results: list[Message] = []
        for call in calls:
            identifier = uuid.uuid4().hex[:16]
            function = {'name': call.name, 'arguments': json.dumps(dict(call.arguments))}
            told.append({'id': identifier, 'type': 'function', 'function': function})
            content = await self._result(call)
            results.append({'role': 'tool', 'tool_call_id': identifier, 'content': content})
        return [{'role': 'assistant', 'content': '', 'tool_calls': told}, *results]

    async def _result(self, call: ToolCall) -> str:
        source, tool = self._offered[call.name]
        assert self._neighbors is not None
        if not self._neighbors.allows(tool.neighbor):  # no longer
            return 'failed: not allowed'
        try:
            return await source.call(tool, call.arguments)
        except Exception as error:  # of any kind; its own text may be personal
            why = str(error) if isinstance(error, TellableError) else type(error).__name__
            self._on_failure(tool.neighbor, why)
            return f'failed: {why}'
