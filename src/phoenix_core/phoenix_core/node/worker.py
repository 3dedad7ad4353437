"""Slow work of a node, on a thread of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from phoenix_core.clock.simulated_time import RealTime
from phoenix_core.telemetry import timing, tracing


class Worker:
    """Runs one piece of work after another; simulated time stands still meanwhile."""

    def __init__(self, name: str, clock: RealTime, post: Callable[..., None]) -> None:
        """
        Wait for work.

        :param name: of the thread.
        :param post: calls back on the thread that may use the result.
        """
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._clock = clock
        self._post = post
        self._waiting = 0  # given and not done
        self._lock = threading.Lock()
        self._thread = 0  # the identifier of the thread while it works
        self._name = ''  # of what it does
        self._progress_s = 0.0  # when it last got on with that

    def do(
        self,
        function: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], object] | None,
        failed: Callable[[Callable[..., Any], Exception], object],
    ) -> None:
        """Do something after what was given before; then or failed is posted."""
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
        self._pool.submit(work).add_done_callback(lambda _: self._count(-1))

    def progress(self) -> None:
        """Take it that the work under way gets on, if it is that which calls."""
        if self._thread == threading.get_ident():
            self._progress_s = time.monotonic()

    def stuck(self, limit_s: float) -> str:
        """Name what has not got on for so long; empty if nothing."""
        stuck = self._thread and time.monotonic() - self._progress_s > limit_s
        return self._name if stuck else ''

    def end(self) -> None:
        """Forget what was not begun; what is under way goes on unheard."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _count(self, change: int) -> None:
        """Hold simulated time while there is something to do, however much it is."""
        with self._lock:
            before, self._waiting = self._waiting, self._waiting + change
            if not before:
                self._clock.begin()
            elif not self._waiting:
                self._clock.end()
