"""A session with one MCP server: made when it is needed, made anew after it broke."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from phoenix_core.clock.backoff import Backoff
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_home.mcp.tool_check import McpTool, McpToolError, described, shortened

if TYPE_CHECKING:
    from mcp import Client

MOST_PAGES = 5  # of the list of tools
MOST_TOOLS = 200
RETRY_S, LONGEST_RETRY_S = 2.0, 300.0


class _Connection:
    """A connection that is made, kept and ended in a task of its own, as the SDK needs it."""

    def __init__(self, target: Any, read: 'Callable[[Client], Awaitable[None]]') -> None:
        self._target = target
        self._read = read
        self._broken = asyncio.Event()
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self._task = asyncio.create_task(self._keep())

    async def client(self) -> 'Client':
        return await asyncio.shield(self._ready)

    @property
    def over(self) -> bool:
        return self._task.done()

    def end(self) -> None:
        """End it in the background; a server that stays is killed in some seconds."""
        self._broken.set()
        if not self._ready.done():
            self._task.cancel()

    async def _keep(self) -> None:
        from mcp import Client

        try:
            async with Client(self._target) as client:
                await self._read(client)
                self._ready.set_result(client)
                await self._broken.wait()
        except Exception as error:  # whatever the SDK raises
            if not self._ready.done():
                self._ready.set_exception(McpToolError(f'is not there: {type(error).__name__}'))
        finally:
            self._ready.cancel()


class McpSession:
    """
    Connects when it is needed, and anew after that broke. Use it in one event loop.

    :param server: the name that the settings give the server.
    :param connect: returns what the SDK's client connects to, anew for each connection.
    :param limit_s: longest time to connect, and for a call.
    """

    def __init__(self, server: str, connect: Callable[[], Any], limit_s: float) -> None:
        self._server = server
        self._connect = connect
        self._limit_s = limit_s
        self._pause = Backoff(RETRY_S, LONGEST_RETRY_S)
        self._retry_at = 0.0
        self._connection: _Connection | None = None
        self._tools: dict[str, McpTool] = {}

    async def tools(self) -> Mapping[str, McpTool]:
        """
        Return the tools of the server by name; connect if that is not done.

        :raises McpToolError: there is no connection.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                await self._client()
        except TimeoutError:
            self._fail()
            raise McpToolError(f'is not there within {self._limit_s:g} s') from None
        return self._tools

    async def call(
        self, tool: str, arguments: Mapping[str, Any], trace: TraceContext | None
    ) -> str:
        """
        Use a tool, and return the text of its result.

        :param trace: goes along, as the header traceparent of W3C.
        :raises McpToolError: it fails, or is too slow, or the connection breaks.
        """
        from mcp.types import TextContent

        try:
            async with asyncio.timeout(self._limit_s):
                client = await self._client()
                result = await client.call_tool(tool, dict(arguments), meta=_meta(trace))
        except TimeoutError:
            self._drop()
            raise McpToolError(f'no answer within {self._limit_s:g} s') from None
        except McpToolError:
            raise
        except Exception as error:  # whatever the SDK raises; its text may be personal
            self._drop()
            raise McpToolError(f'the connection broke: {type(error).__name__}') from error
        texts = [part.text for part in result.content if isinstance(part, TextContent)]
        if result.is_error:
            raise McpToolError('the tool reports an error')
        return shortened(texts) or 'done'

    async def _client(self) -> 'Client':
        if self._connection is None or self._connection.over:
            if time.monotonic() < self._retry_at:
                raise McpToolError('was not there a moment ago')
            self._connection = _Connection(self._connect(), self._list)
        try:
            client = await self._connection.client()
        except McpToolError:
            self._fail()
            raise
        self._pause.reset()
        return client

    def _fail(self) -> None:
        self._drop()
        self._retry_at = time.monotonic() + self._pause.next_s()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.end()
            self._connection = None

    async def _list(self, client: 'Client') -> None:
        found: dict[str, McpTool] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            for tool in page.tools[: MOST_TOOLS - len(found)]:
                try:
                    found[tool.name] = described(
                        self._server, tool.name, tool.description, tool.input_schema
                    )
                except McpToolError:
                    continue  # a model is not offered what cannot be checked
            cursor = page.next_cursor
            if not cursor:
                break
        self._tools = found


def _meta(trace: TraceContext | None) -> Any:
    if trace is None:
        return None
    return {'traceparent': f'00-{trace.trace_id}-{trace.span_id or "0" * 15 + "1"}-01'}
