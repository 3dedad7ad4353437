"""
Measures whether the end of a call is taken for the request.

Calls in many voices, normal and loud, at the pitch of adults and of children, go the way of the
toy: the wake word engine says when the phrase was heard, the endpointer listens from there, and
the recognizer hears what that cut out. After a call alone nothing must be heard; how many requests
are heard word for word, at once and after a pause, tells whether too much is left out. Exit 1 if a
call alone was taken for a request.
"""

import argparse
import itertools
from collections import Counter
from collections.abc import Iterator

import numpy as np
from wake_word import (
    FLITE,
    FRAME,
    LOUDEST,
    ROBOTS,
    SyntheticVoice,
    in_noise,
    natural_voices,
    spoken,
)

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.endpointer import Endpointer, SpeechEnded
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.listening.voice_activity import SileroVoiceActivity
from phoenix_speech.understanding.alignment import split_words
from phoenix_speech.voice.program_voice import ProgramVoice
from phoenix_speech.voice.providers.espeak_ng import EspeakVoice
from phoenix_speech.wake_word.detector import WakeWordDetector
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

PITCHES = (1.0, 1.2, 1.4)
LOUDNESS = {'normal': LOUDEST, 'loud': 32767, 'clipped': 3 * 32767}
CALLS = ('Hey Jarvis.', 'Hey Jarvis!', 'Hey Jarvis?')
REQUESTS = ('turn on the light.', 'stop.', 'tell me a story.')
PAUSES_S = (0.0, 0.4)  # between a call and its request
WAIT_S = 2.0


class Toy:
    """The way from the microphone to the words."""

    def __init__(self, phrase: str) -> None:
        self._settings = WakeWordSettings(models=[phrase])
        self._engine = WAKE_WORD_ENGINES.make(self._settings.provider, self._settings)
        self._vad = SileroVoiceActivity()
        self._recognizer = MoonshineRecognizer()

    def hear(self, sound: np.ndarray) -> str | None:
        """Return the words after the call; None if the call was not heard, '' for nothing."""
        self._engine.reset()
        detector = WakeWordDetector(self._engine, self._settings)
        endpointer = Endpointer(self._vad, no_speech_timeout_s=WAIT_S)
        called = False
        for at in range(0, len(sound), FRAME):
            frame = sound[at : at + FRAME]
            for decision in endpointer.process(frame):
                if isinstance(decision, SpeechEnded):
                    return self._recognizer.recognize(decision.audio, SAMPLE_RATE)
            if not called and (detection := detector.process(frame)):
                called = True
                endpointer.open(after=detection.at_sample)
        return '' if called else None


def voices() -> Iterator[SyntheticVoice]:
    """Yield voices of three kinds."""
    yield from natural_voices()
    for name in ROBOTS:
        yield EspeakVoice(voice=name, words_per_minute=150)
    for name in FLITE:
        yield ProgramVoice(
            ['flite', '-voice', name, '-o', '/dev/stdout', '-t'], 5.0, text_as_argument=True
        )


def trimmed(sound: np.ndarray) -> np.ndarray:
    """Return a sound without the silence around it, at full scale 1."""
    sound = sound / np.abs(sound).max()
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[loud[0] : loud[-1] + 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--noise', type=int, help='dB under the call; none by default')
    parser.add_argument('--show', action='store_true', help='what was heard')
    options = parser.parse_args()
    toy, chance = Toy('hey_jarvis'), np.random.default_rng(16)
    counts: Counter[tuple[str, float, str, str]] = Counter()
    silence = np.zeros(round((WAIT_S + 1) * SAMPLE_RATE))

    def hear(
        name: str, pitch: float, case: str, call: np.ndarray, *more: np.ndarray
    ) -> str | None:
        sound = np.concatenate((call, *more, silence)) * LOUDNESS[name]
        heard = toy.hear(in_noise(np.clip(sound, -32767, 32767), options.noise, chance))
        counts[name, pitch, case, 'calls'] += heard is not None
        if heard and options.show:
            print(f'{name} {pitch} {case}: {heard}')
        return heard

    for voice, pitch, text in itertools.product(voices(), PITCHES, CALLS):
        call = trimmed(spoken(voice, text, pitch))
        request_text = REQUESTS[CALLS.index(text)]
        request = trimmed(spoken(voice, request_text, pitch))
        words = split_words(request_text)
        for name in LOUDNESS:
            counts[name, pitch, 'alone', 'taken'] += bool(hear(name, pitch, 'alone', call))
            for pause_s in PAUSES_S:
                case, gap = f'{pause_s} s', np.zeros(round(pause_s * SAMPLE_RATE))
                heard = hear(name, pitch, case, call, gap, request)
                counts[name, pitch, case, 'taken'] += split_words(heard or '') == words
    print(
        '| loudness | pitch | calls alone taken | requests right at once | after 0.4 s |\n'
        '|---|---|---|---|---|'
    )
    for name, pitch in itertools.product(LOUDNESS, PITCHES):
        cells = ' | '.join(
            f'{counts[name, pitch, case, "taken"]} of {counts[name, pitch, case, "calls"]}'
            for case in ('alone', *(f'{pause_s} s' for pause_s in PAUSES_S))
        )
        print(f'| {name} | {pitch} | {cells} |')
    raise SystemExit(any(n for key, n in counts.items() if key[2:] == ('alone', 'taken')))


if __name__ == '__main__':
    main()
