"""The machine: clock, disk, memory, temperature."""

import ctypes
import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from phoenix_tools.doctor.finding import Finding, fault, ok, warning

WRITTEN = datetime(2026, 1, 1, tzinfo=timezone.utc)  # a clock before that was never set
MEBIBYTE = 2**20
# The whole toy, composed, takes 630 MB; see bench/. Without swap, what is missing kills it.
MEMORY_NEEDED, MEMORY_COMFORTABLE = 650 * MEBIBYTE, 1000 * MEBIBYTE
DISK_NEEDED, DISK_COMFORTABLE = 20 * MEBIBYTE, 500 * MEBIBYTE  # state and logs
SHARED_NEEDED, SHARED_COMFORTABLE = 4096, 16 * MEBIBYTE  # else DDS goes over the network stack
HOT_C, TOO_HOT_C = 70.0, 80.0  # a Pi slows down at 80
_UNSYNCHRONIZED = 0x40  # STA_UNSYNC of adjtimex
_TIMEX_STATUS = 5  # place of the status among the longs of struct timex


def clock(now: datetime, synchronized: bool | None) -> Finding:
    """Check the time of day, which timers, quiet hours and limits go by."""
    text = f'{now:%Y-%m-%d %H:%M %Z}'
    remedy = 'timedatectl set-ntp true, or set it: date -s "YYYY-MM-DD HH:MM"'
    if now < WRITTEN:
        return fault('clock', f'{text} cannot be: quiet hours and timers would be wrong', remedy)
    if synchronized is False:
        return warning('clock', f'{text}, not synchronized with any other', remedy)
    return ok('clock', f'{text}{", synchronized" if synchronized else ""}')


def is_synchronized() -> bool | None:
    """Return whether the kernel's clock is; None where it does not tell."""
    timex = (ctypes.c_long * 64)()  # more than the structure has; zeros only ask
    state = ctypes.CDLL(None, use_errno=True).adjtimex(timex)
    status = ctypes.cast(timex, ctypes.POINTER(ctypes.c_int))[
        _TIMEX_STATUS * ctypes.sizeof(ctypes.c_long) // ctypes.sizeof(ctypes.c_int)
    ]
    return None if state < 0 else not status & _UNSYNCHRONIZED


def disk(folders: dict[str, Path]) -> Iterator[Finding]:
    """Check the room where the toy writes; folders by what is written there."""
    for what, folder in folders.items():
        there = next(one for one in (folder, *folder.parents) if one.exists())
        free = shutil.disk_usage(there).free
        text = f'{free // MEBIBYTE} MB free for {what} in {folder}'
        remedy = f'make room: du -x -h -d 2 {there} | sort -h | tail'
        yield _enough('disk', text, remedy, free, DISK_NEEDED, DISK_COMFORTABLE)


def memory(meminfo: Path = Path('/proc/meminfo'), shm: Path = Path('/dev/shm')) -> list[Finding]:
    """Check main memory, and the shared memory that DDS passes messages in."""
    lines = (line.split() for line in meminfo.read_text().splitlines())
    kilobytes = {fields[0].rstrip(':'): int(fields[1]) for fields in lines}
    free = kilobytes['MemAvailable'] * 1024
    text = f'{free // MEBIBYTE} MB of {kilobytes["MemTotal"] // 1024} MB available'
    remedy = 'end other programs (ps -e --sort=-rss -o rss,args | head), or choose smaller models'
    findings = [_enough('memory', text, remedy, free, MEMORY_NEEDED, MEMORY_COMFORTABLE)]
    try:
        shared = shutil.disk_usage(shm).free
    except OSError:
        return [
            *findings,
            warning('memory', f'{shm}: there is none', f'mount -t tmpfs tmpfs {shm}'),
        ]
    text = f'{shared // MEBIBYTE} MB of shared memory free in {shm}'
    remedy = f'see what fills it: ls -lS {shm}; of ended toys: rm {shm}/fastrtps_*'
    return [*findings, _enough('memory', text, remedy, shared, SHARED_NEEDED, SHARED_COMFORTABLE)]


def temperature(zones: Path = Path('/sys/class/thermal')) -> Iterator[Finding]:
    """Check the temperature of the processor, where the machine tells it."""
    told = [float(zone.read_text()) / 1000 for zone in zones.glob('thermal_zone*/temp')]
    if told:
        text = f'{max(told):.0f} °C'
        remedy = 'let air to the processor, or give it a heat sink'
        if max(told) >= TOO_HOT_C:
            yield fault('temperature', text, remedy)
        elif max(told) >= HOT_C:
            yield warning('temperature', text, remedy)
        else:
            yield ok('temperature', text)


def _enough(
    subject: str, text: str, remedy: str, there: int, needed: int, comfortable: int
) -> Finding:
    if there < needed:
        return fault(subject, text, remedy)
    return warning(subject, text, remedy) if there < comfortable else ok(subject, text)
