"""The listener node: cuts out what a person says to the toy and turns it into words."""

import time
from functools import partial
from typing import Annotated

import numpy as np
from phoenix_msgs.msg import (
    AudioFrame,
    CapabilityStatus,
    ListeningEvent,
    ListenRequest,
    MicrophoneMute,
    Transcript,
    UserSpeech,
    WakeWordDetected,
)

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.node.health import describe
from phoenix_core.settings.node_settings import NodeSettings, ProviderSettings, setting
from phoenix_core.settings.provider import Provider, ProviderGroup
from phoenix_core.telemetry import tracing
from phoenix_speech.audio_stream import SAMPLE_RATE, AudioStream
from phoenix_speech.listening.endpointer import (
    Decision,
    Endpointer,
    NoSpeech,
    SpeechEnded,
    SpeechStarted,
)
from phoenix_speech.listening.recognizer import (
    FasterWhisperRecognizer,
    MoonshineRecognizer,
    Recognizer,
)
from phoenix_speech.listening.voice_activity import SileroVoiceActivity

RECOGNIZERS: ProviderGroup['ListenerSettings', Recognizer] = ProviderGroup('phoenix.recognizers')


class ListenerSettings(NodeSettings):
    """Settings of the listener node."""

    provider: Annotated[str, RECOGNIZERS] = setting(
        'moonshine', 'The recognizer: an entry point of its group.', machine=True
    )
    speech_threshold: float = setting(0.5, 'Voice activity that counts as speech.', gt=0, lt=1)
    silence_threshold: float = setting(0.35, 'Voice activity below is silence.', gt=0, lt=1)
    end_silence_s: float = setting(0.7, 'Silence that ends an utterance [s].', ge=0.1, le=5)
    lead_in_s: float = setting(0.3, 'Kept from before the first sound [s].', ge=0, le=2)
    no_speech_s: float = setting(6.0, 'How long to wait for the first word [s].', ge=1, le=60)
    max_utterance_s: float = setting(15.0, 'The longest utterance [s].', ge=1, le=60)
    partial_interval_s: float = setting(
        1.0, 'Time between partial transcripts [s]; 0: none.', ge=0, le=10
    )


class Listener(EventNode):
    """
    Listens from a wake word or a request on, until a person has spoken or kept silent.

    One final Transcript, or one ListeningEvent that says why there is none, ends each listening.
    """

    listening = Publishes(events.LISTENING)
    user_speech = Publishes(events.USER_SPEECH)
    transcript = Publishes(events.TRANSCRIPT)
    settings: ListenerSettings

    def configure(self) -> None:
        """Load voice activity detection and the recognizer."""
        settings = self.settings
        self._recognizer = RECOGNIZERS.make(settings.provider, settings)
        self._endpointer = Endpointer(
            SileroVoiceActivity(),
            speech_threshold=settings.speech_threshold,
            silence_threshold=settings.silence_threshold,
            end_silence_s=settings.end_silence_s,
            lead_in_s=settings.lead_in_s,
            no_speech_timeout_s=settings.no_speech_s,
            max_utterance_s=settings.max_utterance_s,
        )
        self._stream = AudioStream()
        self._listening = 0  # listenings are numbered: what comes of an older one is dropped

    def activate(self) -> None:
        """Wait for a reason to listen."""
        self._muted = False
        self._stream.resume()
        self._recognizing = False
        self._cause: tracing.TraceContext | None = None
        self._partial_due = 0  # position of the stream
        self._partial_running = False

    def deactivate(self) -> None:
        """Close the ear."""
        self._close()

    @subscribes(events.WAKE_WORD_DETECTED)
    def on_wake_word(self, event: WakeWordDetected) -> None:
        """Listen to what follows the wake phrase."""
        self._open(after=self._stream.position_at(event.header.stamp))

    @subscribes(events.LISTEN_REQUEST)
    def on_request(self, request: ListenRequest) -> None:
        """Open or close the ear."""
        if request.kind == ListenRequest.OPEN:
            self._open(after=self._stream.position)
        else:
            self._close()

    @subscribes(events.MICROPHONE_MUTE)
    def on_mute(self, mute: MicrophoneMute) -> None:
        """Close the ear: a muted microphone delivers nothing, not even silence."""
        self._muted = mute.muted
        if self._muted and self._endpointer.is_open:
            self._close(ListeningEvent.MUTED)

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Judge a frame."""
        missing = self._stream.missing
        decisions = self._endpointer.process(self._stream.take(frame))
        if self._stream.missing > missing:
            self.log.warning('samples missing', samples=self._stream.missing - missing)
        with tracing.caused_by(self._cause):
            for decision in decisions:
                self._decide(decision)
            self._recognize_so_far()

    def _open(self, after: int) -> None:
        if self._muted:
            self.listening(kind=ListeningEvent.MUTED)
            return
        self._endpointer.open(after=after)
        self._listening += 1
        self._recognizing = False
        self._cause = self.listening(kind=ListeningEvent.OPENED)

    def _close(self, kind: int = ListeningEvent.CANCELLED) -> None:
        if self._endpointer.is_open or self._recognizing:
            self._endpointer.close()
            self._listening += 1
            self._recognizing = False
            cause = tracing.current() or self._cause
            self.listening.caused_by(cause)(kind=kind)

    def _decide(self, decision: Decision) -> None:
        match decision:
            case SpeechStarted(at_sample=position):
                self._speech_start = position
                self._partial_due = position + self._partial_interval
                stamp = self._stream.time_of(position)
                self._cause = self.user_speech.at(stamp)(kind=UserSpeech.STARTED)
            case SpeechEnded(at_sample=position, audio=audio):
                length_s = (position - self._speech_start) / SAMPLE_RATE
                stamp = self._stream.time_of(position)
                self._cause = self.user_speech.at(stamp)(
                    kind=UserSpeech.ENDED,
                    duration_s=length_s,
                )
                self.listening(kind=ListeningEvent.HEARD)
                self._recognizing = True
                with tracing.caused_by(self._cause):
                    self.in_background(
                        self._recognize, audio, then=partial(self._tell, self._listening)
                    )
            case NoSpeech():
                self.listening(kind=ListeningEvent.NO_SPEECH)

    @property
    def _partial_interval(self) -> int:
        return round(self.settings.partial_interval_s * SAMPLE_RATE)

    def _recognize_so_far(self) -> None:
        """Publish a partial transcript now and then, unless the one before is still in work."""
        if not self._partial_interval or self._partial_running:
            return
        audio = self._endpointer.audio_so_far()
        if audio is not None and self._stream.position >= self._partial_due:
            self._partial_due = self._stream.position + self._partial_interval
            self._partial_running = True
            self.in_background(self._recognize, audio, then=self._tell_partial)

    def _recognize(self, audio: np.ndarray) -> tuple[str, float]:
        """Return the words and how long it took; no words when the recognizer fails."""
        started = time.monotonic()
        try:
            with self.model_time():
                text = self._recognizer.recognize(audio, SAMPLE_RATE)
        except Exception as error:  # whatever the engine raises, the toy asks to say it again
            self.post(
                self.fault,
                'recognizer_failed',
                describe(error),
                self_healing=True,
                impairs=CapabilityStatus.DEGRADED,
            )
            text = ''
        else:
            self.post(self.healed, 'recognizer_failed')
        return text, time.monotonic() - started

    def _tell(self, listening: int, result: tuple[str, float]) -> None:
        if listening != self._listening:
            return
        self._recognizing = False
        text, took_s = result
        if text:
            self.transcript(
                kind=Transcript.FINAL,
                source=Transcript.SPOKEN,
                text=text,
                recognition_s=took_s,
            )
        else:
            self.listening(kind=ListeningEvent.NOT_UNDERSTOOD)

    def _tell_partial(self, result: tuple[str, float]) -> None:
        self._partial_running = False
        text, took_s = result
        if text and self._endpointer.is_open:
            self.transcript(
                kind=Transcript.PARTIAL,
                source=Transcript.SPOKEN,
                text=text,
                recognition_s=took_s,
            )


class MoonshineSettings(ProviderSettings):
    """Settings of the Moonshine recognizer."""

    model: str = setting(
        'tiny-en', 'Name of a model in the package, or the folder of another.', machine=True
    )


class FasterWhisperSettings(ProviderSettings):
    """Settings of the Whisper recognizer."""

    model: str = setting('base.en', 'Size, or the folder of a converted model.', machine=True)


def _moonshine(settings: ListenerSettings, own: MoonshineSettings) -> Recognizer:
    return MoonshineRecognizer(model=own.model)


def _faster_whisper(settings: ListenerSettings, own: FasterWhisperSettings) -> Recognizer:
    return FasterWhisperRecognizer(model=own.model, language=settings.language)


MOONSHINE = Provider(_moonshine, MoonshineSettings)
FASTER_WHISPER = Provider(_faster_whisper, FasterWhisperSettings)


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Listener]))
