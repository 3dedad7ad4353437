"""Finds a wake word engine that has become deaf: its scores stand still, a known call shows it."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile

from phoenix_speech.wake_word.detector import SAMPLE_RATE, WakeWordEngine

STILL_S = 5.0  # noise alone moves the scores at every step; silence does not
AGAIN_S = 30.0  # after a test that it did not pass
SILENCE = np.zeros(SAMPLE_RATE, np.int16)  # before and after the call, as engines are slow


class HearingCheck:
    """
    Watches an engine's scores, and lets it hear a recording of each phrase when it is in doubt.

    It is in doubt from the beginning on. Not thread-safe.

    :param calls: int16 samples at 16 kHz, shape (n,), in which a phrase is said, by phrase.
    :param threshold: score from which on a phrase is heard.
    """

    def __init__(self, calls: Mapping[str, np.ndarray], threshold: float) -> None:
        self._calls = calls
        self._threshold = threshold
        self._scores: dict[str, float] = {}
        self._in_doubt = True
        self._due_at: float = 0  # position in the stream

    def note(self, phrase: str, score: float, at_sample: int) -> None:
        """Take the score of a step that ends at this position of the stream."""
        moved = score != self._scores.get(phrase) and math.isfinite(score)
        self._scores[phrase] = score
        if moved and not self._in_doubt:
            self._due_at = at_sample + STILL_S * SAMPLE_RATE

    def is_due(self, at_sample: int) -> bool:
        """Tell whether the engine is in doubt, as its scores have stood still for too long."""
        return at_sample >= self._due_at

    def deaf_to(self, engine: WakeWordEngine, at_sample: int) -> list[str]:
        """
        Let an engine hear the calls; it must be reset after that.

        :param at_sample: position in the stream.
        :returns: the phrases that it does not hear in them.
        """
        deaf = []
        for phrase in self._scores.keys() & self._calls.keys():
            call = self._calls[phrase]
            engine.reset()
            steps = engine.scores(np.concatenate((SILENCE, call, SILENCE)))
            if not any(step.get(phrase, 0.0) >= self._threshold for step in steps):
                deaf.append(phrase)
        self._in_doubt = bool(deaf)
        self._due_at = at_sample + AGAIN_S * SAMPLE_RATE if deaf else math.inf  # till they move
        return deaf


def read_calls(folder: Path) -> dict[str, np.ndarray]:
    """
    Read all recordings of a folder, <phrase>.wav, as int16 samples.

    :raises ValueError: for a file that is no recording at 16 kHz with one channel.
    """
    calls = {}
    for path in sorted(folder.glob('*.wav')):
        try:
            samples, rate = soundfile.read(path, dtype='int16')
        except soundfile.SoundFileError as error:
            raise ValueError(f'{path}: {error}') from error
        if rate != SAMPLE_RATE or samples.ndim != 1:
            channels = 1 if samples.ndim == 1 else samples.shape[1]
            raise ValueError(
                f'{path}: {rate} Hz, {channels} channels; allowed is {SAMPLE_RATE} Hz, 1 channel'
            )
        calls[path.stem] = samples
    return calls
