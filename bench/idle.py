"""
Measures what a toy costs that nobody talks to: CPU and wakeups by process and thread, and memory.

The microphone is open (the simulated one hears silence). Also how long the start took, from the
first process until all was ready.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from whole_toy import WholeToy, whole_toy

SETTLE_S = 15.0  # the voice is warmed up and what is loaded late is loaded
LEAST_PERCENT = 0.05  # of a core: threads below are added up


@dataclass(frozen=True)
class Load:
    """What a thread has used since it began."""

    name: str
    cpu_s: float
    wakeups: int


def threads(pid: int) -> dict[int, Load]:
    """Return the threads of a process; what ends meanwhile is left out."""
    return {
        int(task.name): load
        for task in Path(f'/proc/{pid}/task').iterdir()
        if (load := _load(task)) is not None
    }


def _load(task: Path) -> Load | None:
    try:
        name = (task / 'comm').read_text().strip()
        running_ns = int((task / 'schedstat').read_text().split()[0])
        status = (task / 'status').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = dict(line.split(':\t', 1) for line in status.splitlines() if ':\t' in line)
    return Load(name, running_ns / 1e9, int(fields['voluntary_ctxt_switches']))


def lines(toy: WholeToy, before: dict[int, dict[int, Load]], seconds: float) -> Iterator[str]:
    """Yield the table: each process, and below it its threads."""
    sums = [0.0, 0.0, 0.0]
    for pid, (name, process) in toy.processes().items():
        used = [
            (load.name, 100 * (load.cpu_s - was.cpu_s) / seconds, load.wakeups - was.wakeups)
            for number, load in threads(pid).items()
            if (was := before.get(pid, {}).get(number))
        ]
        memory = process.memory_full_info().pss / 2**20
        cpu, wakeups = sum(one[1] for one in used), sum(one[2] for one in used) / seconds
        sums = [sums[0] + cpu, sums[1] + wakeups, sums[2] + memory]
        yield f'  {name:24} {cpu:6.2f} % {wakeups:7.0f}/s {memory:7.1f} MB'
        for thread, percent, switches in sorted(used, key=lambda one: -one[1]):
            if percent >= LEAST_PERCENT:
                yield f'      {thread:20} {percent:6.2f} % {switches / seconds:7.0f}/s'
    yield f'  {"all":24} {sums[0]:6.2f} % {sums[1]:7.0f}/s {sums[2]:7.1f} MB'


async def measure(layout: str, seconds: float, **arguments: str) -> None:
    """Print what one toy costs."""
    async with whole_toy(layout, **arguments) as toy:
        print(f'{layout}: ready after {toy.ready_s:.1f} s', flush=True)
        await asyncio.sleep(SETTLE_S)
        before = {pid: threads(pid) for pid in toy.processes()}
        begin_s = time.monotonic()
        await asyncio.sleep(seconds)
        print(*lines(toy, before, time.monotonic() - begin_s), sep='\n', flush=True)


def main() -> None:
    """Measure the layouts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n\n')[0].strip())
    parser.add_argument('--seconds', type=float, default=60.0)
    parser.add_argument('--layout', choices=('composed', 'processes'), action='append')
    parser.add_argument('--profile', help='the path of a settings file; default: sim')
    options = parser.parse_args()
    given = {'profile_file': str(Path(options.profile).resolve())} if options.profile else {}
    for layout in options.layout or ('composed', 'processes'):
        asyncio.run(measure(layout, options.seconds, **given))


if __name__ == '__main__':
    main()
