"""Measures whether the toy takes its own voice for a person's, in simulated rooms."""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from phoenix_audio.microphone.echo_canceller import EchoCanceller
from phoenix_audio.microphone.room_simulator import RoomSimulator
from phoenix_audio.wav import read_wav
from phoenix_speech.listening.endpointer import Endpointer, SpeechStarted
from phoenix_speech.listening.voice_activity import SileroVoiceActivity
from phoenix_speech.sentences import SpeechRules
from phoenix_speech.voice.providers.piper import PiperVoice
from phoenix_speech.voice.speech_synthesizer import SpeechSynthesizer
from phoenix_speech.wake_word.detector import WakeWordDetector
from phoenix_speech.wake_word.node import SELF_SPEECH_SHARE
from phoenix_speech.wake_word.self_speech_filter import SelfSpeechFilter
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

ROOT = Path(__file__).parents[1]
RATE = 16000
FRAME = 640  # of the microphone
SLICE = 320  # of the speaker
AHEAD = 640  # samples that the speaker's device holds
PHRASE = 'hey_jarvis'
PERSON = ROOT / 'samples' / 'hey_jarvis.wav'
OWN_NAME = 'Jarvis'
OWN_PHRASES = (  # the last ones are like the phrase when cancelling leaves their end alone
    'My name is Jarvis. If you want to talk to me, just say, hey Jarvis! Hey Jarvis.',
    'My name is Jarvis.',
    'Everybody calls me Jarvis.',
)
OWN_EVERY = 6  # replies
UNDER_DB = 5.0  # a person who calls the toy is so much softer than the toy
CALL_PERIOD_S = 15.0
CALL_LASTS_S = 2.0
LISTEN_S = 3.0  # the ear is open after each reply
TOUCH_EVERY = 4  # replies; that one is cut off in the middle, and the ear opens at once

# Rooms as Room's arguments, and how much later than told a sound leaves the speaker: always, and
# by chance anew for each reply.
ROOMS: dict[str, tuple[dict[str, float], float, float]] = {
    'toy on a table': ({}, 0.02, 0.005),
    'soft': ({'gain': 0.1}, 0.02, 0.005),
    'loud': ({'gain': 1.5}, 0.02, 0.005),
    'late device': ({}, 0.08, 0.005),
    'jittery device': ({}, 0.03, 0.02),
    'bare room': ({'reverberation_s': 0.5, 'reverberation_gain': 0.5}, 0.02, 0.005),
    'stairwell': ({'reverberation_s': 0.8, 'reverberation_gain': 1.0}, 0.02, 0.005),
    'speaker far off': ({'distance_m': 1.0, 'reverberation_gain': 1.0}, 0.02, 0.005),
    'overdriven speaker': ({'overload': 2.0}, 0.02, 0.005),
}


@dataclass(frozen=True)
class Reply:
    """What the toy says."""

    text: str
    sound: np.ndarray


@dataclass
class Figures:
    """What was counted in one room."""

    talk_s: float = 0.0
    own_phrases: int = 0
    echo: list[float] = field(default_factory=list)  # energies of frames
    residue: list[float] = field(default_factory=list)
    raw_wakes: int = 0
    residual_wakes: int = 0  # taken out by the comparison
    false_wakes: int = 0
    calls: int = 0
    heard: int = 0
    listenings: int = 0
    phantoms: int = 0
    cancel_cpu_s: float = 0.0
    compare_s: list[float] = field(default_factory=list)


def talk(minutes: float, volume: float) -> list[Reply]:
    """Say stories, answers and the toy's own wake phrase, reply by reply, with the real voice."""
    texts = []
    for path in sorted((ROOT / 'config' / 'en' / 'stories').glob('*.yaml')):
        told = [text for text in strings(yaml.safe_load(path.read_text())) if ' ' in text]
        texts += [' '.join(told[start : start + 2]) for start in range(0, len(told), 2)]
    answers = yaml.safe_load((ROOT / 'config' / 'en' / 'scripted_replies.yaml').read_text())
    texts += [text for text in strings(answers) if len(text) > 60][:60]
    own_phrases = itertools.cycle(OWN_PHRASES)
    synthesizer = SpeechSynthesizer(
        {'piper': PiperVoice},
        SpeechRules.load(ROOT / 'config', 'en'),
        on_failure=lambda name, error: print(error),
        cache_bytes=0,  # the same words sound different each time
    )
    replies: list[Reply] = []
    length_s = 0.0
    for text in itertools.cycle(texts):
        if length_s > 60 * minutes:
            break
        said = text if len(replies) % OWN_EVERY else next(own_phrases)
        sound = np.concatenate(list(synthesizer.synthesize(said))) * volume
        replies.append(Reply(said, np.rint(sound).astype(np.int16)))
        length_s += len(sound) / RATE
        print(f'\r  synthesizing: {length_s:.0f} of {60 * minutes:.0f} s', end='', flush=True)
    print('\r\033[K', end='')
    synthesizer.close()
    return replies


def strings(data: object) -> Iterator[str]:
    """Yield all texts of a YAML file that are said aloud."""
    if isinstance(data, str) and '{' not in data:
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from strings(value)


def measure(name: str, replies: list[Reply], seed: int) -> Figures:
    """Let the toy talk in one room, faster than real time."""
    options, late_s, jitter_s = ROOMS[name]
    chance = np.random.default_rng(seed)
    settings = WakeWordSettings()
    figures = Figures()
    room, canceller = RoomSimulator(RATE, **options), EchoCanceller(RATE, FRAME)
    own_engine, *engines = (WAKE_WORD_ENGINES.make(settings.provider, settings) for _ in range(3))
    own = SelfSpeechFilter(own_engine)
    raw, detector = (WakeWordDetector(engine, settings) for engine in engines)
    endpointer = Endpointer(SileroVoiceActivity(), no_speech_timeout_s=LISTEN_S)
    person = read_wav(PERSON).astype(float)
    spoken = np.concatenate([reply.sound for reply in replies[:10]]).astype(float)
    echo_level = active_level(spoken) * options.get('gain', 0.5)
    person *= echo_level * 10 ** (-UNDER_DB / 20) / active_level(person)

    # Where each reply begins, and where a person calls in the middle of one.
    begins, calls, position = [], [], 2 * RATE
    next_call = position + 4 * RATE
    for number, reply in enumerate(replies):
        begins.append(position)
        own_phrases = reply.text.count(OWN_NAME)
        figures.own_phrases += own_phrases
        length = len(reply.sound) // (2 if number % TOUCH_EVERY == TOUCH_EVERY - 1 else 1)
        for call in range(position + RATE, position + length - len(person), RATE):
            # Not while the toy says the phrase itself: that one is meant to be left out.
            if call > next_call and not own_phrases:
                calls.append(call)
                next_call = call + round(CALL_PERIOD_S * RATE)
        position += length + round((LISTEN_S + 0.5) * RATE)
    figures.calls = len(calls)
    heard_calls: set[int] = set()

    def said_near(at: int) -> int | None:
        return next((c for c in calls if c < at < c + CALL_LASTS_S * RATE), None)

    speaking: list[tuple[int, np.ndarray]] = []
    told, offset = 0, 0.0
    pending = list(enumerate(zip(begins, replies, strict=True)))
    for frame_start in range(0, position, FRAME):
        frame_end = frame_start + FRAME
        # The speaker: slices are told as they are handed to the device.
        while pending and pending[0][1][0] < frame_end + AHEAD:
            number, (begin, reply) = pending.pop(0)
            cut = number % TOUCH_EVERY == TOUCH_EVERY - 1
            speaking.append((begin, reply.sound[: len(reply.sound) // (2 if cut else 1)]))
            offset = late_s + chance.uniform(-jitter_s, jitter_s)
            told = 0
        if speaking:
            begin, sound = speaking[0]
            while told < len(sound) and begin + told < frame_end + AHEAD:
                part, at_s = sound[told : told + SLICE], (begin + told) / RATE
                room.play(part, at_s + offset)
                canceller.play(part, at_s)
                own.play(part, at_s)
                told += len(part)
            figures.talk_s += FRAME / RATE
            if begin + len(sound) < frame_start:
                speaking.pop(0)
                # The request comes when the end was told; frames are heard a little later.
                endpointer.open(after=endpointer.position)
                figures.listenings += 1

        # The microphone.
        echo = room.hear(frame_start / RATE, FRAME)
        heard = echo + chance.normal(0, 3, FRAME)
        for call in calls:
            if call < frame_end and call + len(person) > frame_start:
                first, last = max(call, frame_start), min(call + len(person), frame_end)
                heard[first - frame_start : last - frame_start] += person[
                    first - call : last - call
                ]
        samples = np.clip(np.rint(heard), -32768, 32767).astype(np.int16)
        if raw.process(samples) and said_near(frame_end) is None:
            figures.raw_wakes += 1
        began = time.process_time()
        clean = canceller.cancel(samples, frame_start / RATE)
        figures.cancel_cpu_s += time.process_time() - began
        if said_near(frame_end) is None and np.any(echo):
            figures.echo.append(float(np.mean(echo**2)))
            figures.residue.append(float(np.mean(clean.astype(float) ** 2)))

        # The toy.
        detection = detector.process(clean)
        if detection is not None:
            at = frame_end - (detector.position - detection.at_sample)
            began = time.perf_counter()
            own_score = own.score(PHRASE, at / RATE)
            figures.compare_s.append(time.perf_counter() - began)
            call_heard = said_near(at)
            if own_score >= settings.threshold * SELF_SPEECH_SHARE:
                figures.residual_wakes += call_heard is None
            elif call_heard is None:
                figures.false_wakes += 1
            else:
                heard_calls.add(call_heard)
        for decision in endpointer.process(clean):
            figures.phantoms += isinstance(decision, SpeechStarted)
    figures.heard = len(heard_calls)
    return figures


def active_level(sound: np.ndarray) -> float:
    """Return the RMS amplitude of a recording where there is sound in it."""
    blocks = sound[: len(sound) // SLICE * SLICE].reshape(-1, SLICE)
    levels = np.sqrt(np.mean(blocks**2, axis=1))
    return float(np.sqrt(np.mean(levels[levels > 0.1 * levels.max()] ** 2)))


def main() -> None:
    """Print one row per room."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--minutes', type=float, default=10.0, help='talk per room')
    parser.add_argument('--rooms', nargs='+', choices=ROOMS, default=list(ROOMS), metavar='ROOM')
    parser.add_argument('--volume', type=float, default=0.7)
    parser.add_argument('--seed', type=int, default=1)
    arguments = parser.parse_args()
    replies = talk(arguments.minutes, arguments.volume)
    print(
        f'{"":20} {"talk":>5} {"echo":>6} {"own":>7} {"wakes":>6} {"of them":>8} {"false":>6}'
        f' {"phantom":>8} {"barge-ins":>10} {"cancel":>7} {"compare":>8}'
    )
    print(
        f'{"room":20} {"[s]":>5} {"[dB]":>6} {"phrases":>7} {"uncan.":>6} {"residual":>8}'
        f' {"wakes":>6} {"requests":>8} {"-5 dB":>10} {"[ms/s]":>7} {"[ms]":>8}'
    )
    bad = False
    for name in arguments.rooms:
        figures = measure(name, replies, arguments.seed)
        quieter_db = 10 * np.log10(np.mean(figures.residue) / np.mean(figures.echo))
        print(
            f'{name:20} {figures.talk_s:5.0f} {quieter_db:6.1f} {figures.own_phrases:7}'
            f' {figures.raw_wakes:6} {figures.residual_wakes:8} {figures.false_wakes:6}'
            f' {figures.phantoms:4} of {figures.listenings:<3}'
            f' {figures.heard:4} of {figures.calls:<3}'
            f' {1000 * figures.cancel_cpu_s / figures.talk_s:7.1f}'
            f' {1000 * np.median(figures.compare_s or [0.0]):8.0f}',
            flush=True,
        )
        bad |= bool(figures.false_wakes or figures.phantoms or figures.heard < figures.calls)
    sys.exit(bad)


if __name__ == '__main__':
    main()
