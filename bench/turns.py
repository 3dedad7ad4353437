"""
Measures how soon the listener knows that a person has finished, and how often it is mistaken.

Sentences of bench/understanding, spoken by synthetic voices at tempos from 0.67 to 1.2, every
second one with a pause of 0.3 to 1.2 s inside; each is cut by a fixed silence, and by what was
said. The pause lies where a comma is spoken, so that the voice does not fall.
Time is that of the sound; recognizing takes what it takes on one thread here. 200 sentences take
two minutes.
"""

import argparse
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from ears import VOICES, noisy, spoken
from understanding import ASK, CORPUS, NOTHING, ROOT, read_corpus

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.continuation import WITHIN_S
from phoenix_speech.listening.endpointer import Decision, Endpointer, Paused, SpeechEnded
from phoenix_speech.listening.hold import HoldPolicy
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.listening.providers.whisper import WhisperRecognizer, installed_model
from phoenix_speech.listening.report import Report
from phoenix_speech.listening.second_opinion import SecondOpinion
from phoenix_speech.listening.settings import ListenerSettings
from phoenix_speech.listening.voice_activity import SileroVoiceActivity
from phoenix_speech.understanding.completeness import Completeness, CompletenessJudge

TEMPOS = (0.67, 0.8, 1.0, 1.2)
PAUSES_S = (0.3, 1.2)
GAP_S = 0.06  # at a comma
NOISE_DB = 30
SILENCE_S = 2.5  # after the sentence
REPLY_S = 0.2  # from the transcript to the first sample of the reply: then it is too late to join
VOICED = 0.02  # of the loudest sample


@dataclass(frozen=True)
class Utterance:
    """A sentence as sound, and where in it somebody speaks [samples]."""

    text: str
    known: bool  # a sentence of the intents
    tempo: float
    samples: np.ndarray
    ends: int
    pause: tuple[int, int] | None  # from, to


@dataclass
class Tally:
    """What one way to decide has made of the utterances."""

    known_s: list[float] = field(default_factory=list)
    free_s: list[float] = field(default_factory=list)
    pauses: int = 0
    joined: int = 0
    cut: int = 0
    slow_pauses: int = 0
    slow_cut: int = 0


def utterances(language: str, count: int, chance: random.Random) -> Iterator[Utterance]:
    """Yield utterances, every second one with a pause inside."""
    noise = np.random.default_rng(1)
    known = [
        one.text
        for one in read_corpus(CORPUS / f'{language}.tuning.txt')
        if not {NOTHING, ASK} & {*one.meanings}
    ]
    free = [one.text for one in read_corpus(CORPUS / f'{language}.children.txt')]
    made = 0
    while made < count:
        is_known = chance.random() < 0.75
        text = chance.choice(known if is_known else free)
        one = utterance(text, language, chance, noise, is_known=is_known, paused=bool(made % 2))
        if one is not None:
            yield one
            made += 1


def utterance(
    text: str,
    language: str,
    chance: random.Random,
    noise: np.random.Generator,
    *,
    is_known: bool,
    paused: bool,
) -> Utterance | None:
    """Return a sentence in any voice and tempo; None when it has no place for the pause."""
    voice, tempo = chance.choice(VOICES[language]), chance.choice(TEMPOS)
    if not paused:
        speech = trimmed(spoken(text, voice, tempo))
        return in_a_room(text, speech, noise, is_known=is_known, tempo=tempo)
    speech, pause = _with_pause(text, voice, tempo, chance)
    if pause is None:
        return None
    return in_a_room(text, speech, noise, is_known=is_known, tempo=tempo, pause=pause)


def in_a_room(
    text: str,
    speech: np.ndarray,
    noise: np.random.Generator,
    *,
    is_known: bool,
    tempo: float = 1.0,
    pause: tuple[int, int] | None = None,
) -> Utterance:
    """Return speech, float32 without silence around it, with the noise of a room."""
    silence = np.full(round(SILENCE_S * SAMPLE_RATE), 1e-9, np.float32)
    lead = silence[: SAMPLE_RATE // 5]
    samples = noisy(np.concatenate((lead, speech, silence)), NOISE_DB, noise)
    begin = len(lead)
    return Utterance(
        *(text, is_known, tempo, samples, begin + len(speech)),
        pause and (begin + pause[0], begin + pause[1]),
    )


def _with_pause(
    text: str, voice: tuple[str, ...], tempo: float, chance: random.Random
) -> tuple[np.ndarray, tuple[int, int] | None]:
    """Speak a comma somewhere, and make its silence longer; no pause when there is no silence."""
    words = text.split()
    if len(words) < 3:
        return np.empty(0, np.float32), None
    at = chance.randrange(1, len(words))
    speech = trimmed(spoken(f'{" ".join(words[:at])}, {" ".join(words[at:])}', voice, tempo))
    quiet = np.convolve(np.abs(speech), np.ones(160) / 160, 'same') < VOICED / 2 * speech.max()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(np.int8), [0]))))
    runs = [(e - b, b, e) for b, e in zip(edges[::2], edges[1::2], strict=True)]
    length, begin, end = max(runs, default=(0, 0, 0))
    if length < GAP_S * SAMPLE_RATE:
        return speech, None
    wanted = round(chance.uniform(*PAUSES_S) * SAMPLE_RATE)
    pause = np.full(wanted, 1e-9, np.float32)
    return np.concatenate((speech[:begin], pause, speech[end:])), (int(begin), int(begin) + wanted)


def trimmed(speech: np.ndarray) -> np.ndarray:
    voiced = np.flatnonzero(np.abs(speech) > VOICED * np.abs(speech).max())
    return speech[voiced[0] : voiced[-1] + 1]


class Listening:
    """The listener's models, each asked once for the same audio."""

    def __init__(self, language: str) -> None:
        self._judge = CompletenessJudge([ROOT / 'config' / language])
        whisper = WhisperRecognizer(installed_model(), language=language)
        silent = Report(lambda code, why: None, lambda code: None)
        self._recognizer = SecondOpinion(
            MoonshineRecognizer(), lambda: whisper, self._judge.makes_sense, silent
        )
        self._known: dict[bytes, tuple[str, float]] = {}

    def text(self, audio: np.ndarray) -> tuple[str, float]:
        """Return what is heard, and how long that takes [s]."""
        key = audio.tobytes()
        if key not in self._known:
            begin = time.thread_time()
            text = self._recognizer.recognize(audio, SAMPLE_RATE)
            self._known[key] = text, time.thread_time() - begin
        return self._known[key]

    def said(self, audio: np.ndarray) -> tuple[Completeness, float]:
        """Return how complete what was said is, and how long it takes to know that [s]."""
        text, took_s = self.text(audio)
        return self._judge.judge(text), took_s


class Way:
    """One way to decide how long a pause may last."""

    def __init__(self, name: str, **settings: float) -> None:
        self.name = name
        self.settings = ListenerSettings(**settings)
        self.holds = HoldPolicy(self.settings)
        self.tally = Tally()

    @property
    def is_fixed(self) -> bool:
        """Whether nothing is asked in a pause."""
        return self.settings.whole_silence_s == self.settings.open_silence_s

    def count(self, one: Utterance, listening: Listening) -> str:
        """Let an utterance be cut, and count what comes of it."""
        ended, known_at = self._end(one, listening)
        outcome = 'right'
        if one.pause is not None:
            self.tally.pauses += 1
            self.tally.slow_pauses += one.tempo < 0.7
        if one.pause is not None and ended.at_sample < one.pause[1]:
            goes_on_at = one.pause[1]
            soon = goes_on_at < min(
                known_at + REPLY_S * SAMPLE_RATE, ended.at_sample + WITHIN_S * SAMPLE_RATE
            )
            outcome = 'joined' if soon else 'CUT'
            self.tally.joined += soon
            self.tally.cut += not soon
            self.tally.slow_cut += not soon and one.tempo < 0.7
        else:
            times = self.tally.known_s if one.known else self.tally.free_s
            times.append((known_at - one.ends) / SAMPLE_RATE)
        return outcome

    def _end(self, one: Utterance, listening: Listening) -> tuple[SpeechEnded, float]:
        """Return the end of the first utterance, and when its words are known [samples]."""
        endpointer = Endpointer(
            SileroVoiceActivity(),
            end_silence_s=self.holds.unclear_s,
            longest_pause_s=self.holds.open_s,
            max_utterance_s=self.settings.max_utterance_s,
        )
        endpointer.open(pauses=not self.is_fixed)
        asked: tuple[Paused, float, float] | None = None  # a pause, its silence, known when
        for begin in range(0, len(one.samples), 320):
            for decision in endpointer.process(one.samples[begin : begin + 320]):
                if isinstance(decision, Paused):
                    asked = decision, *self._ask(decision, listening, endpointer.position)
                if isinstance(decision, SpeechEnded):
                    return self._known(decision, asked, listening, endpointer.position)
            if asked and endpointer.position >= asked[2]:
                ended: Decision | None = endpointer.hold(asked[0], asked[1])
                if isinstance(ended, SpeechEnded):
                    return self._known(ended, asked, listening, endpointer.position)
        raise AssertionError(f'nothing was heard of {one.text!r}')

    def _ask(self, pause: Paused, listening: Listening, now: int) -> tuple[float, float]:
        said, took_s = listening.said(pause.audio)
        return self.holds.silence_s(said), now + took_s * SAMPLE_RATE

    @staticmethod
    def _known(
        ended: SpeechEnded,
        asked: tuple[Paused, float, float] | None,
        listening: Listening,
        now: int,
    ) -> tuple[SpeechEnded, float]:
        if asked and asked[0].at_sample == ended.at_sample:
            return ended, max(float(now), asked[2])
        return ended, now + listening.text(ended.audio)[1] * SAMPLE_RATE


def main() -> None:
    """Cut all utterances in each way and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--utterances', type=int, default=200)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--show', action='store_true', help='what was cut')
    options = parser.parse_args()
    os.nice(10)
    ways = [
        Way('fixed 0.7 s', whole_silence_s=0.7, enough_silence_s=0.7, open_silence_s=0.7),
        Way('by the words'),
        Way('patience 1.25 s', patience_s=1.25),
    ]
    listening = Listening('en')
    for one in utterances('en', options.utterances, random.Random(options.seed)):
        for way in ways:
            outcome = way.count(one, listening)
            if options.show and outcome == 'CUT':
                print(f'{way.name}: cut {one.text!r} at tempo {one.tempo}', flush=True)
    print(
        f'{"":16} {"known: p50":>11} {"p95":>6} {"free: p50":>10} {"p95":>6} '
        f'{"pauses":>7} {"joined":>7} {"cut":>6} {"cut at 0.67":>12}'
    )
    for way in ways:
        tally = way.tally
        times = (
            np.percentile(of, part) for of in (tally.known_s, tally.free_s) for part in (50, 95)
        )
        known, known95, free, free95 = (f'{one:.2f} s' for one in times)
        print(
            f'{way.name:16} {known:>11} {known95:>6} {free:>10} {free95:>6} {tally.pauses:>7} '
            f'{tally.joined / tally.pauses:>7.1%} {tally.cut / tally.pauses:>6.1%} '
            f'{tally.slow_cut / tally.slow_pauses:>12.1%}'
        )


if __name__ == '__main__':
    main()
