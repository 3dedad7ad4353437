"""How much of the processor and of memory the toy's processes use, as Linux tells it."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

TICKS_PER_S = os.sysconf('SC_CLK_TCK')
PAGE_BYTES = os.sysconf('SC_PAGE_SIZE')


class Processes:
    """
    The processes of this machine.

    :param root: of the files that describe them.
    :param clock: monotonic time [s].
    """

    def __init__(
        self, root: Path = Path('/proc'), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._root = root
        self._clock = clock
        self._before: dict[int, tuple[float, float]] = {}  # when, and processor time until then

    def use(self, numbers: Iterable[int]) -> dict[int, dict[str, float]]:
        """Return of each process that runs: cpu, a share of a core since the last time; bytes."""
        found, now, now_s = {}, {}, self._clock()
        for number in numbers:
            try:
                state = (self._root / str(number) / 'stat').read_text()
                memory = (self._root / str(number) / 'statm').read_text()
            except OSError:  # it has ended
                continue
            times = state.rpartition(')')[2].split()[11:13]
            spent_s = sum(map(int, times)) / TICKS_PER_S
            at, before_s = self._before.get(number, (now_s, spent_s))
            now[number] = (now_s, spent_s)
            passed = now_s - at
            found[number] = {
                'cpu': round((spent_s - before_s) / passed, 3) if passed > 0 else 0.0,
                'bytes': int(memory.split()[1]) * PAGE_BYTES,
            }
        self._before = now
        return found
