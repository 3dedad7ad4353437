"""Detects a wake word engine that has become deaf, by a recorded call of each phrase."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.wake_word.engine import WakeWordEngine

STILL_S = 5.0  # noise alone changes the scores at every step; digital silence does not
AGAIN_S = 30.0  # after a failed test
SILENCE = np.zeros(SAMPLE_RATE, np.int16)  # before and after the call, as engines lag


class WakeWordSelfTest:
    """
    Watches an engine's scores, and tests it with a recording of each phrase when they stand still.

    The first test is due at once. Not thread-safe.

    :param calls: recordings of each phrase: int16 samples at 16 kHz, shape (n,).
    :param threshold: score from which on a phrase counts as heard.
    """

    def __init__(self, calls: Mapping[str, np.ndarray], threshold: float) -> None:
        self._calls = calls
        self._threshold = threshold
        self._scores: dict[str, float] = {}
        self._in_doubt = True
        self._due_at: float = 0  # position in the stream

    def note(self, phrase: str, score: float, at_sample: int) -> None:
        """Note the score of the step that ends at this position of the stream."""
        moved = score != self._scores.get(phrase) and math.isfinite(score)
        self._scores[phrase] = score
        if moved and not self._in_doubt:
            self._due_at = at_sample + STILL_S * SAMPLE_RATE

    def is_due(self, at_sample: int) -> bool:
        """Return whether a test is due, as the scores have stood still for too long."""
        return at_sample >= self._due_at

    def deaf_to(self, engine: WakeWordEngine, at_sample: int) -> list[str]:
        """
        Test an engine; it must be reset afterwards.

        :param at_sample: position in the stream.
        :returns: the phrases that it does not recognize in their recordings.
        """
        deaf = []
        for phrase in self._scores.keys() & self._calls.keys():
            call = self._calls[phrase]
            engine.reset()
            steps = engine.scores(np.concatenate((SILENCE, call, SILENCE)))
            if not any(step.get(phrase, 0.0) >= self._threshold for step in steps):
                deaf.append(phrase)
        self._in_doubt = bool(deaf)
        # A passed test is followed by another one only after the scores have moved again.
        self._due_at = at_sample + AGAIN_S * SAMPLE_RATE if deaf else math.inf
        return deaf


def read_calls(folder: Path) -> dict[str, np.ndarray]:
    """
    Read all recordings of a folder, <phrase>.wav, as int16 samples.

    :raises ValueError: a file is no recording at 16 kHz with one channel.
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
