"""The voice node: speaks texts, as frames for the speaker."""

import array
from contextlib import closing, suppress
from functools import partial

import numpy as np
from phoenix_msgs.msg import CapabilityStatus, Fault, SayRequest, StopSpeaking

from phoenix_core import events
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.telemetry import tracing
from phoenix_speech.safety.installed import safety_folder, safety_numbers
from phoenix_speech.sentences import SpeechRules
from phoenix_speech.voice.frame_queue import FrameQueue, QueuedFrame
from phoenix_speech.voice.guarded_text import GuardedText
from phoenix_speech.voice.reading.reader import TextReader
from phoenix_speech.voice.settings import VOICES, VoiceSettings
from phoenix_speech.voice.speech_synthesizer import SpeechSynthesizer
from phoenix_speech.voice.voice_provider import VoiceError

FRAME_SAMPLES = 640
SEND_PERIOD_S = 0.02


class Voice(EventNode):
    """
    Speaks one request after another.

    Each sentence passes the speech guard first, whoever asked for it. Speech is synthesized on the
    worker thread, sentence by sentence, and sent from a queue at the rate of its playing. Every
    request ends with a last frame, or an earcon when no voice works.
    """

    audio_output = Publishes(events.AUDIO_OUTPUT)
    earcon = Publishes(events.EARCON)
    settings: VoiceSettings

    def configure(self) -> None:
        """Make the synthesizer; the voices are loaded when first needed."""
        settings = self.settings
        self._rules = SpeechRules.load(settings.config_path, settings.language)
        self._reader = TextReader(settings.config_path, settings.language)
        self._guarded = GuardedText(
            GuardedText.load_guard(
                safety_folder(settings.language), safety_numbers(settings), self._guard_failed
            ),
            settings.language,
            self._rules,
            self._reader,
            clock=self.time.now_s,
            on_refused=lambda reason: self.post(self._refused, reason),
            on_lost=lambda count: self.post(self._not_read, count),
        )
        self._synthesizer = SpeechSynthesizer(
            {name: partial(VOICES.load(name).make, name, settings) for name in settings.providers},
            self._rules,
            sample_rate=settings.sample_rate,
            clock=self.time.now_s,
            may_use=Neighbors.of(self.environ, self.get_namespace()).may_use,
            on_failure=lambda name, error: self.post(self._voice_failed, name, error),
        )

    def activate(self) -> None:
        """Start silent, and load the first voice before it is needed."""
        settings = self.settings
        self._queue = FrameQueue(
            sample_rate=settings.sample_rate, frame_samples=FRAME_SAMPLES, lead_s=settings.lead_s
        )
        self._requests: dict[str, tracing.TraceContext | None] = {}
        self._sequences: dict[str, int] = {}
        self.every(SEND_PERIOD_S, self._send)
        phrases = [self._rules.warm_up, *filter(None, settings.cached_phrases)]
        self.in_background(self._warm, phrases)

    def deactivate(self) -> None:
        """Stop speaking."""
        self._drop_all()

    def cleanup(self) -> None:
        """Free the voices."""
        self._synthesizer.close()

    @subscribes(events.SAY_REQUEST)
    def on_say(self, request: SayRequest) -> None:
        """Speak a text after the current one."""
        self._requests[request.utterance_id] = tracing.current()
        self.in_background(self._synthesize, request.utterance_id, request.text)

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        """Stop speaking, and drop all requests."""
        self._drop_all()

    def _drop_all(self) -> None:
        self._queue.clear()
        for utterance_id in list(self._sequences):
            self._send_frame(QueuedFrame(utterance_id, np.empty(0, np.int16), True))
        self._requests.clear()

    def _warm(self, phrases: list[str]) -> None:
        with suppress(VoiceError):  # each voice's failure has been reported already
            self._synthesizer.warm(self._reader.read(phrase).text for phrase in phrases)

    def _synthesize(self, utterance_id: str, text: str) -> None:
        """Synthesize a request, unless it was stopped; on the worker thread."""
        is_silent = True
        interaction = tracing.current()
        try:
            fit = self._guarded.of(text, interaction.trace_id if interaction else '')
            with closing(self._synthesizer.synthesize(fit)) as chunks:
                for chunk in self.by_model(chunks):
                    if utterance_id not in self._requests:
                        return
                    self.post(self._enqueue, utterance_id, chunk, False)
                    is_silent = False
        except VoiceError as error:
            if utterance_id not in self._requests:
                return  # stopped, perhaps by cleanup, which closes the voices
            self.post(self.fault, 'no_voice_works', str(error), impairs=CapabilityStatus.LOST)
            if is_silent:
                self.post(self._substitute, utterance_id)
                return
        else:
            self.post(self._spoke, self._synthesizer.last_voice)
        self.post(self._enqueue, utterance_id, np.empty(0, np.int16), True)

    def _enqueue(self, utterance_id: str, samples: np.ndarray, last: bool) -> None:
        if utterance_id in self._requests:
            self._queue.put(utterance_id, samples, last=last)
            self._send()

    def _substitute(self, utterance_id: str) -> None:
        """Play an earcon as the utterance, so that whoever waits for it gets its end."""
        if utterance_id in self._requests:
            cause = self._requests.pop(utterance_id)
            self.earcon.caused_by(cause)(earcon='error', utterance_id=utterance_id)

    def _send(self) -> None:
        for frame in self._queue.due(self.time.now_s()):
            self._send_frame(frame)

    def _send_frame(self, frame: QueuedFrame) -> None:
        sequence = self._sequences.get(frame.utterance_id, 0)
        cause = self._requests.get(frame.utterance_id)
        self.audio_output.caused_by(cause)(
            stream_id=frame.utterance_id,
            sequence=sequence,
            sample_rate=self.settings.sample_rate,
            channels=1,
            last=frame.last,
            samples=array.array('h', frame.samples.tobytes()),
        )
        self._sequences[frame.utterance_id] = sequence + 1
        if frame.last:
            del self._sequences[frame.utterance_id]
            self._requests.pop(frame.utterance_id, None)

    def _refused(self, reason: str) -> None:
        self.fault(
            'speech_refused',
            reason,
            severity=Fault.WARNING,
            tried='says a calm sentence instead',
            self_healing=True,
        )

    def _not_read(self, count: int) -> None:
        self.fault(
            'not_read',
            f'{count} characters have no reading in reading.yaml of the language',
            severity=Fault.WARNING,
            tried='says the rest',
            self_healing=True,
        )

    def _guard_failed(self, problem: str) -> None:
        self.fault(
            'speech_guard_failed',
            problem,
            severity=Fault.FATAL,
            tried='says nothing but a calm sentence',
            impairs=CapabilityStatus.DEGRADED,
        )

    def _voice_failed(self, name: str, error: Exception) -> None:
        self.fault(
            'voice_failed',
            f'{name}: {error}',
            severity=Fault.WARNING,
            tried='speaks with the next voice',
            self_healing=True,
            impairs=CapabilityStatus.DEGRADED,
        )

    def _spoke(self, name: str) -> None:
        self.healed('no_voice_works')
        if name == self.settings.providers[0]:
            self.healed('voice_failed')
