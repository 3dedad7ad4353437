"""Synthesizes speech with the first voice that works, and caches short phrases."""

import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing

import numpy as np
import soxr

from phoenix_core.node.health import TellableError, describe
from phoenix_speech.sentences import SpeechRules, speakable_pieces
from phoenix_speech.voice.voice_provider import VoiceError, VoiceProvider

# Longer pieces are hardly ever said twice; they would push out the phrases that are.
_LONGEST_CACHED = 60  # characters
_RETRY_S = 10.0  # how long a voice is skipped after a failure


class SpeechSynthesizer:
    """
    Speaks with the first of several voices that works; not thread-safe, except close().

    :param voices: by name, the best first; each is made when first needed.
    :param rules: cut a text into pieces.
    :param sample_rate: samples per second of what synthesize() yields.
    :param cache_bytes: size of the cache of short phrases.
    :param on_failure: called with the name of a voice and why it failed.
    :param may_use: whether a voice may be used now.
    """

    def __init__(
        self,
        voices: Mapping[str, Callable[[], VoiceProvider]],
        rules: SpeechRules,
        *,
        on_failure: Callable[[str, Exception], None],
        may_use: Callable[[object], bool] = lambda voice: True,
        sample_rate: int = 16000,
        cache_bytes: int = 4_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not voices:
            raise ValueError('voices: at least one is needed')
        self._factories = dict(voices)
        self._rules = rules
        self._on_failure = on_failure
        self._may_use = may_use
        self._sample_rate = sample_rate
        self._cache_bytes = cache_bytes
        self._clock = clock
        self._voices: dict[str, VoiceProvider] = {}
        self._retry_at: dict[str, float] = {}
        self._cache: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._cached_bytes = 0
        self._closed = False
        self.last_voice = ''  # the name of the voice that spoke last

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """
        Yield int16 mono chunks, the first as early as possible; closing the generator cancels.

        A text without a letter or digit has no sound.

        :raises VoiceError: no voice works, one broke off in the middle of a sentence, or the
            synthesizer was closed.
        """
        for piece in speakable_pieces(text, self._rules):
            yield from self._speak(piece)

    def warm(self, phrases: Iterable[str]) -> None:
        """
        Synthesize phrases in advance, so that they start at once later.

        :raises VoiceError: no voice works.
        """
        for phrase in phrases:
            for _ in self.synthesize(phrase):
                pass

    def close(self) -> None:
        """Close the voices for good, from any thread; speech in progress breaks off."""
        self._closed = True
        for voice in self._voices.copy().values():
            voice.close()

    def _speak(self, text: str) -> Generator[np.ndarray, None, None]:
        problems = []
        for name in self._factories:
            if (sound := self._cache.get((name, text))) is not None:
                self._cache.move_to_end((name, text))
                self.last_voice = name
                yield sound
                return
            if self._clock() < self._retry_at.get(name, 0.0):
                problems.append(f'{name}: failed a moment ago')
                continue
            chunks: list[np.ndarray] = []
            try:
                for chunk in self._resampled(name, text):
                    self.last_voice = name
                    chunks.append(chunk)
                    yield chunk
                if not chunks:
                    raise VoiceError('made no sound')
            except Exception as error:  # a voice of another package may raise anything
                if self._closed:
                    raise VoiceError('closed') from error
                if not isinstance(
                    error, VoiceError | ImportError | TellableError
                ):  # may hold the text to speak
                    error = VoiceError(describe(error))
                self._retry_at[name] = self._clock() + _RETRY_S
                self._on_failure(name, error)
                if chunks:
                    raise VoiceError(f'{name} broke off: {error}') from error
                problems.append(f'{name}: {error}')
            else:
                self._keep(name, text, chunks)
                return
        raise VoiceError(f'no voice works: {"; ".join(problems)}')

    def _resampled(self, name: str, text: str) -> Generator[np.ndarray, None, None]:
        if name not in self._voices:
            self._voices[name] = self._factories[name]()
        voice = self._voices[name]
        if self._closed:  # perhaps while this voice was made
            voice.close()
            raise VoiceError('closed')
        if not self._may_use(voice):
            raise VoiceError('a parent does not allow it')
        resampler = soxr.ResampleStream(voice.sample_rate, self._sample_rate, 1, dtype='int16')
        with closing(voice.synthesize(text)) as sound:
            for chunk in sound:
                if len(resampled := resampler.resample_chunk(chunk)):
                    yield resampled
        # The resampler still holds the last milliseconds.
        if len(rest := resampler.resample_chunk(np.zeros(0, np.int16), last=True)):
            yield rest

    def _keep(self, name: str, text: str, chunks: list[np.ndarray]) -> None:
        if len(text) > _LONGEST_CACHED:
            return
        sound = np.concatenate(chunks)
        sound.setflags(write=False)  # it is returned again and again
        self._cache[name, text] = sound
        self._cached_bytes += sound.nbytes
        while self._cached_bytes > self._cache_bytes:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= oldest.nbytes
