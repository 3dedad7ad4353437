"""Reads a program's output with a time limit."""

import os
import select
import time
from typing import IO


class TimedPipe:
    """Reads a pipe with a time limit, so that a program that hangs is detected."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._fd = pipe.fileno()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self.timeout_s = 0.0

    def read(self, size: int) -> bytes:
        """
        Read size bytes; fewer only at the end of the stream.

        :raises TimeoutError: they did not arrive within timeout_s.
        """
        end = time.monotonic() + self.timeout_s
        data = bytearray()
        while len(data) < size:
            if not self._poll.poll(max(0.0, end - time.monotonic()) * 1000):
                raise TimeoutError(f'no answer within {self.timeout_s:g} s')
            piece = os.read(self._fd, size - len(data))
            if not piece:
                break
            data += piece
        return bytes(data)
