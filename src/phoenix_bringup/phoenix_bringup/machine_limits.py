"""What a toy needs of the machine, and what this process may have: said before it is too late."""

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

MB = 2**20
ENOUGH_TO_TRY = 0.75  # of what is needed: slow, maybe without all of it, but up
CGROUPS = Path('/sys/fs/cgroup')


class MachineLimitError(Exception):
    """The toy cannot run here; one line with what it needs and what there is."""


@dataclass(frozen=True)
class Needs:
    """What a layout takes, measured with all its models loaded."""

    memory_mb: int
    address_space_mb: int  # of its largest process
    tasks: int  # processes and threads


NEEDS = {'composed': Needs(650, 2100, 110), 'processes': Needs(1300, 1700, 330)}


class Limit(NamedTuple):
    """A limit of this process: by which name, and how much."""

    name: str
    value: int


def check(layout: str, limits: 'MachineLimits | None' = None) -> str:
    """
    Return in one line what is scarce for a layout; empty if nothing is.

    :raises MachineLimitError: it is so scarce that the toy would only die and start again.
    """
    limits = limits or MachineLimits()
    needs = NEEDS[layout]
    scarce, hopeless = [], False
    for what, needed, unit, found in (
        ('memory', needs.memory_mb * MB, MB, limits.memory()),
        ('address space', needs.address_space_mb * MB, MB, limits.address_space()),
        ('processes and threads', needs.tasks, 1, limits.tasks()),
    ):
        least = min(found, key=lambda limit: limit.value, default=None)
        if least is not None and least.value < needed:
            mb = ' MB' if unit == MB else ''
            scarce.append(
                f'{needed // unit}{mb} of {what}, there are {least.value // unit}{mb} '
                f'({least.name})'
            )
            hopeless |= least.value < ENOUGH_TO_TRY * needed
    text = f'layout {layout} needs {"; ".join(scarce)}' if scarce else ''
    if hopeless:
        raise MachineLimitError(text)
    return text


class MachineLimits:
    """
    The limits of this process.

    :param cgroups: where the control groups are mounted, of version 1 or 2.
    :param own: which of them this process is in, as /proc/self/cgroup.
    """

    def __init__(self, cgroups: Path = CGROUPS, own: Path = Path('/proc/self/cgroup')) -> None:
        self._cgroups = cgroups
        self._own = own

    def memory(self) -> Iterator[Limit]:
        """Yield the limits of memory in bytes."""
        yield from self._of_group('memory', ('memory.max', 'memory.limit_in_bytes'))

    def address_space(self) -> Iterator[Limit]:
        """Yield the limit of each process's addresses in bytes."""
        yield from _of_process('ulimit -v', resource.RLIMIT_AS)

    def tasks(self) -> Iterator[Limit]:
        """Yield the limits of processes and threads."""
        yield from self._of_group('pids', ('pids.max',))
        if os.geteuid() != 0:  # whom it does not bind
            yield from _of_process('ulimit -u', resource.RLIMIT_NPROC)

    def _of_group(self, controller: str, names: tuple[str, ...]) -> Iterator[Limit]:
        for folder in self._groups(controller):
            for name in names:
                try:
                    text = (folder / name).read_text().strip()
                except OSError:
                    continue
                if text.isdecimal():  # not 'max'
                    yield Limit(f'{folder}/{name}', int(text))

    def _groups(self, controller: str) -> Iterator[Path]:
        """Yield the folders of the own group of a controller, and of those above it."""
        try:
            lines = self._own.read_text().splitlines()
        except OSError:
            return
        for line in lines:
            _, names, path = line.split(':', 2)
            if names and controller not in names.split(','):
                continue
            root = self._cgroups / controller if names else self._cgroups
            own = root / path.lstrip('/')
            yield own
            yield from (above for above in own.parents if above.is_relative_to(root))


def _of_process(name: str, which: int) -> Iterator[Limit]:
    soft, _ = resource.getrlimit(which)
    if soft != resource.RLIM_INFINITY:
        yield Limit(name, soft)
