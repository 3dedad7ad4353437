"""How much of the processor and of memory the toy's processes use."""

from collections.abc import Iterable

import psutil


class Processes:
    """The processes that were looked at last: a share of the processor is that since then."""

    def __init__(self) -> None:
        self._known: dict[int, psutil.Process] = {}

    def use(self, numbers: Iterable[int]) -> dict[int, dict[str, float]]:
        """Return of each process that runs: cpu, a share of a core since the last time; bytes."""
        found, known = {}, {}
        for number in numbers:
            try:
                process = self._known.get(number) or psutil.Process(number)
                share, memory = process.cpu_percent() / 100, process.memory_info().rss
            except psutil.Error:  # it has ended
                continue
            known[number] = process
            found[number] = {'cpu': round(share, 3), 'bytes': memory}
        self._known = known
        return found
