"""Tools of MCP servers: the SDK's own servers, in this process and in another, and bad ones."""

import asyncio
import os
import signal
import sys

import pytest
from mcp import StdioServerParameters
from mcp.server.mcpserver import Context, MCPServer

from phoenix_core.telemetry import tracing
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_home.mcp.client import McpSettings, McpTools
from phoenix_home.mcp.session import McpSession
from phoenix_home.mcp.tool_check import McpToolError

ON = 'mcp:house/turn_on'
TRACE = TraceContext('a' * 32, 'b' * 16)
STDIO = """
from mcp.server.mcpserver import MCPServer
server = MCPServer('house')
@server.tool()
def turn_on(room: str) -> str:
    return f'{room} is on'
server.run('stdio')
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


class Tools:
    """The source of tools under test, used as the conversation does."""

    def __init__(self, target, names=('house/turn_on', 'house/wait'), limit_s=5.0):
        self.source = McpTools({'house': McpSession('house', lambda: target, limit_s)}, names)

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
    tools = made(house())
    assert set(tools.source.names) == {ON, 'mcp:house/wait'}
    assert [tool.neighbor for tool in tools.find(ON)] == [ON]
    assert [tool.tool for tool in tools.find()] == ['turn_on', 'wait']
    assert tools.find('mcp:house/unlock') == []


def test_a_call_goes_through_with_its_trace_and_its_result_is_one_line(made):
    server = house()
    assert made(server).call('turn_on', room='kitchen') == 'kitchen is on'
    assert server.called[0]['traceparent'] == f'00-{"a" * 32}-{"b" * 16}-01'


def test_arguments_that_the_schema_does_not_allow_do_not_leave(made):
    server = house()
    tools = made(server)
    for arguments in ({}, {'room': 7}):
        with pytest.raises(McpToolError, match='schema'):
            tools.call('turn_on', **arguments)
    assert server.called == []


def test_a_tool_that_fails_is_told_without_its_words(made):
    with pytest.raises(McpToolError) as failed:
        made(house()).call('turn_on', room='cellar')
    assert str(failed.value) == 'the tool reports an error'


def test_a_tool_that_takes_for_ever_is_given_up_and_the_others_go_on(made):
    tools = made(house(), limit_s=0.3)
    with pytest.raises(McpToolError, match=r'no answer within 0\.3 s'):
        tools.call('wait')
    assert tools.call('turn_on', room='hall') == 'hall is on'


def test_a_server_that_is_not_allowed_is_not_even_connected(made):
    tools = made(StdioServerParameters(command='/does/not/exist'))
    assert tools.find('mcp:other/tool') == []
    assert tools.source._sessions['house']._connection is None


def test_a_server_in_a_process_is_used_and_one_that_died_is_started_again(made, tmp_path):
    pids = tmp_path / 'pids'
    code = f'import os\nopen({str(pids)!r}, "a").write(f"{{os.getpid()}} ")\n{STDIO}'
    tools = made(StdioServerParameters(command=sys.executable, args=['-c', code]), limit_s=60.0)
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
    target = StdioServerParameters(command=sys.executable, args=['-c', code])
    tools = made(target, limit_s=0.5)
    assert tools.find() == []
    assert tools.find() == []  # and is left alone for a while


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
