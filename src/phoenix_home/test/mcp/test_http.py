"""MCP over HTTP: the SDK's own server with a token, and servers that misbehave."""

import asyncio
import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from mcp.server.mcpserver import MCPServer

from phoenix_core.settings.node_settings import NodeSettings
from phoenix_home.mcp.client import TOOLS, McpSettings

NAME = 'mcp:house/turn_on'
TOKEN = 'a-long-lived-token'


def house():
    server = MCPServer('house')

    @server.tool()
    def turn_on(room: str) -> str:
        return f'{room} is on'

    return server.streamable_http_app()


def guarded(app, seen):
    """Let nobody in without the token, as Home Assistant does."""

    async def guard(scope, receive, send):
        if scope['type'] == 'http':
            seen.append(dict(scope['headers']).get(b'authorization', b'').decode())
            if seen[-1] != f'Bearer {TOKEN}':
                await send({'type': 'http.response.start', 'status': 401, 'headers': []})
                await send({'type': 'http.response.body', 'body': b''})
                return
        await app(scope, receive, send)

    return guard


async def flood(scope, receive, send):
    """Answer with much more JSON than anybody wants, and then with nothing more."""
    if scope['type'] == 'http':
        headers = [(b'content-type', b'application/json')]
        await send({'type': 'http.response.start', 'status': 200, 'headers': headers})
        for _ in range(200):
            await send({'type': 'http.response.body', 'body': b' ' * 65536, 'more_body': True})
        await receive()
        await receive()


@contextmanager
def serving(app):
    """Serve in a thread; yield the address."""
    listening = socket.socket()
    listening.bind(('127.0.0.1', 0))
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={'sockets': [listening]})
    thread.start()
    try:
        yield f'http://127.0.0.1:{listening.getsockname()[1]}/mcp'
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def source(address, limit_s=10.0, **given):
    own = McpSettings(
        servers=[f'house={address}'], tools=['house/turn_on'], limit_s=limit_s, **given
    )
    made = TOOLS._make(NodeSettings(), own)
    try:
        yield made
    finally:
        made.close()


def call(made):
    async def run():
        [tool] = await made.tools([NAME])
        return await made.call(tool, {'room': 'kitchen'})

    return asyncio.run(run())


def test_a_server_with_a_token_is_used(tmp_path):
    file = tmp_path / 'token'
    file.write_text(TOKEN + '\n')
    file.chmod(0o600)
    seen = []
    with serving(guarded(house(), seen)) as address:
        with source(address, token_files=[f'house={file}']) as made:
            assert call(made) == 'kitchen is on'
        assert set(seen) == {f'Bearer {TOKEN}'}
        with source(address) as made:
            assert asyncio.run(made.tools([NAME])) == []


def test_an_answer_without_end_is_cut_off_long_before_the_limit():
    with serving(flood) as address, source(address, limit_s=30.0) as made:
        assert asyncio.run(asyncio.wait_for(made.tools([NAME]), 20)) == []


def test_a_token_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / 'token'
    file.write_text(TOKEN)
    file.chmod(0o644)
    with (
        pytest.raises(ValueError, match='others may read'),
        source('https://house.local/mcp', token_files=[f'house={file}']),
    ):
        pass
    with (
        pytest.raises(ValueError, match='of no server'),
        source('https://house.local/mcp', token_files=[f'home={file}']),
    ):
        pass
