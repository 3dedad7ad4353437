"""MCP servers as a source of tools for the conversation: those that are listed, and allowed."""

import asyncio
import logging
import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import field_validator

from phoenix_core.limits.limits import is_loopback
from phoenix_core.settings import secrets
from phoenix_core.settings.node_settings import NodeSettings, ProviderSettings, setting
from phoenix_core.settings.provider import Provider
from phoenix_core.telemetry import tracing
from phoenix_home.event_loop import EventLoop
from phoenix_home.mcp.http import http_transport
from phoenix_home.mcp.program import program_transport
from phoenix_home.mcp.session import McpSession
from phoenix_home.mcp.tool_check import McpTool, McpToolError, neighbor


class McpSettings(ProviderSettings):
    """Settings of the client. What is not listed in `tools` does not exist for the toy."""

    servers: list[str] = setting(  # not an empty list, which ROS takes for one of bytes
        [''],
        'Servers as NAME=ADDRESS: https, http to this machine, or a command that is run.',
        machine=True,
    )
    tools: list[str] = setting(
        [''], 'Tools as SERVER/TOOL; each is asked of a parent as mcp:SERVER/TOOL.', machine=True
    )
    token_files: list[str] = setting(
        [''],
        'Tokens of servers as NAME=FILE, each readable by its owner alone.',
        machine=True,
    )
    limit_s: float = setting(
        4.0, 'Longest time for a tool, and for a connection [s].', gt=0, le=30
    )

    @field_validator('servers')
    @classmethod
    def _are_addresses(cls, servers: list[str]) -> list[str]:
        for server in filter(None, servers):
            name, _, address = server.partition('=')
            if not name.isidentifier() or not address.strip():
                raise ValueError(f'{server}: is NAME=ADDRESS, as lights=http://127.0.0.1:8000/mcp')
            _check_address(address)
        return servers

    @field_validator('token_files')
    @classmethod
    def _are_files(cls, token_files: list[str]) -> list[str]:
        for token in filter(None, token_files):
            if not all(token.partition('=')):
                raise ValueError(f'{token}: is NAME=FILE, as house=/home/me/house.token')
        return token_files

    @field_validator('tools')
    @classmethod
    def _are_of_servers(cls, tools: list[str]) -> list[str]:
        for tool in filter(None, tools):
            server, _, name = tool.partition('/')
            if not server or not name or len(tool) > 120:
                raise ValueError(f'{tool}: is SERVER/TOOL, as lights/turn_on')
        return tools


class Session(Protocol):
    """A connection to one server."""

    async def tools(self) -> Mapping[str, McpTool]:
        """Return its tools by name; connect if that is not done."""
        ...

    async def call(
        self, tool: str, arguments: Mapping[str, Any], trace: tracing.TraceContext | None
    ) -> str:
        """Use a tool."""
        ...


class McpTools:
    """
    The tools of several servers.

    :param sessions: by the name of the server.
    :param tools: those that may be used, as server/tool.
    """

    def __init__(self, sessions: Mapping[str, Session], tools: Sequence[str]) -> None:
        unknown = {tool for tool in tools if tool.partition('/')[0] not in sessions}
        if unknown:
            raise ValueError(f'mcp.tools: of no server in mcp.servers: {", ".join(unknown)}')
        self._sessions = sessions
        self._tools = tools
        self._loop = EventLoop('mcp')

    @property
    def names(self) -> dict[str, str]:
        """The tools, by the name for a parent."""
        return {
            neighbor(tool): 'a program that the language model may use, with words of the child'
            for tool in self._tools
        }

    async def tools(self, allowed: Sequence[str]) -> list[McpTool]:
        """Return those of the allowed tools that are there; connect to their servers alone."""
        wanted = [tool for tool in self._tools if neighbor(tool) in allowed]
        servers = dict.fromkeys(tool.partition('/')[0] for tool in wanted)
        found = await asyncio.gather(
            *(self._loop.run(self._sessions[server].tools()) for server in servers),
            return_exceptions=True,
        )
        there = {
            f'{server}/{name}': tool
            for server, tools in zip(servers, found, strict=True)
            if not isinstance(tools, BaseException)
            for name, tool in tools.items()
        }
        return [there[tool] for tool in wanted if tool in there]

    async def call(self, tool: McpTool, arguments: Mapping[str, Any]) -> str:
        """
        Use a tool.

        :raises McpToolError: the arguments are no such ones, or it fails, or is too slow.
        """
        if f'{tool.server}/{tool.tool}' not in self._tools:
            raise McpToolError('not listed')
        tool.check(arguments)
        session = self._sessions[tool.server]
        return await self._loop.run(session.call(tool.tool, arguments, tracing.current()))

    def close(self) -> None:
        """End the connections."""
        self._loop.close()


def _check_address(address: str) -> None:
    if '://' not in address.split()[0]:
        return
    parts = urlsplit(address)
    if parts.scheme != 'https' and not (parts.scheme == 'http' and is_loopback(address)):
        raise ValueError(f'{address}: must be https, or http to this machine (127.0.0.1)')
    if parts.username or parts.password:
        raise ValueError('an address must hold no name and password')


def _connect(address: str, token: str) -> Any:
    """Return what the SDK's client connects to; for one connection."""
    if '://' in address.split()[0]:
        return http_transport(address, token)
    # However the toy ends, the program does, too; setpriv is part of every Debian.
    return program_transport(['setpriv', '--pdeathsig', 'KILL', '--', *shlex.split(address)])


def _make(settings: NodeSettings, own: McpSettings) -> McpTools:
    servers = dict(server.split('=', 1) for server in filter(None, own.servers))
    files = dict(token.split('=', 1) for token in filter(None, own.token_files))
    if unknown := files.keys() - servers.keys():
        raise ValueError(f'mcp.token_files: of no server in mcp.servers: {", ".join(unknown)}')
    logging.getLogger('mcp').setLevel(logging.CRITICAL)  # it would log what servers say
    tokens = {name: secrets.from_file(Path(path)) for name, path in files.items()}
    return McpTools(
        {
            name: McpSession(name, partial(_connect, address, tokens.get(name, '')), own.limit_s)
            for name, address in servers.items()
        },
        [tool for tool in own.tools if tool],
    )


TOOLS = Provider(_make, McpSettings)
