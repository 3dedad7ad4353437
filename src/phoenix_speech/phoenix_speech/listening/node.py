"""The listener node: detects what a person says to the toy and turns it into text."""

import time
from functools import partial

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
from phoenix_core.telemetry import tracing
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.audio_stream import AudioStream
from phoenix_speech.listening.caller import CallerLoudness
from phoenix_speech.listening.endpointer import (
    Decision,
    Endpointer,
    NoSpeech,
    SpeechEnded,
    SpeechStarted,
)
from phoenix_speech.listening.settings import RECOGNIZERS, ListenerSettings
from phoenix_speech.listening.voice_activity import SileroVoiceActivity

FOLLOW_UP_S = 8.0  # an ear that nobody called for waits and listens so long at most


class Listener(EventNode):
    """
    Listens after a wake word or a request, until a person has spoken or stayed silent.

    Each listening ends with one final Transcript, or with one ListeningEvent that says why not.
    Where nobody called, nothing is recognized of a monologue, or of a voice that is far louder or
    quieter than the caller's was.
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
        self._caller = CallerLoudness()
        self._follows_up = False
        self._stream = AudioStream()
        self._listening = 0  # number of the current listening; results of an older one are dropped

    def activate(self) -> None:
        """Wait for a wake word or a request."""
        self._muted = False
        self._stream.resume()
        self._recognizing = False
        self._cause: tracing.TraceContext | None = None
        self._partial_due = 0  # position of the stream
        self._partial_running = False

    def deactivate(self) -> None:
        """Stop listening."""
        self._close()

    @subscribes(events.WAKE_WORD_DETECTED)
    def on_wake_word(self, event: WakeWordDetected) -> None:
        """Listen to what follows the wake phrase."""
        self._open(after=self._stream.position_at(event.header.stamp))

    @subscribes(events.LISTEN_REQUEST)
    def on_request(self, request: ListenRequest) -> None:
        """Start or stop listening."""
        if request.kind == ListenRequest.CLOSE:
            self._close()
        else:
            follows_up = request.kind == ListenRequest.FOLLOW_UP
            self._open(after=self._stream.position, follows_up=follows_up)

    @subscribes(events.MICROPHONE_MUTE)
    def on_mute(self, mute: MicrophoneMute) -> None:
        """Stop listening: a muted microphone delivers nothing, not even silence."""
        self._muted = mute.muted
        if self._muted and self._endpointer.is_open:
            self._close(ListeningEvent.MUTED)

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Look for the start and the end of an utterance in a frame."""
        missing = self._stream.missing
        decisions = self._endpointer.process(self._stream.take(frame))
        if self._stream.missing > missing:
            self.log.warning('samples missing', samples=self._stream.missing - missing)
        with tracing.caused_by(self._cause):
            for decision in decisions:
                self._decide(decision)
            self._recognize_so_far()

    def _open(self, after: int, *, follows_up: bool = False) -> None:
        if self._muted:
            self.listening(kind=ListeningEvent.MUTED)
            return
        self._endpointer.open(after=after, within_s=FOLLOW_UP_S if follows_up else None)
        self._follows_up = follows_up
        if not follows_up:
            self._caller.called()
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
            case SpeechEnded(at_sample=position, audio=audio, unfinished=unfinished):
                length_s = (position - self._speech_start) / SAMPLE_RATE
                stamp = self._stream.time_of(position)
                self._cause = self.user_speech.at(stamp)(
                    kind=UserSpeech.ENDED,
                    duration_s=length_s,
                )
                if not self._follows_up:
                    self._caller.learn(audio)
                elif unfinished or not self._caller.fits(audio):
                    self.listening(kind=ListeningEvent.NOT_ADDRESSED)
                    return
                self.listening(kind=ListeningEvent.HEARD)
                self._recognizing = True
                with tracing.caused_by(self._cause):
                    self.in_background(
                        self._recognize, audio, then=partial(self._recognized, self._listening)
                    )
            case NoSpeech():
                self.listening(kind=ListeningEvent.NO_SPEECH)

    @property
    def _partial_interval(self) -> int:
        return round(self.settings.partial_interval_s * SAMPLE_RATE)

    def _recognize_so_far(self) -> None:
        """Publish a partial transcript periodically, unless the previous one is still in work."""
        if not self._partial_interval or self._partial_running or self._follows_up:
            return  # what nobody called for is judged as a whole before it is recognized
        audio = self._endpointer.audio_so_far()
        if audio is not None and self._stream.position >= self._partial_due:
            self._partial_due = self._stream.position + self._partial_interval
            self._partial_running = True
            self.in_background(self._recognize, audio, then=self._partially_recognized)

    def _recognize(self, audio: np.ndarray) -> tuple[str, float]:
        """Return the text and how long it took; no text when the recognizer fails."""
        started = time.monotonic()
        try:
            with self.model_time():
                text = self._recognizer.recognize(audio, SAMPLE_RATE)
        except Exception as error:  # of any kind: the toy asks to say it again
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

    def _recognized(self, listening: int, result: tuple[str, float]) -> None:
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

    def _partially_recognized(self, result: tuple[str, float]) -> None:
        self._partial_running = False
        text, took_s = result
        if text and self._endpointer.is_open:
            self.transcript(
                kind=Transcript.PARTIAL,
                source=Transcript.SPOKEN,
                text=text,
                recognition_s=took_s,
            )


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Listener]))
