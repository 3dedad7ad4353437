"""Replaces a small file as a whole: after a power cut it holds the old text or the new one."""

import os
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """
    Make a file hold a text; only its owner may read it.

    :raises OSError: it cannot be written, and holds what it held.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f'{path.name}.new')
    new.unlink(missing_ok=True)  # of a writer that was killed
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, 'w') as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # otherwise the name may still mean the old file
    finally:
        os.close(folder)
