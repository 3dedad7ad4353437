"""Writing so that a power cut leaves the old or the new, and never half of it."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, text: str) -> None:
    """Write a file; when this returns, it survives a loss of power."""
    new = path.with_name(f'{path.name}.new')
    with new.open('w') as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def link(path: Path, target: str) -> None:
    """Make a link, or point one to something else, in one step."""
    new = path.with_name(f'{path.name}.new')
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)
    sync_folder(path.parent)
