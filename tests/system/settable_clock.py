"""A system time of a toy's processes that a test or the chaos harness sets."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND


class SystemTime:
    """
    The system time of the processes of a toy; their steady time is the real one.

    :param folder: for the library that the processes load, and the file that holds the time.
    :raises FileNotFoundError: there is no C compiler.
    """

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which('cc')
        if compiler is None:
            raise FileNotFoundError('needs a C compiler, as Phoenix does')
        library, file = folder / 'settable_clock.so', folder / 'off_ns'
        source = Path(__file__).with_name('settable_clock.c')
        command = [compiler, '-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']
        subprocess.run(command, check=True)
        file.write_bytes(bytes(8))
        self._file = file.open('r+b')
        self._off_ns = mmap.mmap(self._file.fileno(), 8)
        self.environ = {'LD_PRELOAD': str(library), 'SETTABLE_CLOCK': str(file)}

    def set(self, off_s: float) -> None:
        """Set it so many seconds off."""
        self._off_ns[:] = struct.pack('q', round(off_s * NANOSECONDS_PER_SECOND))
