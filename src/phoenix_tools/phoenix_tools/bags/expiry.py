"""The life of a recording: when it is to be deleted, and whether this toy may delete it."""

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

EXPIRES = 'phoenix.expires'  # custom metadata of a bag: ISO 8601
RECORDER = 'phoenix.recorder'  # likewise: who recorded it
MACHINE_ID = Path('/etc/machine-id')


def life(keep_days: float, now: datetime) -> dict[str, str]:
    """Return the metadata of a recording that begins now."""
    end = now + timedelta(days=keep_days)
    return {EXPIRES: end.isoformat(timespec='seconds'), RECORDER: recorder()}


def recorder() -> str:
    """Return a pseudonym of this user of this machine; empty where machines have no id."""
    try:
        machine = MACHINE_ID.read_text().strip()
    except OSError:
        return ''
    return hashlib.sha256(f'phoenix {machine} {os.getuid()}'.encode()).hexdigest()[:16]


def expires(custom: Mapping[str, str]) -> datetime | None:
    """Return when a bag expires; None: never, or it does not say so in a readable way."""
    try:
        end = datetime.fromisoformat(custom.get(EXPIRES, ''))
    except ValueError:
        return None
    return end if end.tzinfo else end.replace(tzinfo=timezone.utc)


def is_own(custom: Mapping[str, str]) -> bool:
    """Return whether this user of this machine recorded a bag; a stranger's is never deleted."""
    return bool(custom.get(RECORDER)) and custom[RECORDER] == recorder()
