"""The wake word node: spots the wake phrase in the microphone stream."""

import numpy as np
from phoenix_msgs.msg import AudioFrame

from phoenix_core import events, plugins
from phoenix_core.execution import run
from phoenix_core.node import EventNode
from phoenix_core.settings import NodeSettings, setting
from phoenix_speech.audio_stream import AudioStream
from phoenix_speech.wake_word_detector import (
    Detection,
    OpenWakeWordEngine,
    WakeWordDetector,
    WakeWordEngine,
)

WAKE_WORD_ENGINES = 'phoenix.wake_word_engines'
SCORES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class WakeWordSettings(NodeSettings):
    """Settings of the wake word node."""

    provider: str = setting('openwakeword', 'The engine: an entry point of its group.')
    models: list[str] = setting(
        ['hey_jarvis'], 'Names of models that the engine brings, or paths of own ones.'
    )
    threshold: float = setting(0.5, 'Score from which on a step counts.', runtime=True, ge=0, le=1)
    patience: int = setting(2, 'Steps in a row that must count.', runtime=True, ge=1, le=20)
    refractory_s: float = setting(
        2.0, 'Deaf for so long after a detection [s].', runtime=True, ge=0, le=30
    )


class WakeWord(EventNode):
    """Scores every frame on the worker thread and publishes what passes the threshold."""

    produces = (events.WAKE_WORD_DETECTED,)
    consumes = {events.AUDIO_INPUT: 'on_audio'}
    settings: WakeWordSettings

    def configure(self) -> None:
        """Load the models."""
        self._engine: WakeWordEngine = plugins.load(WAKE_WORD_ENGINES, self.settings.provider)(
            self.settings
        )

        if self.metrics is not None:
            self._scores = self.metrics.histogram(
                'phoenix_wake_word_score', 'Scores of all steps.', SCORES, ['phrase']
            )
            self._detections = self.metrics.counter(
                'phoenix_wake_word_detections', 'Wake words that were heard.', ['phrase']
            )

    def activate(self) -> None:
        """Begin with an empty stream."""
        self._engine.reset()
        self._stream = AudioStream()
        self.settings_changed()

    def settings_changed(self) -> None:
        """Judge what comes from now on by the new settings."""
        settings = self.settings
        self._detector = WakeWordDetector(
            self._engine,
            threshold=settings.threshold,
            patience=settings.patience,
            refractory_s=settings.refractory_s,
            on_score=self._note_score,
        )

    def on_audio(self, frame: AudioFrame) -> None:
        """Score a frame."""
        samples = self._stream.take(frame)
        self.in_background(self._score, samples, self._stream.position)

    def _score(self, samples: np.ndarray, end: int) -> None:
        """Score samples that end at this position of the stream; on the worker thread."""
        detector = self._detector  # may be another one a moment later
        with self.model_time():
            detection = detector.process(samples)
        if detection is not None:
            heard = end - (detector.position - detection.at_sample)
            self.post(self._tell, detection, heard)

    def _note_score(self, phrase: str, score: float) -> None:
        if self.metrics is not None:
            self._scores(phrase).observe(score)

    def _tell(self, detection: Detection, heard: int) -> None:
        self.publish(
            events.WAKE_WORD_DETECTED,
            stamp=self._stream.time_of(heard),
            phrase=detection.phrase,
            score=detection.score,
        )
        if self.metrics is not None:
            self._detections(detection.phrase).inc()


def openwakeword(settings: WakeWordSettings) -> WakeWordEngine:
    """Make an openWakeWord engine."""
    return OpenWakeWordEngine(settings.models)


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([WakeWord]))
