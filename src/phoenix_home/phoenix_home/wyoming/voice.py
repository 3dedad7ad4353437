"""A voice on a Wyoming server, such as Piper or Kokoro on a computer at home."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_home.wyoming.connection import WyomingError, connected
from phoenix_home.wyoming.settings import WyomingSettings

Sound = NDArray[np.int16]
MOST_BYTES = 20_000_000  # of the sound of one sentence: a flood ends here
RATES = range(8000, 48001)
LONGEST_S = 3.0  # of the sound of a text, beside so much for each of its characters
PER_CHARACTER_S = 0.3


class WyomingVoiceSettings(WyomingSettings):
    """Settings of the voice."""

    port: int = setting(10200, 'Port of the server.', ge=1, le=65535)
    limit_s: float = setting(
        3.0, 'Longest time for the first sound, and between two pieces of it [s].', gt=0, le=30
    )


class WyomingVoice:
    """
    Sends a sentence, and takes its sound as it is made.

    :param language: a code like de.
    """

    sample_rate = 22050  # of what it yields, whatever the server sends
    about = 'gets what the toy says, and speaks it for it'

    def __init__(self, own: WyomingVoiceSettings, language: str) -> None:
        import wyoming.tts  # noqa: F401  # so that a toy without it says so at its start

        self.neighbor = own.neighbor
        self._own = own
        self._language = language

    def synthesize(self, text: str) -> Generator[Sound, None, None]:
        """
        Yield int16 mono chunks as they come; closing the generator ends the connection.

        :raises WyomingError: the server does not go on in time, or not with sound.
        """
        chunks = self._chunks(text)
        with asyncio.Runner() as runner:
            try:
                while (chunk := runner.run(self._next(chunks))) is not None:
                    yield chunk
            finally:
                runner.run(chunks.aclose())

    def close(self) -> None:
        """Hold nothing between texts."""

    async def _next(self, chunks: AsyncGenerator[Sound, None]) -> Sound | None:
        own = self._own
        try:
            async with asyncio.timeout(own.limit_s):
                return await anext(chunks, None)
        except TimeoutError:
            where = f'{own.host}:{own.port}'
            raise WyomingError(f'{where}: no sound within {own.limit_s:g} s') from None

    async def _chunks(self, text: str) -> AsyncGenerator[Sound, None]:
        from wyoming.audio import AudioChunk, AudioStart, AudioStop
        from wyoming.tts import Synthesize, SynthesizeVoice

        own = self._own
        name, language = own.name or None, None if own.name else self._language
        async with connected(own.host, own.port, MOST_BYTES) as connection:
            await connection.send(
                Synthesize(text=text, voice=SynthesizeVoice(name=name, language=language))
            )
            form: _Form | None = None
            left = round((LONGEST_S + PER_CHARACTER_S * len(text)) * self.sample_rate)
            async for event in connection.events():
                if AudioStart.is_type(event.type):
                    form = _Form.of(event.data, self.sample_rate)
                elif AudioChunk.is_type(event.type):
                    form = form or _Form.of(event.data, self.sample_rate)
                    sound = form.sound(event.payload or b'')
                    left -= len(sound)
                    if left < 0:
                        raise WyomingError('says more than it was given')
                    if len(sound):
                        yield sound
                elif AudioStop.is_type(event.type):
                    if form is not None and len(rest := form.rest()):
                        yield rest
                    return
                elif event.type == 'error':
                    raise WyomingError('reports an error')
            raise WyomingError('breaks off in the middle')


class _Form:
    """The form of a server's sound, and its conversion."""

    def __init__(self, rate: int, channels: int, sample_rate: int) -> None:
        self._channels = channels
        self._resampler = soxr.ResampleStream(rate, sample_rate, 1, dtype='int16')

    @classmethod
    def of(cls, data: dict[str, Any], sample_rate: int) -> '_Form':
        """
        Read the form that an event tells.

        :raises WyomingError: it is none that the toy plays.
        """
        rate, width, channels = data.get('rate'), data.get('width'), data.get('channels')
        if not isinstance(rate, int) or rate not in RATES or width != 2 or channels not in (1, 2):
            raise WyomingError('sends sound of another form than 16 bit, 8 to 48 kHz')
        return cls(rate, int(channels), sample_rate)

    def sound(self, payload: bytes) -> Sound:
        """
        Convert a piece.

        :raises WyomingError: it holds no whole samples.
        """
        if len(payload) % (2 * self._channels):
            raise WyomingError('sends parts of samples')
        samples = np.frombuffer(payload, '<i2').reshape(-1, self._channels)
        mono = samples[:, 0] if self._channels == 1 else samples.mean(axis=1).astype(np.int16)
        return self._resampled(np.ascontiguousarray(mono), last=False)

    def rest(self) -> Sound:
        """Return what the resampler still holds."""
        return self._resampled(np.zeros(0, np.int16), last=True)

    def _resampled(self, mono: Sound, *, last: bool) -> Sound:
        converted: Sound = self._resampler.resample_chunk(mono, last=last)
        return converted


def _make(settings: NodeSettings, own: WyomingVoiceSettings) -> WyomingVoice:
    return WyomingVoice(own, settings.language)


VOICE = Provider(_make, WyomingVoiceSettings, needs=Needs(packages=('wyoming',), setting='host'))
