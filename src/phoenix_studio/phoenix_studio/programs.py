"""Runs programs for the pages: what needs much memory is not kept in the server."""

import asyncio
import sys
from collections.abc import Sequence
from typing import NamedTuple

from phoenix_studio.ros_calls import CallError


class Outcome(NamedTuple):
    """What a program has printed, and whether it has succeeded."""

    well: bool
    output: bytes
    errors: str


async def run_module(module: str, arguments: Sequence[str], longest_s: float) -> Outcome:
    """
    Run a Python module as a program.

    :raises CallError: it takes too long.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, '-m', module, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), longest_s)
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, asyncio.TimeoutError):
            raise CallError('it takes too long') from None
        raise
    return Outcome(process.returncode == 0, output, errors.decode(errors='replace'))
