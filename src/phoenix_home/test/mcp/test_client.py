"""Tools of MCP servers: the SDK's own servers, in this process and in another, and bad ones."""

import asyncio
import os
import select
import signal
import sys
import time
from contextlib import suppress

import pytest
from mcp.server.mcpserver import Context, MCPServer

from phoenix_core.telemetry import tracing
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_home.mcp.client import McpSettings, McpTools
from phoenix_home.mcp.program import program_transport
from phoenix_home.mcp.session import McpSession
from phoenix_home.mcp.tool_check import McpToolError

ON = 'mcp:house/turn_on'
TRACE = TraceContext('a' * 32, 'b' * 16)
NOTICE = '{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}'
STDIO = """
from mcp.server.mcpserver import MCPServer
server = MCPServer('house')
@server.tool()
def turn_on(room: str) -> str:
    return f'{room} is on'
server.run('stdio')
"""
FLOODS = """
import json, os, sys
open({pids!r}, 'w').write(str(os.getpid()))
for line in sys.stdin:
    asked = json.loads(line)
    version = asked.get('params', {{}}).get('protocolVersion')
    tools = [{{'name': 'turn_on', 'inputSchema': {{'type': 'object'}}}}]
    result = {{
        'protocolVersion': version,
        'capabilities': {{'tools': {{}}}},
        'serverInfo': {{'name': 'house', 'version': '1'}},
        'tools': tools,
    }}
    while asked['method'] == 'tools/call':
        sys.stdout.write({flood!r} * 1000)
    if 'id' in asked:
        print(json.dumps({{'jsonrpc': '2.0', 'id': asked['id'], 'result': result}}), flush=True)
"""


def house():
    """A server as people write it with the SDK."""
    server = MCPServer('house')
    server.called = []

    @server.tool()
    def turn_on(room: str, context: Context) -> str:
        """Turns on a light."""
        server.called.append(dict(context.request_context.meta or {}))
        if room == 'cellar':
            raise ValueError('Timmy is in the cellar')
        return f'{room}\nis on'

    @server.tool()
    async def wait() -> str:
        """Takes for ever."""
        await asyncio.sleep(3600)

    @server.tool()
    def unlock() -> str:
        """Is not listed."""
        server.called.append('unlock')
        return 'open'

    return server


def program(code):
    return lambda: program_transport([sys.executable, '-c', code])


class Tools:
    """The source of tools under test, used as the conversation does."""

    def __init__(self, connect, names=('house/turn_on', 'house/wait'), limit_s=5.0):
        self.source = McpTools({'house': McpSession('house', connect, limit_s)}, names)

    def find(self, *allowed):
        return asyncio.run(self.source.tools(allowed or list(self.source.names)))

    def call(self, name, **arguments):
        async def call():
            tools = await self.source.tools(list(self.source.names))
            tool = next(tool for tool in tools if tool.tool == name)
            with tracing.caused_by(TRACE):
                return await self.source.call(tool, arguments)

        return asyncio.run(call())


@pytest.fixture
def made():
    found = []

    def make(*arguments, **options):
        found.append(Tools(*arguments, **options))
        return found[-1]

    yield make
    for tools in found:
        tools.source.close()


def test_only_tools_that_are_listed_and_allowed_are_there(made):
    tools = made(house)
    assert set(tools.source.names) == {ON, 'mcp:house/wait'}
    assert [tool.neighbor for tool in tools.find(ON)] == [ON]
    assert [tool.tool for tool in tools.find()] == ['turn_on', 'wait']
    assert tools.find('mcp:house/unlock') == []


def test_a_call_goes_through_with_its_trace_and_its_result_is_one_line(made):
    server = house()
    assert made(lambda: server).call('turn_on', room='kitchen') == 'kitchen is on'
    assert server.called[0]['traceparent'] == f'00-{"a" * 32}-{"b" * 16}-01'


def test_arguments_that_the_schema_does_not_allow_do_not_leave(made):
    server = house()
    tools = made(lambda: server)
    for arguments in ({}, {'room': 7}):
        with pytest.raises(McpToolError, match='schema'):
            tools.call('turn_on', **arguments)
    assert server.called == []


def test_a_tool_that_fails_is_told_without_its_words(made):
    with pytest.raises(McpToolError) as failed:
        made(house).call('turn_on', room='cellar')
    assert str(failed.value) == 'the tool reports an error'


def test_a_tool_that_takes_for_ever_is_given_up_and_the_others_go_on(made):
    server = house()
    tools = made(lambda: server, limit_s=0.3)
    with pytest.raises(McpToolError, match=r'no answer within 0\.3 s'):
        tools.call('wait')
    assert tools.call('turn_on', room='hall') == 'hall is on'


def test_a_server_that_is_not_allowed_is_not_even_connected(made):
    tools = made(lambda: program_transport(['/does/not/exist']))
    assert tools.find('mcp:other/tool') == []
    assert tools.source._sessions['house']._connection is None


def test_a_server_in_a_process_is_used_and_one_that_died_is_started_again(made, tmp_path):
    pids = tmp_path / 'pids'
    code = f'import os\nopen({str(pids)!r}, "a").write(f"{{os.getpid()}} ")\n{STDIO}'
    tools = made(program(code), limit_s=60.0)
    assert tools.find(ON)
    assert tools.call('turn_on', room='hall') == 'hall is on'
    os.kill(int(pids.read_text().split()[0]), signal.SIGKILL)
    with pytest.raises(McpToolError, match='connection broke'):
        tools.call('turn_on', room='hall')
    assert tools.call('turn_on', room='hall') == 'hall is on'
    assert len(pids.read_text().split()) == 2


@pytest.mark.parametrize(
    'code',
    [
        'pass',
        'while True: print("x" * 1000)',
        'while True: print("{}")',
        'import time; time.sleep(3600)',
        'print("x" * 10**8)',
    ],
)
def test_a_program_that_is_no_server_is_left_out_within_the_limit(made, code):
    tools = made(program(code), limit_s=0.5)
    assert tools.find() == []
    assert tools.find() == []  # and is left alone for a while


@pytest.mark.parametrize(
    'flood',
    [
        'x',
        *(
            pytest.param(f'{text}\n', marks=pytest.mark.long)
            for text in ('x' * 1000, '{}', NOTICE)
        ),
    ],
)
def test_a_server_that_floods_is_left_at_once_and_ended(made, capfd, tmp_path, flood):
    pids = tmp_path / 'pids'
    tools = made(program(FLOODS.format(pids=str(pids), flood=flood)), limit_s=30.0)
    began = time.monotonic()
    with pytest.raises(McpToolError, match='connection broke'):
        tools.call('turn_on')
    assert time.monotonic() - began < 15
    with suppress(ProcessLookupError):  # it has ended already
        assert select.select([os.pidfd_open(int(pids.read_text()))], [], [], 30)[0]
    assert capfd.readouterr() == ('', '')


def test_what_a_program_greets_with_is_left_out_and_what_it_complains_of_lost(made, capfd):
    code = f'import sys\nprint("Hello!", flush=True)\nprint("Timmy", file=sys.stderr)\n{STDIO}'
    assert made(program(code), limit_s=60.0).call('turn_on', room='hall') == 'hall is on'
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize(
    ('given', 'why'),
    [
        ({'servers': ['house']}, 'NAME=ADDRESS'),
        ({'servers': ['house=']}, 'NAME=ADDRESS'),
        ({'servers': ['house=http://192.168.1.5/mcp']}, 'must be https'),
        ({'servers': ['house=https://me:secret@home.local/mcp']}, 'no name and password'),
        ({'tools': ['turn_on']}, 'SERVER/TOOL'),
        ({'token_files': ['/home/me/token']}, 'NAME=FILE'),
    ],
)
def test_an_address_over_which_others_can_read_is_refused(given, why):
    with pytest.raises(ValueError, match=why):
        McpSettings(**given)


def test_a_tool_of_no_server_is_a_mistake():
    with pytest.raises(ValueError, match='other/tool'):
        McpTools({}, ['other/tool'])
