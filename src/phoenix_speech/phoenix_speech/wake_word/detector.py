"""Turns the scores of a wake word engine into detections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.wake_word.engine import WakeWordEngine
from phoenix_speech.wake_word.settings import WakeWordSettings

REMEMBERED = 2 * SAMPLE_RATE  # longer than a phrase


@dataclass(frozen=True)
class Detection:
    """A wake phrase was heard."""

    phrase: str  # name of the model that fired
    score: float  # the model's confidence, 0 to 1
    at_sample: int  # WakeWordDetector.position at the end of the first step over the threshold


class WakeWordDetector:
    """
    Applies threshold, patience and refractory time; its clock is the stream's, in samples.

    :param engine: may be replaced later.
    :param on_score: called with each phrase, its score at each step, and the position of the
        step's end.
    """

    def __init__(
        self,
        engine: WakeWordEngine,
        settings: WakeWordSettings,
        on_score: Callable[[str, float, int], object] = lambda phrase, score, at_sample: None,
    ) -> None:
        self.engine = engine
        self._on_score = on_score
        self._settings = settings
        self.position = 0  # samples processed so far: the stream's clock
        self._newest = np.empty(0, np.int16)
        self._step_end = 0
        self._deaf_until = 0
        self._streaks: dict[str, int] = {}

    def process(self, samples: np.ndarray) -> Detection | None:
        """
        Process int16 mono samples at 16 kHz, of any length; return the detection, if any.

        When several phrases pass the threshold in one step, the best score wins. One call returns
        at most one detection, the first: feed frames shorter than refractory_s.
        """
        self.position += len(samples)
        self._newest = np.concatenate((self._newest, samples))[-REMEMBERED:]
        detection = None
        for scores in self.engine.scores(samples):
            self._step_end += self.engine.step_samples
            for phrase, score in scores.items():
                self._on_score(phrase, score, self._step_end)
            detection = detection or self._judge(scores)
        return detection

    def recover(self) -> None:
        """Continue with an engine that has heard something else, or nothing."""
        self.engine.reset()
        self.engine.scores(self._newest)  # a phrase may just be spoken
        self._streaks.clear()
        self._step_end = self.position

    def _judge(self, scores: Mapping[str, float]) -> Detection | None:
        if self._step_end <= self._deaf_until:
            return None
        for phrase, score in scores.items():
            over = score >= self._settings.threshold
            self._streaks[phrase] = self._streaks.get(phrase, 0) + 1 if over else 0
        heard = [phrase for phrase in scores if self._streaks[phrase] >= self._settings.patience]
        if not heard:
            return None
        best = max(heard, key=lambda phrase: scores[phrase])
        self._streaks.clear()
        self._deaf_until = self._step_end + round(self._settings.refractory_s * SAMPLE_RATE)
        first_step = self._step_end - (self._settings.patience - 1) * self.engine.step_samples
        return Detection(best, scores[best], first_step)
