"""A recognizer on a Wyoming server, such as faster-whisper on a computer at home."""

import asyncio
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_home.wyoming.connection import Connection, WyomingError, connected
from phoenix_home.wyoming.settings import WyomingSettings

CHUNK_BYTES = 8192
MOST_BYTES = 200_000  # of an answer; a transcript has a thousand letters
LONGEST_TEXT = 1000  # characters, as in Transcript


class WyomingRecognizerSettings(WyomingSettings):
    """Settings of the recognizer."""

    limit_s: float = setting(4.0, 'Longest time for an answer, all in all [s].', gt=0, le=30)


class WyomingRecognizer:
    """
    Sends the sound of an utterance, and takes its words.

    :param language: a code like de.
    """

    about = 'hears what is said to the toy, and writes it down for it'

    def __init__(self, own: WyomingRecognizerSettings, language: str) -> None:
        import wyoming.asr  # noqa: F401  # so that a toy without it says so at its start

        self.neighbor = own.neighbor
        self._own = own
        self._language = language

    def recognize(self, samples: NDArray[np.int16], sample_rate: int) -> str:
        """
        Return what int16 mono samples say; '' when nothing. May be called from any thread.

        :raises WyomingError: the server does not answer in time, or not with words.
        """
        return asyncio.run(self._within_limit(samples.tobytes(), sample_rate))

    async def _within_limit(self, sound: bytes, sample_rate: int) -> str:
        own = self._own
        try:
            async with asyncio.timeout(own.limit_s):
                async with connected(own.host, own.port, MOST_BYTES) as connection:
                    return await self._ask(connection, sound, sample_rate)
        except TimeoutError:
            where = f'{own.host}:{own.port}'
            raise WyomingError(f'{where}: no words within {own.limit_s:g} s') from None

    async def _ask(self, connection: Connection, sound: bytes, sample_rate: int) -> str:
        from wyoming.asr import Transcribe, Transcript
        from wyoming.audio import AudioChunk, AudioStart, AudioStop

        form = {'rate': sample_rate, 'width': 2, 'channels': 1}
        await connection.send(
            Transcribe(name=self._own.name or None, language=self._language), AudioStart(**form)
        )
        for start in range(0, len(sound), CHUNK_BYTES):
            await connection.send(AudioChunk(audio=sound[start : start + CHUNK_BYTES], **form))
        await connection.send(AudioStop())
        async for event in connection.events():
            if Transcript.is_type(event.type):
                return _words(event.data.get('text'))
            if event.type == 'error':
                raise WyomingError('reports an error')
        raise WyomingError('breaks off without words')


def _words(text: Any) -> str:
    """
    Return the text of a transcript in one line.

    :raises WyomingError: it is none that a person says.
    """
    if not isinstance(text, str):
        raise WyomingError('sends words that are no text')
    words = ' '.join(text.split())
    if len(words) > LONGEST_TEXT or not words.isprintable():
        raise WyomingError('sends words that nobody says')
    return words


def _make(settings: NodeSettings, own: WyomingRecognizerSettings) -> WyomingRecognizer:
    return WyomingRecognizer(own, settings.language)


RECOGNIZER = Provider(
    _make, WyomingRecognizerSettings, needs=Needs(packages=('wyoming',), setting='host')
)
