"""A recognizer and a voice for clients of Wyoming, such as Home Assistant; one job at a time."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from phoenix_home.wyoming.connection import LONGEST_LINE, Connection, WyomingError

if TYPE_CHECKING:
    from wyoming.event import Event
    from wyoming.info import Info

Sound = NDArray[np.int16]
MOST_CLIENTS = 4
MOST_BYTES = 10_000_000  # of one connection
LONGEST_S = 60.0  # of the sound of an utterance
LONGEST_TEXT = 2000  # characters
IDLE_S = 30.0  # a client that asks nothing for so long is sent away
RATES = range(8000, 48001)


class Recognizer(Protocol):
    """Writes down what was said."""

    def recognize(self, samples: Sound, sample_rate: int) -> str:
        """Return what int16 mono samples say."""
        ...


class Voice(Protocol):
    """Speaks."""

    @property
    def sample_rate(self) -> int:
        """Sample rate of its sound [Hz]."""
        ...

    def synthesize(self, text: str) -> Generator[Sound, None, None]:
        """Yield int16 mono chunks."""
        ...


class ServedSpeech:
    """
    Answers clients until it is closed.

    :param recognizer: takes 16 kHz.
    :param language: of both, a code like de.
    """

    def __init__(self, recognizer: Recognizer, voice: Voice, language: str) -> None:
        self._recognizer = recognizer
        self._voice = voice
        self._language = language
        self._work = ThreadPoolExecutor(1, thread_name_prefix='wyoming')
        self._clients = 0

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Open the port; 0: any free one."""
        return await asyncio.start_server(self._connected, host, port, limit=LONGEST_LINE)

    def close(self) -> None:
        """Drop the work that waits."""
        self._work.shutdown(wait=False, cancel_futures=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._clients >= MOST_CLIENTS:
            writer.transport.abort()
            return
        self._clients += 1
        try:
            with suppress(WyomingError, OSError, TimeoutError, asyncio.IncompleteReadError):
                await self._answer(Connection(reader, writer, MOST_BYTES))
        finally:
            self._clients -= 1
            writer.transport.abort()

    async def _answer(self, connection: Connection) -> None:
        """
        Answer a client until it has no more to ask.

        :raises WyomingError: it asks for something impossible.
        """
        from wyoming.asr import Transcript
        from wyoming.audio import AudioChunk, AudioStart, AudioStop
        from wyoming.info import Describe
        from wyoming.ping import Ping, Pong
        from wyoming.tts import Synthesize

        heard = _Heard()
        events = connection.events()
        while (event := await asyncio.wait_for(anext(events, None), IDLE_S)) is not None:
            if Describe.is_type(event.type):
                await connection.send(self._info())
            elif Ping.is_type(event.type):
                await connection.send(Pong())
            elif AudioStart.is_type(event.type):
                heard = _Heard()
            elif AudioChunk.is_type(event.type):
                heard.take(event)
            elif AudioStop.is_type(event.type):
                text = await self._run(self._recognizer.recognize, heard.samples(), heard.rate)
                await connection.send(Transcript(text=text, language=self._language))
                heard = _Heard()
            elif Synthesize.is_type(event.type):
                await self._speak(connection, event.data.get('text'))

    async def _speak(self, connection: Connection, text: Any) -> None:
        from wyoming.audio import AudioChunk, AudioStart, AudioStop

        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise WyomingError('has no text to be spoken')
        form = {'rate': self._voice.sample_rate, 'width': 2, 'channels': 1}
        await connection.send(AudioStart(**form))
        if text.strip():
            with closing(self._voice.synthesize(text)) as sound:
                while (chunk := await self._run(next, sound, None)) is not None:
                    await connection.send(AudioChunk(audio=chunk.tobytes(), **form))
        await connection.send(AudioStop())

    async def _run(self, function: Any, *arguments: Any) -> Any:
        """
        Run a function that takes its time, after those before it.

        :raises WyomingError: it fails; the text is without what was said.
        """
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._work, function, *arguments)
        except Exception as error:  # of any engine
            raise WyomingError(type(error).__name__) from error

    def _info(self) -> 'Info':
        from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

        common: dict[str, Any] = {
            'name': 'phoenix',
            'attribution': Attribution(name='Phoenix', url=''),
            'installed': True,
            'description': 'Phoenix',
            'version': None,
        }
        languages = [self._language]
        return Info(
            asr=[AsrProgram(**common, models=[AsrModel(**common, languages=languages)])],
            tts=[TtsProgram(**common, voices=[TtsVoice(**common, languages=languages)])],
        )


class _Heard:
    """The sound of an utterance, as it comes."""

    def __init__(self) -> None:
        self.rate = 16000
        self._chunks: list[Sound] = []
        self._count = 0

    def take(self, event: 'Event') -> None:
        """
        Add a piece.

        :raises WyomingError: it has another form, or it is too long.
        """
        data, payload = event.data, event.payload or b''
        rate = data.get('rate')
        if not isinstance(rate, int) or rate not in RATES or len(payload) % 2:
            raise WyomingError('sends sound of another form')
        if data.get('width') != 2 or data.get('channels') != 1:
            raise WyomingError('sends sound of another form')
        self.rate = rate
        self._chunks.append(np.frombuffer(payload, '<i2'))
        self._count += len(self._chunks[-1])
        if self._count > LONGEST_S * rate:
            raise WyomingError('sends more than a minute')

    def samples(self) -> Sound:
        """Return all of it at 16 kHz."""
        import soxr

        if not self._chunks:
            return np.zeros(0, np.int16)
        sound = np.concatenate(self._chunks)
        if self.rate != 16000:
            sound = soxr.resample(sound, self.rate, 16000)
            self.rate = 16000
        return sound
