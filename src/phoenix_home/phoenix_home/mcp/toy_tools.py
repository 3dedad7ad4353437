"""What an assistant may do with the toy by MCP: safe actions, its state, and its traces."""

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import Field

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r'^[^\x00-\x1f]*$')]
Value = Annotated[str, Field(max_length=1000, pattern=r'^[^\x00-\x1f]*$')]


class ToyError(RuntimeError):
    """The toy cannot do it; one line for the assistant."""


class Toy(Protocol):
    """The toy, in the terms of the tools. Each method may raise ToyError."""

    async def say_text(self, text: str) -> str:
        """Say a text, and return how that ended."""
        ...

    async def show_light(
        self,
        animation: str,
        color: tuple[float, float, float],
        brightness: float,
        duration_s: float,
    ) -> None:
        """Show an animation."""
        ...

    async def start_activity(self, activity: str, slots: Mapping[str, str]) -> None:
        """Ask for an activity."""
        ...

    async def state(self) -> dict[str, Any]:
        """Return what the toy does, and how it is."""
        ...

    async def interactions(self, count: int) -> list[dict[str, Any]]:
        """Return the newest interactions, the oldest of them first."""
        ...


def make_server(toy: Toy) -> 'MCPServer':
    """Make the server of the tools."""
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    server = MCPServer(
        'phoenix',
        instructions='A talking toy of a child. What is to be said is judged first, and replaced '
        'by a calm sentence where it is not fit for a child.',
    )

    def tool(function: Callable[..., Awaitable[str]]) -> None:
        """Add a tool; an assistant gets the text of a ToyError, and of no other error."""

        @functools.wraps(function)
        async def call(**arguments: Any) -> str:
            try:
                return await function(**arguments)
            except ToyError as error:
                raise ToolError(str(error)) from None

        server.tool()(call)

    @tool
    async def say(
        text: Annotated[
            str, Field(min_length=1, max_length=2000, pattern=r'^[^\x00]*[^\s\x00][^\x00]*$')
        ],
    ) -> str:
        """Say a text aloud to the child; returns spoken, interrupted or silent."""
        return await toy.say_text(text)

    @tool
    async def light(
        animation: Name,
        red: Share = 1.0,
        green: Share = 1.0,
        blue: Share = 1.0,
        brightness: Share = 1.0,
        duration_s: Annotated[float, Field(gt=0, le=600)] = 5.0,
    ) -> str:
        """Show an animation of the light ring, like rainbow or solid, for some seconds."""
        await toy.show_light(animation, (red, green, blue), brightness, duration_s)
        return 'shown, unless the toy listens'

    @tool
    async def start_activity(
        activity: Name,
        slots: Annotated[dict[Name, Value], Field(max_length=10)] | None = None,
    ) -> str:
        """Ask for an activity, like story or timer (slot duration, in s); limits hold."""
        await toy.start_activity(activity, slots or {})
        return 'asked; state tells whether it began'

    @tool
    async def state() -> str:
        """Return what the toy does now, and how well each of its capabilities works, as JSON."""
        return json.dumps(await toy.state(), ensure_ascii=False)

    @tool
    async def interactions(count: Annotated[int, Field(ge=1, le=50)] = 5) -> str:
        """Return the newest interactions as JSON: each event, its cause, and when it was [s]."""
        return json.dumps(await toy.interactions(count), ensure_ascii=False)

    return server
