"""A voice that is a program: a text in, a WAV file out."""

import shutil
import subprocess
import wave
from collections.abc import Generator, Sequence
from contextlib import closing, suppress

import numpy as np

from phoenix_speech.voice.timed_pipe import TimedPipe
from phoenix_speech.voice.voice_provider import VoiceError

_CHUNK_FRAMES = 4096


class ProgramVoice:
    """
    Runs a program for each text, which writes a WAV file to its standard output.

    :param timeout_s: longest silence of the program.
    :param text_as_argument: the text is the last argument; otherwise it is the standard input.
    :raises VoiceError: the program is not installed, or has no such voice.
    """

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
        # The rate depends on the chosen voice, and a voice that does not exist is detected here.
        with closing(self.synthesize('a')) as sound:
            next(sound)

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """Yield int16 mono chunks as they are made; see VoiceProvider."""
        program = self._command[0]
        with self._start(text) as process:
            try:
                assert process.stdout is not None and process.stderr is not None
                pipe = TimedPipe(process.stdout)
                pipe.timeout_s = self._timeout_s
                # wave only calls read(). No header at all is an EOFError: the exit code tells why.
                with suppress(EOFError), wave.open(pipe) as wav:  # type: ignore[call-overload]
                    self.sample_rate = wav.getframerate()
                    while data := wav.readframes(_CHUNK_FRAMES):
                        yield np.frombuffer(data, '<i2')
                if process.wait(self._timeout_s):
                    reason = process.stderr.read().decode(errors='replace').strip()
                    reason = reason.replace(text, '...')  # it may repeat what it was to speak
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
        # The exit code tells why a program does not read.
        with suppress(BrokenPipeError), process.stdin as stdin:
            if not self._text_as_argument:
                stdin.write(text.encode())
        return process

    def close(self) -> None:
        """Do nothing: no program runs between texts."""
