"""Measures how well the wake word engines hear a phrase, and what they hear and cost in vain."""

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
import yaml

from phoenix_audio.wav import read_wav
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.voice.program_voice import ProgramVoice
from phoenix_speech.voice.providers.espeak_ng import EspeakVoice
from phoenix_speech.voice.providers.piper import PiperVoice
from phoenix_speech.wake_word.detector import WakeWordDetector
from phoenix_speech.wake_word.engine import WakeWordEngine
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

ROOT = Path(__file__).parents[1]
FRAME = 640
NOISES_DB = (None, 20, 10, 5)  # under the call
PITCHES = (
    1.0,
    1.06,
    1.12,
    1.18,
    1.25,
    1.3,
    1.35,
    1.4,
)  # of an adult's voice; the last ones are like a child's
SPEEDS = (120, 150, 180)  # words a minute
ROBOTS = ('en-us', 'en-us+f2', 'en-us+f4', 'en-us+m3', 'en-us+m7', 'en-gb', 'en-gb-scotland+f3')
FLITE = ('kal16', 'slt', 'rms', 'awb')
LOUDEST = 16000  # half the scale
SyntheticVoice = ProgramVoice | PiperVoice
BEFORE_S = 1.0
AFTER_S = 1.0


@dataclass
class Figures:
    """What one engine did."""

    heard: Counter[tuple[str, int | None]] = field(default_factory=Counter)  # by voices and noise
    false: int = 0
    cpu_s: float = 0.0
    sound_s: float = 0.0


def main() -> None:
    """Print a table of the engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--phrase', default='hey_jarvis', help='a model that all engines have')
    parser.add_argument('--calls', type=int, default=300, help='synthetic ones at each noise')
    parser.add_argument('--minutes', type=float, default=60, help='speech without the phrase')
    options = parser.parse_args()
    calls = {kind: list(each_call(options.phrase, options.calls, kind)) for kind in VOICES_OF}
    speech = list(each_speech(options.minutes))
    minutes = sum(map(len, speech)) / SAMPLE_RATE / 60
    print(f'{options.calls} calls of each kind at each noise, {minutes:.0f} min of other speech')
    print(
        '| engine | voices | '
        + ' | '.join(name(noise) for noise in NOISES_DB)
        + ' | false | CPU |'
    )
    print('|---|---|' + '---|' * (len(NOISES_DB) + 2))
    for engine in HERE:
        figures = measure(engine, options.phrase, calls, speech)
        cost = figures.cpu_s / figures.sound_s
        for kind in VOICES_OF:
            counts = [figures.heard[kind, noise] for noise in NOISES_DB]
            heard = ' | '.join(f'{count / options.calls:.1%}' for count in counts)
            print(f'| {engine} | {kind} | {heard} | {figures.false} | {cost:.2%} |', flush=True)


def name(noise: int | None) -> str:
    """Return the title of a column."""
    return 'clean' if noise is None else f'{noise} dB'


def measure(
    provider: str, phrase: str, calls: dict[str, list[np.ndarray]], speech: list[np.ndarray]
) -> Figures:
    """Let one engine hear everything."""
    figures = Figures()
    settings = WakeWordSettings(provider=provider, models=[phrase])
    engine: WakeWordEngine = WAKE_WORD_ENGINES.make(provider, settings)
    for kind, noise in itertools.product(calls, NOISES_DB):
        chance = np.random.default_rng(16)
        for call in calls[kind]:
            sound = in_noise(call, noise, chance)
            figures.heard[kind, noise] += hears(engine, settings, sound, figures)
    for piece in speech:
        figures.false += hears(engine, settings, piece, figures)
    return figures


def hears(
    engine: WakeWordEngine, settings: WakeWordSettings, sound: np.ndarray, figures: Figures
) -> int:
    """Return how often an engine hears the phrase."""
    engine.reset()
    detector = WakeWordDetector(engine, settings)
    begun_s = time.process_time()
    found = [detector.process(sound[at : at + FRAME]) for at in range(0, len(sound), FRAME)]
    figures.cpu_s += time.process_time() - begun_s
    figures.sound_s += len(sound) / SAMPLE_RATE
    return sum(detection is not None for detection in found)


def in_noise(call: np.ndarray, noise_db: int | None, chance: np.random.Generator) -> np.ndarray:
    """Return a call in a quiet room, or in white noise that is so much softer."""
    before, after = round(BEFORE_S * SAMPLE_RATE), round(AFTER_S * SAMPLE_RATE)
    sound = np.concatenate((np.zeros(before), call, np.zeros(after)))
    loud = call[np.abs(call) > np.abs(call).max() / 10]
    level = 3.0 if noise_db is None else np.sqrt(np.mean(loud**2)) * 10 ** (-noise_db / 20)
    return np.clip(np.rint(sound + chance.normal(0, level, len(sound))), -32768, 32767).astype(
        np.int16
    )


def each_call(phrase: str, count: int, kind: str) -> Iterator[np.ndarray]:
    """Yield calls in all voices of a kind, said in several ways, pitches raised like a child's."""
    words = phrase.replace('_', ' ').capitalize()
    ways = [form.format(words) for form in ('{}.', '{}!', '{}?', 'Hello. {}.', '{}, hello.')]
    pitched = itertools.product(PITCHES, ways, VOICES_OF[kind]())
    for pitch, text, voice in itertools.islice(itertools.cycle(pitched), count):
        # Raised like a tape that runs faster.
        sound = spoken(voice, text, pitch)
        yield sound * (LOUDEST / np.abs(sound).max())


def spoken(voice: SyntheticVoice, text: str, pitch: float = 1.0) -> np.ndarray:
    """Return the sound of a text at SAMPLE_RATE."""
    sound = np.concatenate(list(voice.synthesize(text))).astype(np.float64)
    return soxr.resample(sound, voice.sample_rate * pitch, SAMPLE_RATE)


def natural_voices() -> Iterator[SyntheticVoice]:
    """Yield the voice that has learnt from a person."""
    yield PiperVoice()


def robotic_voices() -> Iterator[SyntheticVoice]:
    """Yield voices that are computed by rules."""
    for speed in SPEEDS:
        for voice in ROBOTS:
            yield EspeakVoice(voice=voice, words_per_minute=speed)
    for voice in FLITE:
        yield ProgramVoice(
            ['flite', '-voice', voice, '-o', '/dev/stdout', '-t'], 5.0, text_as_argument=True
        )


HERE = 'microwakeword', 'openwakeword'  # one elsewhere answers in its own time
VOICES_OF = {'natural': natural_voices, 'robotic': robotic_voices}


def each_speech(minutes: float) -> Iterator[np.ndarray]:
    """Yield other speech: recordings of people, and the stories and the book in two voices."""
    left = round(minutes * 60 * SAMPLE_RATE)
    for path in sorted((ROOT / 'samples').glob('austen*.wav')):
        yield read_wav(path)
    voices = EspeakVoice(voice='en-us+f4'), EspeakVoice(voice='en-gb+m3')
    for path in sorted((ROOT / 'config' / 'en').rglob('*.yaml')):
        for number, text in enumerate(texts(yaml.safe_load(path.read_text()))):
            if left < 0:
                return
            sound = spoken(voices[number % 2], text)
            left -= len(sound)
            yield np.clip(sound, -32768, 32767).astype(np.int16)


def texts(data: object) -> Iterator[str]:
    """Yield the sentences of a file of the toy."""
    if isinstance(data, str) and len(data) > 40 and '{' not in data:
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from texts(value)


if __name__ == '__main__':
    main()
