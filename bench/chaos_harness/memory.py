"""Measures the memory of a toy."""

import contextlib

import psutil
from fragile_toy import FragileToy


def memory_mb(toy: FragileToy) -> float:
    """Return the memory of all processes; pages that they share count once."""
    total = 0
    for _, pid in toy.runner.running:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                total += process.memory_full_info().pss
    return total / 2**20
