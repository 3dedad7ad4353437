"""
Finds where an utterance starts and ends in a stream of audio.

What follows a wake word needs care, as some people pause after it and others do not:

- The last seconds of audio are kept, also while closed, so that open() may lie in the past: a wake
  word is reported late, and the audio since then is judged at once.
- open(after=...) names the sample where something ended that must not be heard: the wake phrase
  or the toy's own voice. Of the audio before it, only OVERLAP_S is used.
- The voice activity detector is reset shortly before that sample. Reset at the sample, it would
  detect a "stop" without a pause too late; with the whole phrase in its past, it would take
  every breath that follows for speech.
- A wake word fires shortly before or after its last sound is over. After: OVERLAP_S keeps the
  first sound of who speaks on without a pause. Before: speech within TAIL_S is no evidence;
  alone it starts nothing, but when speech continues beyond it, the utterance begins at its first
  sound.

How much silence ends it depends on what was said. Where pauses are asked for, each is told early,
and hold() answers how long it may last; until then, and at most, it lasts `longest_pause_s`.
"""

from dataclasses import dataclass

import numpy as np

from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.listening.voice_activity import WINDOW_SAMPLES, VoiceActivityDetector

MIN_SPEECH_S = 0.16  # without a gap, starts an utterance; shorter noises are ignored
PAUSE_S = 0.16  # silence that is a pause, where these are asked for
OVERLAP_S, TAIL_S = 0.15, 0.1  # see above
HISTORY_S = 2.0  # kept while closed: how late open() may be called without losing audio
WARM_UP_S = 0.3  # audio that the voice activity detector hears before the first judged sample


@dataclass(frozen=True)
class SpeechStarted:
    """The user began to speak."""

    at_sample: int  # first sample of speech, lead-in not included


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Paused:
    """The user may have finished; hold() decides."""

    at_sample: int  # end of speech, as of the SpeechEnded that may follow
    audio: np.ndarray  # as of SpeechEnded


@dataclass(frozen=True, eq=False)
class SpeechEnded:
    """The utterance is complete; the endpointer has closed itself."""

    at_sample: int  # end of speech, or of the audio when max_utterance_s was reached
    audio: np.ndarray  # int16 mono at 16 kHz, from the lead-in to the last sample judged
    unfinished: bool = False  # the longest utterance is over, and there was no pause


@dataclass(frozen=True)
class NoSpeech:
    """Nobody spoke in time; the endpointer has closed itself."""

    at_sample: int


Decision = SpeechStarted | Paused | SpeechEnded | NoSpeech


class Endpointer:
    """
    Cuts one utterance per open() out of a continuous stream; its time is counted in samples.

    :param vad: rates windows of 512 samples.
    :param speech_threshold: probability from which on a window is speech.
    :param silence_threshold: probability below which speech turns into silence (hysteresis).
    :param end_silence_s: silence that ends it, where pauses are not asked for.
    :param longest_pause_s: silence that ends it, where they are, unless hold() says less.
    :param lead_in_s: audio kept before the first speech window, for a soft first sound.
    :param no_speech_timeout_s: NoSpeech after that long without speech.
    :param max_utterance_s: longest audio of an utterance, lead-in included.
    """

    def __init__(
        self,
        vad: VoiceActivityDetector,
        *,
        speech_threshold: float = 0.5,
        silence_threshold: float = 0.35,
        end_silence_s: float = 0.7,
        longest_pause_s: float = 1.25,
        lead_in_s: float = 0.3,
        no_speech_timeout_s: float = 6.0,
        max_utterance_s: float = 15.0,
    ) -> None:
        if not 0 < silence_threshold <= speech_threshold < 1:
            raise ValueError(
                f'endpointer: silence_threshold={silence_threshold} and'
                f' speech_threshold={speech_threshold}; must be 0 < silence <= speech < 1'
            )
        self._vad = vad
        self._speech_threshold = speech_threshold
        self._silence_threshold = silence_threshold
        self._end_silence = _samples(end_silence_s)
        self._longest_pause = _samples(longest_pause_s)
        self._lead_in = _samples(lead_in_s)
        self._no_speech_timeout = _samples(no_speech_timeout_s)
        self._max_utterance = _samples(max_utterance_s)
        self._history = _samples(HISTORY_S + max(lead_in_s, WARM_UP_S, OVERLAP_S))
        self._longest = self._max_utterance
        self.is_open = False
        self.position = 0  # samples processed so far: the stream's clock
        self._audio = np.empty(0, np.int16)  # the samples before position

    def open(
        self,
        after: int | None = None,
        *,
        within_s: float | None = None,
        longest_s: float | None = None,
        pauses: bool = False,
    ) -> None:
        """
        Listen for one utterance; an unfinished one is dropped.

        :param within_s: it must begin so soon, whatever the general limit.
        :param longest_s: it may be no longer, whatever the general limit.
        :param pauses: ask by Paused how long each of its pauses may last.
        :param after: position where the wake phrase or the toy's own voice ended; it may lie up
            to HISTORY_S in the past or in the future. None (a button was pressed): nothing has to
            be left out, the lead-in may reach back freely and all speech counts.
        """
        oldest = self.position - len(self._audio)
        if after is None:
            self._earliest, start, self._counts_from = oldest, self.position, self.position
        else:
            start = min(max(after, oldest), self.position + self._history)
            self._earliest = max(start - _samples(OVERLAP_S), oldest)
            self._counts_from = start + _samples(TAIL_S)
        self._window_start = max(start - _samples(WARM_UP_S), oldest)
        self._deadline, self._longest = start + self._no_speech_timeout, self._max_utterance
        if within_s is not None:
            self._deadline = min(self._deadline, start + _samples(within_s))
        if longest_s is not None:
            self._longest = min(self._longest, _samples(longest_s))
        self._tells_pauses = pauses
        self._hold = self._end_silence
        self._paused_at: int | None = None
        self._voiced = False
        self._counted = 0  # samples of the current run of speech that count as evidence
        self._speech_start = self._speech_end = start
        self._started = False
        self._vad.reset()
        self.is_open = True

    def close(self) -> None:
        """Stop listening without a decision."""
        self.is_open = False

    def hold(self, pause: Paused, silence_s: float) -> SpeechEnded | None:
        """Let a pause end the utterance after that silence; return its end if that is over."""
        if not self.is_open or self._paused_at != pause.at_sample:
            return None  # the user went on
        self._hold = _samples(silence_s)
        ended = self._judge_silence(self._window_start)
        self.is_open = ended is None
        return ended

    def process(self, samples: np.ndarray) -> list[Decision]:
        """Process int16 mono samples at 16 kHz, of any length; return the decisions."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(
                f'endpointer: got {samples.dtype} samples of shape {samples.shape};'
                ' allowed is one dimension of int16'
            )
        self._audio = np.concatenate((self._audio, samples))
        self.position += len(samples)
        decisions: list[Decision] = []
        while self.is_open and self._window_start + WINDOW_SAMPLES <= self.position:
            end = self._window_start + WINDOW_SAMPLES
            probability = self._vad.probability(self._slice(self._window_start, end))
            decision = self._judge(probability, end)
            self._window_start = end
            if decision:
                decisions.append(decision)
            if isinstance(decision, SpeechEnded | NoSpeech):
                self.is_open = False
        if not self.is_open:
            self._audio = self._audio[-self._history :]
        return decisions

    def audio_so_far(self) -> np.ndarray | None:
        """
        Return the audio of the utterance being spoken, for a partial transcript.

        None in a pause, too: if that is the end, the final transcript comes first.
        """
        if not (self.is_open and self._started and self._voiced):
            return None
        return self._slice(self._audio_start(), self._window_start)

    def _judge(self, probability: float, end: int) -> Decision | None:
        threshold = self._silence_threshold if self._voiced else self._speech_threshold
        was_voiced, self._voiced = self._voiced, probability >= threshold
        if self._voiced:
            self._speech_end, self._paused_at = end, None
        if self._started:
            return self._judge_end(end)
        if self._voiced:
            if not was_voiced:
                self._speech_start, self._counted = end - WINDOW_SAMPLES, 0
            if end > self._counts_from:
                self._counted += WINDOW_SAMPLES
            if self._counted >= _samples(MIN_SPEECH_S):
                self._started = True
                return SpeechStarted(max(self._speech_start, self._earliest))
        elif end >= self._deadline:
            return NoSpeech(end)
        return None

    def _judge_end(self, end: int) -> Paused | SpeechEnded | None:
        start = self._audio_start()
        if end - start >= self._longest:
            cut = start + self._longest
            return SpeechEnded(cut, self._slice(start, cut), unfinished=True)
        is_pause = self._tells_pauses and end - self._speech_end >= _samples(PAUSE_S)
        if is_pause and self._paused_at is None:
            self._paused_at, self._hold = self._speech_end, self._longest_pause
            return Paused(self._speech_end, self._slice(start, end))
        return self._judge_silence(end)

    def _judge_silence(self, end: int) -> SpeechEnded | None:
        if end - self._speech_end < self._hold:
            return None
        return SpeechEnded(self._speech_end, self._slice(self._audio_start(), end))

    def _audio_start(self) -> int:
        return max(self._speech_start - self._lead_in, self._earliest)

    def _slice(self, start: int, end: int) -> np.ndarray:
        """Return the samples of stream positions start to end; both must still be kept."""
        oldest = self.position - len(self._audio)
        return self._audio[start - oldest : end - oldest].copy()


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
