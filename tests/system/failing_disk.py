"""A disk whose power fails: what the kernel had not written yet is gone."""

import fcntl
import os
import struct
import subprocess
import time
from pathlib import Path
from shutil import disk_usage, which

SHUTDOWN = 0x8004587D  # an ioctl of ext4 and others: nothing more is written
WITHOUT_JOURNAL = struct.pack('I', 2)  # not even what the journal still holds in memory
BUSY_S = 10.0
HELD_S = 60.0  # a test beside this one may take as long


class Disk:
    """A disk of its own, from which the power can be taken."""

    def __init__(self, image: Path, folder: Path, size_mb: int) -> None:
        self._image = image
        self.folder = folder
        with image.open('wb') as file:
            file.truncate(size_mb * 2**20)
        subprocess.run(['mkfs.ext4', '-q', '-m', '0', image], check=True)
        folder.mkdir()
        self.mount()

    @staticmethod
    def cannot() -> str:
        """Return why there can be none; empty if there can."""
        able = os.geteuid() == 0 and Path('/dev/loop-control').exists() and which('mkfs.ext4')
        return '' if able else 'needs root, loop devices and mkfs.ext4'

    def mount(self) -> None:
        subprocess.run(['mount', '-o', 'loop', self._image, self.folder], check=True)

    def cut(self) -> None:
        """Lose what the kernel has not written yet."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        fcntl.ioctl(descriptor, SHUTDOWN, WITHOUT_JOURNAL)
        os.close(descriptor)

    def unmount(self) -> None:
        """Unmount it as soon as those that were killed have let go of it."""
        end = time.monotonic() + BUSY_S
        command = ['umount', self.folder]
        while subprocess.run(command, capture_output=True, check=False).returncode:
            assert time.monotonic() < end
        # A mount namespace that was made meanwhile has it still, as it is without power.
        end = time.monotonic() + HELD_S
        held = ['losetup', '--associated', self._image]
        while subprocess.run(held, capture_output=True, check=True).stdout:
            assert time.monotonic() < end, 'it is mounted in another namespace'
            time.sleep(0.1)

    def remount(self) -> None:
        """Have the power again."""
        self.unmount()
        self.mount()

    def fill(self) -> Path:
        """Fill all the room that there is; return the file that does."""
        path = self.folder / 'ballast'
        with path.open('wb') as file:
            os.posix_fallocate(file.fileno(), 0, disk_usage(self.folder).free - 2**20)
        return path
