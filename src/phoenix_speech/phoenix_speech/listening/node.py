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
    PlaybackEvent,
    Transcript,
    UserSpeech,
    WakeWordDetected,
)

from phoenix_core import events
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.health import describe
from phoenix_core.settings.config_file import language_folders
from phoenix_core.telemetry import tracing
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.audio_stream import AudioStream
from phoenix_speech.listening.caller import CallerLoudness
from phoenix_speech.listening.continuation import WITHIN_S, joined
from phoenix_speech.listening.ear import Ear, Early, Heard
from phoenix_speech.listening.endpointer import (
    Decision,
    Endpointer,
    NoSpeech,
    Paused,
    SpeechEnded,
    SpeechStarted,
)
from phoenix_speech.listening.hold import HoldPolicy
from phoenix_speech.listening.recognizer_ladder import RecognizerLadder
from phoenix_speech.listening.report import Report
from phoenix_speech.listening.second_opinion import SecondOpinion
from phoenix_speech.listening.settings import ListenerSettings
from phoenix_speech.listening.voice_activity import SileroVoiceActivity
from phoenix_speech.understanding.completeness import Completeness, CompletenessJudge

REST_S = 60.0
FOLLOW_UP_S = 8.0  # an ear that nobody called for waits and listens so long at most


class Listener(EventNode):
    """
    Listens after a wake word or a request, until a person has spoken or stayed silent.

    In a pause it recognizes what was said so far, and that decides how long the pause may last.
    Each listening ends with one final Transcript, or with one ListeningEvent that says why not.
    Who goes on at once after it was cut too early: one more Transcript has it all.
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
        self._holds = HoldPolicy(settings)
        folders = language_folders(settings.config_path, settings.language)
        self._judge = CompletenessJudge(folders)
        report = Report(partial(self.post, self._impaired), partial(self.post, self.healed))
        may_use = Neighbors.of(self.environ, self.get_namespace()).may_use
        ladder = RecognizerLadder.of(settings, report, may_use=may_use, clock=self.time.now_s)
        self._recognizer = SecondOpinion.of(settings, ladder, self._judge.makes_sense, report)
        self._endpointer = Endpointer(
            SileroVoiceActivity(),
            speech_threshold=settings.speech_threshold,
            silence_threshold=settings.silence_threshold,
            end_silence_s=self._holds.unclear_s,
            longest_pause_s=self._holds.open_s,
            lead_in_s=settings.lead_in_s,
            no_speech_timeout_s=settings.no_speech_s,
            max_utterance_s=settings.max_utterance_s,
        )
        self._caller = CallerLoudness()
        self._ear = Ear.CLOSED
        self._stream = AudioStream()
        self._listening = 0  # number of the current listening; results of an older one are dropped

    def activate(self) -> None:
        """Wait for a wake word or a request."""
        self._muted = False
        self.every(REST_S, self._recognizer.rest)
        self._stream.resume()
        self._recognizing = False
        self._cause: tracing.TraceContext | None = None
        self._partial_due = 0  # position of the stream
        self._partial_running = False
        self._early: Early | None = None
        self._first = ''  # what was understood, until the next call

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
            ear = Ear.FOLLOW_UP if follows_up else Ear.CALLED
            self._open(after=self._stream.position, ear=ear)

    @subscribes(events.MICROPHONE_MUTE)
    def on_mute(self, mute: MicrophoneMute) -> None:
        """Stop listening: a muted microphone delivers nothing, not even silence."""
        self._muted = mute.muted
        if self._muted and self._ear.is_visible:
            self._close(ListeningEvent.MUTED)
        elif self._muted:
            self._shut()

    @subscribes(events.AUDIO_PLAYBACK)
    def on_playback(self, playback: PlaybackEvent) -> None:
        """Wait no longer for a person to go on: what is heard now may be the toy."""
        if playback.kind == PlaybackEvent.STARTED and self._ear is Ear.ENDING:
            self._shut()

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

    def _open(self, after: int, ear: Ear = Ear.CALLED) -> None:
        if self._muted:
            self.listening(kind=ListeningEvent.MUTED)
            return
        if ear is Ear.FOLLOW_UP:
            self._endpointer.open(after=after, within_s=FOLLOW_UP_S, longest_s=FOLLOW_UP_S)
        else:
            self._endpointer.open(after=after, pauses=True)
            self._caller.called()
        self._ear = ear
        self._listening += 1
        self._recognizing = False
        self._early, self._first = None, ''
        self._cause = self.listening(kind=ListeningEvent.OPENED)

    def _close(self, kind: int = ListeningEvent.CANCELLED) -> None:
        if self._ear.is_visible or self._recognizing:
            cause = tracing.current() or self._cause
            self.listening.caused_by(cause)(kind=kind)
            self._recognizing = False
        self._shut()
        self._listening += 1

    def _shut(self) -> None:
        self._endpointer.close()
        self._ear, self._early = Ear.CLOSED, None

    def _decide(self, decision: Decision) -> None:
        match decision:
            case _ if self._ear is Ear.CLOSED:
                pass  # since the decision before this one
            case SpeechStarted(at_sample=position):
                self._started(position)
            case Paused(audio=audio):
                self._early = Early(decision, self._listening)
                recognized = partial(self._recognized_early, self._early)
                self.in_background(self._recognize_early, audio, then=recognized)
            case SpeechEnded():
                self._ended(decision)
            case NoSpeech():
                if self._ear is not Ear.ENDING:
                    self.listening(kind=ListeningEvent.NO_SPEECH)
                self._ear = Ear.CLOSED

    def _started(self, position: int) -> None:
        if self._ear is Ear.ENDING:
            audio = self._endpointer.audio_so_far()
            if audio is None or not self._caller.fits(audio):
                self._shut()  # somebody else
                return
            self._ear = Ear.GOING_ON
            self._cause = self.listening(kind=ListeningEvent.OPENED)
        self._speech_start = position
        self._partial_due = position + self._partial_interval
        stamp = self._stream.time_of(position)
        self._cause = self.user_speech.at(stamp)(kind=UserSpeech.STARTED)

    def _ended(self, ended: SpeechEnded) -> None:
        ear, self._ear = self._ear, Ear.CLOSED
        length_s = (ended.at_sample - self._speech_start) / SAMPLE_RATE
        stamp = self._stream.time_of(ended.at_sample)
        self._cause = self.user_speech.at(stamp)(kind=UserSpeech.ENDED, duration_s=length_s)
        if ear is Ear.CALLED:
            self._caller.learn(ended.audio)
        elif ended.unfinished or not self._caller.fits(ended.audio):
            self.listening(kind=ListeningEvent.NOT_ADDRESSED)
            return
        self.listening(kind=ListeningEvent.HEARD)
        self._recognizing = True
        early, self._early = self._early, None
        with tracing.caused_by(self._cause):
            if early is None or early.pause.at_sample != ended.at_sample:
                recognized = partial(self._recognized, self._listening)
                self.in_background(self._recognize, ended.audio, then=recognized)
            elif early.heard is not None:
                self._recognized(self._listening, early.heard)
            else:
                early.is_all = True
        if ear is Ear.CALLED and not ended.unfinished:
            self._endpointer.open(after=ended.at_sample, within_s=WITHIN_S, pauses=True)
            self._ear = Ear.ENDING

    @property
    def _partial_interval(self) -> int:
        return round(self.settings.partial_interval_s * SAMPLE_RATE)

    def _recognize_so_far(self) -> None:
        """Publish a partial transcript periodically, unless the previous one is still in work."""
        if not self._partial_interval or self._partial_running or self._ear is not Ear.CALLED:
            return  # what nobody called for is judged as a whole before it is recognized
        audio = self._endpointer.audio_so_far()
        if audio is not None and self._stream.position >= self._partial_due:
            self._partial_due = self._stream.position + self._partial_interval
            self._partial_running = True
            self.in_background(self._recognize, audio, True, then=self._partially_recognized)

    def _recognize_early(self, audio: np.ndarray) -> tuple[Heard, float]:
        """Also return the silence that must follow."""
        heard = self._recognize(audio)
        try:
            completeness = self._judge.judge(heard.text)
        except Exception as error:  # after a bug in it the toy only waits a little longer
            self.post(self.fault, 'judging_failed', describe(error))
            completeness = Completeness.UNCLEAR
        return heard, self._holds.silence_s(completeness)

    def _recognized_early(self, early: Early, result: tuple[Heard, float]) -> None:
        early.heard, silence_s = result
        if early.is_all:
            self._recognized(early.listening, early.heard)
        elif early is self._early and (ended := self._endpointer.hold(early.pause, silence_s)):
            with tracing.caused_by(self._cause):
                self._decide(ended)

    def _recognize(self, audio: np.ndarray, sketch: bool = False) -> Heard:
        started = time.monotonic()
        recognize = self._recognizer.sketch if sketch else self._recognizer.recognize
        with self.model_time():
            text = recognize(audio, SAMPLE_RATE)
        return Heard(text, time.monotonic() - started)

    def _impaired(self, code: str, why: str) -> None:
        self.fault(code, why, self_healing=True, impairs=CapabilityStatus.DEGRADED)

    def _recognized(self, listening: int, heard: Heard) -> None:
        if listening != self._listening:
            return
        self._recognizing = False
        first = self._first
        text = joined(first, heard.text, self._judge) if first and heard.text else heard.text
        if text:
            self._first = text
            self._tell(Transcript.FINAL, text, heard.took_s)
        else:
            nothing_more = ListeningEvent.CANCELLED
            self.listening(kind=nothing_more if first else ListeningEvent.NOT_UNDERSTOOD)

    def _partially_recognized(self, heard: Heard) -> None:
        self._partial_running = False
        if heard.text and self._ear.is_visible:
            self._tell(Transcript.PARTIAL, heard.text, heard.took_s)

    def _tell(self, kind: int, text: str, took_s: float) -> None:
        self.transcript(kind=kind, source=Transcript.SPOKEN, text=text, recognition_s=took_s)
