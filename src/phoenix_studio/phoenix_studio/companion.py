"""A program that answers lines, started when it is first asked and ended after a pause."""

import asyncio
import sys

from phoenix_studio.ros_calls import CallError

LONGEST_LINE = 1 << 20  # bytes


class Companion:
    """
    Asks a Python module that reads a line and prints a line, again and again.

    Everything here happens on one event loop.

    :param pause_s: after so long without a question the program ends, and frees its memory.
    """

    def __init__(self, module: str, pause_s: float) -> None:
        self._module = module
        self._pause_s = pause_s
        self._process: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Lock()
        self._end: asyncio.TimerHandle | None = None

    async def ask(self, line: bytes, longest_s: float) -> bytes:
        """
        Return the answer to a line without its end.

        :raises CallError: there is none in time, or the program ends.
        """
        async with self._asking:
            if self._end is not None:
                self._end.cancel()
            try:
                return await asyncio.wait_for(self._ask(line), longest_s)
            except asyncio.TimeoutError:
                self._kill()
                raise CallError('it takes too long') from None
            except (OSError, ValueError):  # it has ended, or prints a line without end
                self._kill()
                raise CallError('it does not answer') from None
            finally:
                self._end = asyncio.get_running_loop().call_later(self._pause_s, self._kill)

    async def end(self) -> None:
        """End the program; the next question starts another one."""
        if self._end is not None:
            self._end.cancel()
        process = self._process
        self._kill()
        if process is not None:
            await process.wait()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()

    async def _ask(self, line: bytes) -> bytes:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, '-m', self._module),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line + b'\n')
        await process.stdin.drain()
        answer = await process.stdout.readline()
        if not answer.endswith(b'\n'):
            raise BrokenPipeError
        return answer
