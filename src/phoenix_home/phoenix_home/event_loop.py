"""An event loop in a thread of its own, for what a neighbor's library does in the background."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar('Result')

END_S = 6.0  # an MCP server that does not end itself is killed after some four seconds


class EventLoop:
    """
    Runs coroutines until it is closed.

    :param name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: 'Coroutine[Any, Any, Result]') -> 'Future[Result]':
        """Run a coroutine; in any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def run(self, work: 'Coroutine[Any, Any, Result]') -> Result:
        """Run a coroutine here, and wait for it in another event loop."""
        return await asyncio.wrap_future(self.submit(work))

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function; in any thread, and without effect once it is closed."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """Cancel all that runs, and end the thread; what does not heed that is abandoned."""
        self._loop.call_soon_threadsafe(self._loop.create_task, self._end())
        self._thread.join(END_S)
        if not self._thread.is_alive():
            self._loop.close()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            if not task.cancelling():  # a second time would break off how it ends
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop.stop()
