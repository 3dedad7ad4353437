"""A program that is started as an MCP server, on its standard streams; what it says is bounded."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

MOST_BYTES = 1_000_000  # that it says from one message to it to the next
END_S = 2.0  # to end by itself, and again after SIGTERM


@asynccontextmanager
async def program_transport(command: Sequence[str]) -> AsyncIterator[Any]:
    """
    Run a program for the time of a with block, as a transport of the SDK.

    The SDK's own takes lines of any length, as many as come, and logs what it does not understand.
    What the program writes to its standard error is lost, as it may be what a person said.
    """
    import anyio
    from mcp.client.stdio import get_default_environment
    from mcp.shared.message import SessionMessage
    from mcp.types import jsonrpc_message_adapter

    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=get_default_environment(),  # without the toy's secrets
        limit=MOST_BYTES,
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    program_in, program_out = process.stdin, process.stdout
    heard, messages = anyio.create_memory_object_stream[Any](0)
    requests, to_be_sent = anyio.create_memory_object_stream[Any](0)
    left = MOST_BYTES

    async def hear() -> None:
        nonlocal left
        # A ValueError: the line is longer than the limit.
        with suppress(ValueError, OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            async with heard:
                while line := await program_out.readline():
                    left -= len(line)
                    if left < 0:
                        return
                    with suppress(ValueError):  # what is no message, like a greeting, is left out
                        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                        await heard.send(SessionMessage(message))

    async def send() -> None:
        nonlocal left
        with suppress(OSError, anyio.ClosedResourceError):
            async with to_be_sent:
                async for request in to_be_sent:
                    left = MOST_BYTES
                    text = request.message.model_dump_json(by_alias=True, exclude_unset=True)
                    program_in.write(f'{text}\n'.encode())
                    await program_in.drain()

    tasks = [asyncio.create_task(hear()), asyncio.create_task(send())]
    try:
        yield messages, requests
    finally:
        with anyio.CancelScope(shield=True):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await _end(process)
            for stream in (heard, messages, requests, to_be_sent):
                stream.close()


async def _end(process: Process) -> None:
    """Let a program end, then make it, and all that it has started."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    # Who is stuck in writing does not see that.
    drain = asyncio.create_task(_drain(process.stdout))
    for number in (signal.SIGTERM, signal.SIGKILL, None):
        with suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await process.wait()
                break
        with suppress(ProcessLookupError):
            if number is not None:
                os.killpg(process.pid, number)
    drain.cancel()


async def _drain(stream: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await stream.read(MOST_BYTES):
            pass
