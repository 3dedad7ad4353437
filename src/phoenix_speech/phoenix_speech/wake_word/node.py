"""The wake word node: spots the wake phrase in the microphone stream."""

from functools import partial
from typing import Annotated

import numpy as np
from builtin_interfaces.msg import Time
from phoenix_msgs.msg import AudioFrame, CapabilityStatus, Fault

from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.settings.node_settings import NodeSettings, ProviderSettings, setting
from phoenix_core.settings.provider import Provider, ProviderGroup
from phoenix_speech.audio_stream import SAMPLE_RATE, AudioStream
from phoenix_speech.wake_word.detector import (
    Detection,
    OpenWakeWordEngine,
    WakeWordDetector,
    WakeWordEngine,
)
from phoenix_speech.wake_word.hearing_check import HearingCheck, read_calls
from phoenix_speech.wake_word.self_speech_filter import OwnVoice

OWN_SHARE = 0.2  # of the threshold, from which on the toy's own words count as the phrase
BEHIND_S = 30.0  # sound that waits for its score; what is heard so late helps nobody
WAKE_WORD_ENGINES: ProviderGroup['WakeWordSettings', WakeWordEngine] = ProviderGroup(
    'phoenix.wake_word_engines'
)
SCORES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class WakeWordSettings(NodeSettings):
    """Settings of the wake word node."""

    provider: Annotated[str, WAKE_WORD_ENGINES] = setting(
        'openwakeword', 'The engine: an entry point of its group.', machine=True
    )
    models: list[str] = setting(
        ['hey_jarvis'], 'Names of models that the engine brings, or paths of own ones.'
    )
    threshold: float = setting(0.5, 'Score from which on a step counts.', runtime=True, ge=0, le=1)
    patience: int = setting(2, 'Steps in a row that must count.', runtime=True, ge=1, le=20)
    refractory_s: float = setting(
        2.0, 'Deaf for so long after a detection [s].', runtime=True, ge=0, le=30
    )


class WakeWord(EventNode):
    """
    Scores every frame on the worker thread and publishes what passes the threshold.

    Unless the toy has said it itself: what it plays is remembered, and looked at in case of doubt.
    An engine that has become deaf is noticed, and replaced by a new one; on a machine that is too
    slow, what waits for too long is left out.
    """

    wake_word_detected = Publishes(events.WAKE_WORD_DETECTED)
    wake_word_score = Publishes(events.WAKE_WORD_SCORE)
    settings: WakeWordSettings

    def configure(self) -> None:
        """Load the models."""
        self._make_engine = partial(WAKE_WORD_ENGINES.make, self.settings.provider, self.settings)
        self._engine = self._make_engine()
        self._own_voice = OwnVoice(self._make_engine())
        self._given = self._taken = self._skip_to = 0  # samples, to and by the worker
        self._calls = read_calls(self.settings.config_path / 'wake_words')
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
        self._watched = False  # somebody wants to know all scores
        self._origin = 0  # position in the stream at which the detector began
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
        self._hearing = HearingCheck(self._calls, settings.threshold)

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Score a frame."""
        samples = self._stream.take(frame)
        end = self._stream.position
        self._watched = self.wake_word_score.subscription_count > 0
        self._given += len(samples)
        self._keep_up()
        self.in_background(self._score, samples, end, seconds(self._stream.time_of(end)))

    @subscribes(events.AUDIO_PLAYED)
    def on_played(self, frame: AudioFrame) -> None:
        """Remember what the toy says."""
        if frame.sample_rate != SAMPLE_RATE:
            raise EventRuleError(f'audio/played: {frame.sample_rate} Hz; allowed is {SAMPLE_RATE}')
        samples = np.frombuffer(frame.samples, np.int16)
        self.in_background(self._own_voice.play, samples, seconds(frame.header.stamp))

    def _keep_up(self) -> None:
        behind = self._given - self._taken
        if behind > BEHIND_S * SAMPLE_RATE:
            self._skip_to = self._given
            self.fault(
                'wake_word_late',
                f'{behind / SAMPLE_RATE:.1f} s of sound wait for their score',
                severity=Fault.WARNING,
                tried='leaves them out',
                self_healing=True,
                impairs=CapabilityStatus.DEGRADED,
            )
        elif behind < SAMPLE_RATE:
            self.healed('wake_word_late')

    def _score(self, samples: np.ndarray, end: int, end_s: float) -> None:
        """Score samples that end at this position and time of the stream; on the worker thread."""
        self._taken += len(samples)
        if self._taken <= self._skip_to:
            return
        detector = self._detector  # may be another one a moment later
        self._origin = end - len(samples) - detector.position
        with self.model_time():
            detection = detector.process(samples)
            if self._hearing.is_due(detector.position):
                self._check_hearing(detector)
            if detection is None:
                return
            ago = detector.position - detection.at_sample
            own_score = self._own_voice.score(detection.phrase, end_s - ago / SAMPLE_RATE)
        if own_score >= self.settings.threshold * OWN_SHARE:
            self.log.info('the toy itself said the wake phrase', phrase=detection.phrase)
        else:
            self.post(self._tell, detection, end - ago)

    def _check_hearing(self, detector: WakeWordDetector) -> None:
        """Replace a deaf engine by a new one; on the worker thread."""
        deaf = self._hearing.deaf_to(detector.engine, detector.position)
        if deaf:
            self._engine = detector.engine = self._make_engine()
            still_deaf = self._hearing.deaf_to(detector.engine, detector.position)
            self.post(self._tell_deafness, deaf, still_deaf)
        else:
            self.post(self.healed, 'wake_word_deaf')
        detector.reset()

    def _tell_deafness(self, deaf: list[str], still_deaf: list[str]) -> None:
        self.fault(
            'wake_word_deaf',
            f'does not hear {", ".join(deaf)} in the recording of it',
            severity=Fault.ERROR if still_deaf else Fault.WARNING,
            tried='made the engine anew',
            self_healing=True,
            impairs=CapabilityStatus.LOST,
        )
        if not still_deaf:
            self.healed('wake_word_deaf')

    def _note_score(self, phrase: str, score: float, at_sample: int) -> None:
        self._hearing.note(phrase, score, at_sample)
        if self.metrics is not None:
            self._scores(phrase).observe(score)
        if self._watched:
            self.post(self._tell_score, phrase, score, self._origin + at_sample)

    def _tell_score(self, phrase: str, score: float, heard: int) -> None:
        if self.is_active:  # what is late by a moment is no attempt worth a warning
            stamp = self._stream.time_of(heard)
            self.wake_word_score.at(stamp)(phrase=phrase, score=score)

    def _tell(self, detection: Detection, heard: int) -> None:
        stamp = self._stream.time_of(heard)
        self.wake_word_detected.at(stamp)(
            phrase=detection.phrase,
            score=detection.score,
        )
        if self.metrics is not None:
            self._detections(detection.phrase).inc()


def seconds(stamp: Time) -> float:
    """Return a time in seconds."""
    return float(stamp.sec + stamp.nanosec * 1e-9)


def _openwakeword(settings: WakeWordSettings, own: ProviderSettings) -> WakeWordEngine:
    return OpenWakeWordEngine(settings.models)


OPENWAKEWORD = Provider(_openwakeword)


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([WakeWord]))
