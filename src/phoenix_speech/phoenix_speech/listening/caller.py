"""Judges by its loudness whether speech that nobody announced is that of the person who called."""

import numpy as np

from phoenix_speech.audio_format import SAMPLE_RATE

BLOCK_S = 0.02
LOUD_SHARE = 0.9  # of the blocks are quieter than what counts: pauses say nothing of a voice
# A person who turns away or walks through the room changes by less, a television beyond by more.
RANGE_DB = 20.0


class CallerLoudness:
    """The loudness of what was said after the newest call."""

    def __init__(self) -> None:
        self._decibels: float | None = None

    def called(self) -> None:
        """Forget who called before."""
        self._decibels = None

    def learn(self, utterance: np.ndarray) -> None:
        """Learn from what the caller said, int16 samples, shape (n,)."""
        self._decibels = _decibels(utterance)

    def fits(self, utterance: np.ndarray) -> bool:
        """Return whether an utterance may be the caller's; true while there is none to compare."""
        if self._decibels is None:
            return True
        return abs(_decibels(utterance) - self._decibels) <= RANGE_DB


def _decibels(samples: np.ndarray) -> float:
    size = round(BLOCK_S * SAMPLE_RATE)
    blocks = samples[: len(samples) // size * size].astype(np.float64).reshape(-1, size)
    powers = np.sort(np.mean(blocks**2, axis=1)) if len(blocks) else np.zeros(1)
    return float(10 * np.log10(powers[int(LOUD_SHARE * (len(powers) - 1))] + 1.0))
