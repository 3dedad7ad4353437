"""A reply as one asyncio task with one handle, which any thread may cancel."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeAlias

from phoenix_core.telemetry import tracing

Work: TypeAlias = 'Coroutine[Any, Any, None]'
_END_S = 1.0  # a cancelled reply ends well within


class ReplyLoop:
    """
    An event loop for replies, one at a time.

    It runs in the thread that runs a reply: on the node's worker, so that a reply counts as its
    work for simulated time, traces and the detection of hangs.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._running = threading.Lock()

    def run(self, work: Work, started: Callable[['asyncio.Task[None]'], object]) -> None:
        """Run a coroutine as a task until it ends, or is cancelled."""
        with self._running, suppress(asyncio.CancelledError):
            task = self._loop.create_task(work)
            started(task)
            self._loop.run_until_complete(task)

    def cancel(self, task: 'asyncio.Task[None]') -> None:
        """Cancel a task, from any thread."""
        self._loop.call_soon_threadsafe(task.cancel)

    def close(self, last: Work) -> None:
        """
        Run a last coroutine, and free the loop.

        :raises TimeoutError: a reply is still running, though it was cancelled.
        """
        if not self._running.acquire(timeout=_END_S):
            last.close()
            raise TimeoutError('a cancelled reply does not end')
        self._loop.run_until_complete(last)
        self._loop.close()


class ReplyTask:
    """
    A reply to the event that is being handled.

    :param reply: makes the coroutine, which gets this handle.
    """

    def __init__(self, loop: ReplyLoop, reply: Callable[['ReplyTask'], Work]) -> None:
        self.cause = tracing.current()
        self._loop = loop
        self._reply = reply
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False

    def run_reply(self) -> None:
        """Reply; blocks until the reply has ended."""
        self._loop.run(self._reply(self), self._started)

    def cancel(self) -> None:
        """End the reply, from any thread and without waiting; it may not have begun."""
        self._cancelled = True
        if self._task is not None:
            self._loop.cancel(self._task)

    def _started(self, task: 'asyncio.Task[None]') -> None:
        self._task = task
        if self._cancelled:
            task.cancel()
