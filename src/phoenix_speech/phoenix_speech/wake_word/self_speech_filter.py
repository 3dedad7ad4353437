"""Tells whether a wake phrase was heard because the toy itself has said it."""

import numpy as np

from phoenix_core.clock.sound_timeline import Timeline
from phoenix_speech.wake_word.detector import SAMPLE_RATE, WakeWordEngine

# What the engine is given to hear, behind silence and up to the moment in question: all that it
# needs to warm up, and what is as long as a phrase. Cancelling may leave no more of a reply than
# its end, so that "my name is Jarvis" is heard as "is Jarvis", which is near to "hey Jarvis".
CONTEXTS_S = (2.0, 1.1, 1.0, 0.9)
# An echo in a bare room is heard so much later than it was played, at most; models take time, too.
ECHO_S = 1.0
AHEAD_S = 0.1  # or earlier, when the time that was told for it is late


class OwnVoice:
    """
    Remembers the last seconds of what the toy played, and looks for wake phrases in it if asked.

    So it costs nothing while nothing sounds like the wake phrase. Times are seconds of one clock.
    Not thread-safe.

    :param engine: of its own, as it is set back for every question.
    """

    def __init__(self, engine: WakeWordEngine) -> None:
        self._engine = engine
        self._played = Timeline(SAMPLE_RATE)

    def play(self, samples: np.ndarray, heard_s: float) -> None:
        """Take int16 samples at 16 kHz, shape (n,), and when the first of them is heard."""
        self._played.add(samples.astype(np.float32), heard_s)

    def score(self, phrase: str, heard_s: float) -> float:
        """Return how much like the phrase, 0 to 1, the toy's own words of that moment sound."""
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
