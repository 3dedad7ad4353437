"""HTTP to an MCP server: with a token, and with so many bytes of an answer at most."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from phoenix_core.limits.limits import is_loopback

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 1_000_000  # of one answer; the SDK bounds single events of a stream alone
CONNECT_S = 10.0
SILENCE_S = 300.0  # of a stream of events that is kept open


@asynccontextmanager
async def http_transport(url: str, token: str) -> AsyncIterator[Any]:
    """
    Connect to a server for the time of a with block, as a transport of the SDK.

    :param token: sent to the server, and to no other; empty: none.
    """
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    client = httpx2.AsyncClient(
        transport=_bounded_transport(),
        headers={'Authorization': f'Bearer {token}'} if token else {},
        timeout=httpx2.Timeout(CONNECT_S, read=SILENCE_S),
        trust_env=not is_loopback(url),  # no proxy between this machine and itself
    )
    async with client, streamable_http_client(url, http_client=client) as streams:
        yield streams


def _bounded_transport() -> 'httpx2.AsyncBaseTransport':
    import httpx2

    class BoundedStream(httpx2.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = MOST_BYTES
            async for chunk in self._stream:
                left -= len(chunk)
                if left < 0:
                    raise httpx2.ReadError('the answer is too long')
                yield chunk

        async def aclose(self) -> None:
            await self._stream.aclose()

    class BoundedTransport(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            response = await super().handle_async_request(request)
            response.stream = BoundedStream(response.stream)
            return response

    return BoundedTransport()
