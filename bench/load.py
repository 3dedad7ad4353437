"""What processes cost."""

import asyncio
import time
from collections.abc import Iterable

import psutil


async def cpu_percent(processes: Iterable[psutil.Process], seconds: float) -> float:
    """Return the processor time that processes take meanwhile, in percent of one core."""
    all_processes = list(processes)
    used_s = -sum(sum(process.cpu_times()[:2]) for process in all_processes)
    began = time.monotonic()
    await asyncio.sleep(seconds)
    used_s += sum(sum(process.cpu_times()[:2]) for process in all_processes)
    return 100 * used_s / (time.monotonic() - began)


def memory_mb(processes: Iterable[psutil.Process]) -> float:
    """Return the memory of processes [MB] by PSS: what they share counts once."""
    return float(sum(process.memory_full_info().pss for process in processes) / 2**20)
