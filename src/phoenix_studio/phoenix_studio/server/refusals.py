"""Logs what is refused, each kind once a minute however often it happens."""

import time
from collections.abc import Callable

QUIET_S = 60.0


class Refusals:
    """
    The refusals of a server.

    :param log: writes one line.
    :param clock: monotonic time [s].
    """

    def __init__(
        self, log: Callable[[str], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._clock = clock
        self._logged: dict[str, tuple[float, int]] = {}  # by kind: when, and how many since

    def note(self, kind: str) -> None:
        """
        Log a refusal unless that kind was logged just now.

        :param kind: one of few; holds nothing that a browser sent.
        """
        since, more = self._logged.get(kind, (float('-inf'), 0))
        if self._clock() - since < QUIET_S:
            self._logged[kind] = since, more + 1
            return
        self._logged[kind] = self._clock(), 0
        self._log(f'refused: {kind}' + (f' ({more} more before)' if more else ''))
