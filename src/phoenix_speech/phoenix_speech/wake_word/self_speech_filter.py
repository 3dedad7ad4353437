"""Decides whether a wake phrase was heard because the toy itself said it."""

import numpy as np

from phoenix_core.clock.sound_timeline import Timeline
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.wake_word.engine import WakeWordEngine

# Lengths of the excerpts that are scored, each after silence and up to the moment in question:
# one with all that the engine needs to warm up, and some as long as a phrase. Echo cancellation
# may leave only the end of a reply, so that "my name is Jarvis" is heard as "is Jarvis", which
# resembles "hey Jarvis".
CONTEXTS_S = (2.0, 1.1, 1.0, 0.9)
# Longest delay from playing to hearing, with the echo of a bare room; models take time, too.
ECHO_S = 1.0
AHEAD_S = 0.1  # or earlier, when the reported play time is late


class SelfSpeechFilter:
    """
    Keeps the last seconds of what the toy played, and scores wake phrases in it on request.

    So it costs nothing while nothing resembles the wake phrase. Times are seconds of one clock.
    Not thread-safe.

    :param engine: an instance of its own, as it is reset for every question.
    """

    def __init__(self, engine: WakeWordEngine) -> None:
        self._engine = engine
        self._played = Timeline(SAMPLE_RATE)

    def play(self, samples: np.ndarray, heard_s: float) -> None:
        """Add int16 samples at 16 kHz, shape (n,), the first of which is heard at that time."""
        self._played.add(samples.astype(np.float32), heard_s)

    def score(self, phrase: str, heard_s: float) -> float:
        """Return the score, 0 to 1, of a phrase in what the toy said at that time."""
        return max(self._score(phrase, heard_s, context_s) for context_s in CONTEXTS_S)

    def _score(self, phrase: str, heard_s: float, context_s: float) -> float:
        count = round((context_s + AHEAD_S) * SAMPLE_RATE)
        begin = self._played.position(heard_s - context_s)
        sound = np.clip(self._played.read(begin, count), -32768, 32767).astype(np.int16)
        if not sound.any():
            return 0.0
        self._engine.reset()
        scores = [step.get(phrase, 0.0) for step in self._engine.scores(sound)]
        recent = round((ECHO_S + AHEAD_S) * SAMPLE_RATE / self._engine.step_samples)
        return max(scores[-recent:], default=0.0)
