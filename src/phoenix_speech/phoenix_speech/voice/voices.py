"""What turns text into sound: the protocol, and two voices that are Debian programs."""

import os
import select
import shutil
import subprocess
import time
import wave
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from typing import IO, Protocol

import numpy as np

_CHUNK_FRAMES = 4096


class VoiceError(RuntimeError):
    """A voice cannot speak; says why."""


class Voice(Protocol):
    """Speaks one text at a time; call it from one thread."""

    @property
    def sample_rate(self) -> int:
        """Samples per second of what it makes."""
        ...

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """
        Yield int16 mono chunks as they are made; closing the generator cancels the rest.

        :raises VoiceError: it cannot, or does not within its time limit.
        """
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class TimedPipe:
    """Reads a pipe with a time limit, so that a program that hangs is noticed."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._fd = pipe.fileno()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self.timeout_s = 0.0

    def read(self, size: int) -> bytes:
        """
        Read size bytes; fewer only at the end of the stream.

        :raises TimeoutError: they did not come within timeout_s.
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


class _ProgramVoice:
    """A program that is given a text and writes a WAV file to its standard output."""

    def __init__(
        self, command: Sequence[str], timeout_s: float, *, text_as_argument: bool
    ) -> None:
        program = command[0]
        if shutil.which(program) is None:
            raise VoiceError(f'{program} is not installed; try: apt-get install {program}')
        self._command = command
        self._timeout_s = timeout_s
        self._text_as_argument = text_as_argument
        self.sample_rate = 0
        # The rate depends on the chosen voice, and a voice that does not exist shows here.
        with closing(self.synthesize('a')) as sound:
            next(sound)

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """Yield int16 mono chunks as they are made; see Voice."""
        program = self._command[0]
        with self._start(text) as process:
            try:
                assert process.stdout is not None and process.stderr is not None
                pipe = TimedPipe(process.stdout)
                pipe.timeout_s = self._timeout_s
                # It only reads. No header at all is an EOFError: the exit code tells why.
                with suppress(EOFError), wave.open(pipe) as wav:  # type: ignore[call-overload]
                    self.sample_rate = wav.getframerate()
                    while data := wav.readframes(_CHUNK_FRAMES):
                        yield np.frombuffer(data, '<i2')
                if process.wait(self._timeout_s):
                    reason = process.stderr.read().decode(errors='replace').strip()
                    raise VoiceError(f'{program} ended with {process.returncode}: {reason}')
            except (TimeoutError, subprocess.TimeoutExpired, wave.Error) as error:
                raise VoiceError(f'{program}: {error}') from error
            finally:
                process.kill()

    def _start(self, text: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        command = [*self._command, text] if self._text_as_argument else self._command
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
        assert process.stdin is not None
        with (
            suppress(BrokenPipeError),
            process.stdin as stdin,
        ):  # the exit code tells why
            if not self._text_as_argument:
                stdin.write(text.encode())
        return process

    def close(self) -> None:
        """Hold nothing between texts."""


class EspeakVoice(_ProgramVoice):
    """
    The voice of espeak-ng: robotic, but quick, and there for many languages.

    :param voice: one of `espeak-ng --voices`.
    :param timeout_s: longest silence of the program.
    :raises VoiceError: not installed, or no such voice.
    """

    def __init__(
        self, *, voice: str = 'en-us', words_per_minute: int = 150, timeout_s: float = 5.0
    ) -> None:
        speed = str(words_per_minute)
        options = ['-b', '1', '-v', voice, '-s', speed, '--stdin', '--stdout']
        super().__init__(['espeak-ng', *options], timeout_s, text_as_argument=False)


class FliteVoice(_ProgramVoice):
    """
    The voice of flite: English only.

    :param timeout_s: longest silence of the program.
    :raises VoiceError: not installed.
    """

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        # By argument: flite 2.2 makes no sound, or hangs, when it reads a text from a pipe.
        command = ['flite', '-voice', 'slt', '-o', '/dev/stdout', '-t']
        super().__init__(command, timeout_s, text_as_argument=True)
