"""The wake word node: spots the wake phrase in the microphone stream."""

from functools import partial

import numpy as np
from phoenix_msgs.msg import AudioFrame, CapabilityStatus, Fault

from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.audio_stream import AudioStream
from phoenix_speech.wake_word.detector import Detection, WakeWordDetector
from phoenix_speech.wake_word.engine import WakeWordEngine
from phoenix_speech.wake_word.engine_elsewhere import Elsewhere, EngineElsewhere
from phoenix_speech.wake_word.self_speech_filter import SelfSpeechFilter
from phoenix_speech.wake_word.self_test import WakeWordSelfTest, read_calls
from phoenix_speech.wake_word.settings import WAKE_WORD_ENGINES, WakeWordSettings

SELF_SPEECH_SHARE = 0.2  # of the threshold: from this score on, the toy's own words are the phrase
BEHIND_S = 30.0  # audio waiting for its score; a detection later than that is of no use
SCORES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class WakeWord(EventNode):
    """
    Scores every frame on the worker thread and publishes what passes the threshold.

    A phrase that the toy itself said is dropped. An engine that has become deaf is detected and
    replaced by a new one; one elsewhere that fails, by the fallback. On a machine that is too
    slow, overdue audio is skipped.
    """

    wake_word_detected = Publishes(events.WAKE_WORD_DETECTED)
    wake_word_score = Publishes(events.WAKE_WORD_SCORE)
    settings: WakeWordSettings

    def configure(self) -> None:
        """Load the models."""
        settings = self.settings
        self._elsewhere: Elsewhere | None = None
        self._make_engine = partial(WAKE_WORD_ENGINES.make, settings.provider, settings)
        engine = self._make_engine()
        if isinstance(engine, EngineElsewhere):
            self._elsewhere = Elsewhere(
                engine,
                self._make_engine,  # type: ignore[arg-type]
                replaced=partial(self.post, self._report_replaced),
                hears=partial(self.post, self.healed, 'wake_word_replaced'),
                clock=self.time.now_s,
            )
            self._make_engine = partial(WAKE_WORD_ENGINES.make, settings.fallback, settings)
            engine = self._make_engine()
        self._engine = engine
        self._self_speech = SelfSpeechFilter(self._make_engine())
        self._queued = self._scored = self._skip_to = 0  # samples; _scored by the worker
        self._calls = read_calls(self.settings.config_path / 'wake_words')
        if self.metrics is not None:
            self._scores = self.metrics.histogram(
                'phoenix_wake_word_score', 'Scores of all steps.', SCORES, ['phrase']
            )
            self._detections = self.metrics.counter(
                'phoenix_wake_word_detections', 'Wake words that were heard.', ['phrase']
            )

    def cleanup(self) -> None:
        """End the connection of an engine elsewhere."""
        if self._elsewhere is not None:
            self._elsewhere.end()

    def activate(self) -> None:
        """Begin with an empty stream."""
        self._engine.reset()
        self._stream = AudioStream()
        self._watched = False  # somebody subscribes to the scores
        self._origin = 0  # position in the stream at which the detector began
        self.settings_changed()

    def settings_changed(self) -> None:
        """Apply the new settings from now on."""
        self._detector = WakeWordDetector(self._engine, self.settings, self._note_score)
        self._self_test = WakeWordSelfTest(self._calls, self.settings.threshold)

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Score a frame."""
        samples = self._stream.take(frame)
        end = self._stream.position
        self._watched = self.wake_word_score.subscription_count > 0
        self._queued += len(samples)
        self._keep_up()
        self.in_background(self._score, samples, end, self.happened_s(self._stream.time_of(end)))

    @subscribes(events.AUDIO_PLAYED)
    def on_played(self, frame: AudioFrame) -> None:
        """Remember what the toy plays."""
        if frame.sample_rate != SAMPLE_RATE:
            raise EventRuleError(f'audio/played: {frame.sample_rate} Hz; allowed is {SAMPLE_RATE}')
        samples = np.frombuffer(frame.samples, np.int16)
        self.in_background(self._self_speech.play, samples, self.happened_s(frame.header.stamp))

    def _keep_up(self) -> None:
        behind = self._queued - self._scored
        if behind > BEHIND_S * SAMPLE_RATE:
            self._skip_to = self._queued
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
        """Score samples that end at that position and time of the stream; on the worker thread."""
        self._scored += len(samples)
        if self._scored <= self._skip_to:
            return
        detector = self._detector  # settings_changed may replace it meanwhile
        self._origin = end - len(samples) - detector.position
        with self.model_time():
            detection = self._detect(detector, samples)
            if detector.engine is self._engine and self._self_test.is_due(detector.position):
                self._test_engine(detector)
            if detection is None:
                return
            ago = detector.position - detection.at_sample
            said_score = self._self_speech.score(detection.phrase, end_s - ago / SAMPLE_RATE)
        if said_score >= self.settings.threshold * SELF_SPEECH_SHARE:
            self.log.info('the toy itself said the wake phrase', phrase=detection.phrase)
        else:
            self.post(self._publish_detection, detection, end - ago)

    def _detect(self, detector: WakeWordDetector, samples: np.ndarray) -> Detection | None:
        """Let the engine elsewhere hear, or this one in its stead; on the worker thread."""
        elsewhere = self._elsewhere.now() if self._elsewhere is not None else None
        self._change(detector, elsewhere or self._engine)
        if elsewhere is None or self._elsewhere is None:
            return detector.process(samples)
        try:
            return detector.process(samples)
        except Exception as error:  # of any kind: the other one is there for it
            self._elsewhere.failed(error)
            self._change(detector, self._engine)
            return None

    def _change(self, detector: WakeWordDetector, engine: WakeWordEngine) -> None:
        if detector.engine is not engine:
            detector.engine = engine
            detector.recover()

    def _report_replaced(self, why: str) -> None:
        self.fault(
            'wake_word_replaced',
            f'{self.settings.provider}: {why}',
            severity=Fault.WARNING,
            tried=f'hears by {self.settings.fallback}',
            self_healing=True,
            impairs=CapabilityStatus.DEGRADED,
        )

    def _test_engine(self, detector: WakeWordDetector) -> None:
        """Replace the engine if it is deaf; on the worker thread."""
        deaf = self._self_test.deaf_to(detector.engine, detector.position)
        if deaf:
            self._engine = detector.engine = self._make_engine()
            still_deaf = self._self_test.deaf_to(detector.engine, detector.position)
            self.post(self._report_deafness, deaf, still_deaf)
        else:
            self.post(self.healed, 'wake_word_deaf')
        detector.recover()

    def _report_deafness(self, deaf: list[str], still_deaf: list[str]) -> None:
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
        self._self_test.note(phrase, score, at_sample)
        if self.metrics is not None:
            self._scores(phrase).observe(score)
        if self._watched:
            self.post(self._publish_score, phrase, score, self._origin + at_sample)

    def _publish_score(self, phrase: str, score: float, heard: int) -> None:
        if self.is_active:  # a score that is a moment late is not worth a warning
            stamp = self._stream.time_of(heard)
            self.wake_word_score.at(stamp)(phrase=phrase, score=score)

    def _publish_detection(self, detection: Detection, heard: int) -> None:
        stamp = self._stream.time_of(heard)
        self.wake_word_detected.at(stamp)(phrase=detection.phrase, score=detection.score)
        if self.metrics is not None:
            self._detections(detection.phrase).inc()
