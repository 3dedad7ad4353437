"""The worker thread of a node, which runs slow work in order."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from phoenix_core.clock.simulated_time import RealTime
from phoenix_core.telemetry import timing, tracing


class Worker:
    """
    Runs functions one after another on one thread.

    Simulated time stands still while a function is queued or runs.

    :param name: name of the thread.
    :param clock: the time of the node.
    :param post: calls a function on the executor's thread.
    """

    def __init__(self, name: str, clock: RealTime, post: Callable[..., None]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._clock = clock
        self._post = post
        self._pending = 0  # functions that are queued or run
        self._lock = threading.Lock()
        self._thread = 0  # identifier of the thread while a function runs
        self._name = ''  # of that function
        self._progress_s = 0.0  # monotonic time of its last progress

    def do(
        self,
        function: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], object] | None,
        failed: Callable[[Callable[..., Any], Exception], object],
        ended: Callable[[], object] | None = None,
    ) -> None:
        """
        Queue a function.

        :param then: is posted with the result.
        :param failed: is posted with the function and the exception that it raised.
        :param ended: is called in any thread when it has run, or was discarded.
        """
        cause, spent = tracing.current(), timing.handed_over()

        def work() -> None:
            self._name = getattr(function, '__name__', repr(function))
            self._progress_s, self._thread = time.monotonic(), threading.get_ident()
            with tracing.caused_by(cause), timing.measured(spent.resumed()):
                try:
                    result = function(*args)
                except Exception as error:  # whatever the provider raises
                    self._post(failed, function, error)
                    return
                finally:
                    self._thread = 0
                if then is not None:
                    self._post(then, result)

        self._count(1)
        queued = self._pool.submit(work)
        queued.add_done_callback(lambda _: self._count(-1))
        if ended is not None:
            queued.add_done_callback(lambda _: ended())

    def progress(self) -> None:
        """Note that the running function makes progress; without effect on other threads."""
        if self._thread == threading.get_ident():
            self._progress_s = time.monotonic()

    def stuck(self, limit_s: float) -> str:
        """Return the name of the running function if it has made no progress for limit_s."""
        stuck = self._thread and time.monotonic() - self._progress_s > limit_s
        return self._name if stuck else ''

    def end(self) -> None:
        """Discard queued functions; a running one is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _count(self, change: int) -> None:
        """Hold simulated time while any function is pending."""
        with self._lock:
            before, self._pending = self._pending, self._pending + change
            if not before:
                self._clock.begin()
            elif not self._pending:
                self._clock.end()
