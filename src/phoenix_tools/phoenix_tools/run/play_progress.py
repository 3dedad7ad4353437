"""Decide when the toy has finished answering a recording, and whether it has succeeded."""

from typing import Any

from phoenix_msgs.msg import ActivityState, PlaybackEvent, Transcript

from phoenix_core import events
from phoenix_core.events.event_type import EventType

GRACE_S = 3.0  # without an answer after the recording, before the toy counts as failed
LONGEST_ANSWER_S = 120.0


class PlayProgress:
    """Follow the events from the start of a recording on; times are seconds of one clock."""

    def __init__(self, file: str, length_s: float, started_s: float) -> None:
        self._file = file
        self._over_s = started_s + length_s
        self._woken = self._understood = self._answered = False
        self._will_speak = False
        self._followed = False  # it has come to rest after what was understood
        self._heard = ''
        self._resting_since_s: float | None = started_s

    def feed(self, event: EventType, message: Any, now_s: float) -> None:
        """Process an event."""
        if event is events.WAKE_WORD_DETECTED:
            self._woken = True
        elif event is events.TRANSCRIPT and message.kind == Transcript.FINAL:
            self._heard = message.text
        elif event is events.INTENT_DETECTED:
            self._understood, self._followed = True, False
        elif event is events.SAY_REQUEST:
            self._will_speak = True
        elif event is events.AUDIO_PLAYBACK:
            self._answered |= message.kind == PlaybackEvent.FINISHED and message.position_s > 0
        elif event is events.ACTIVITY_STATE:
            resting = message.phase == ActivityState.RESTING
            self._resting_since_s = now_s if resting else None
            self._followed |= resting and self._understood

    def verdict(self, now_s: float) -> str | None:
        """Return None while it goes on, '' when the toy has answered, else what went wrong."""
        if now_s < self._over_s:
            return None
        if self._resting_since_s is None:
            if now_s > self._over_s + LONGEST_ANSWER_S:
                return f'the toy was still busy {LONGEST_ANSWER_S:.0f} s after {self._file}'
            return None
        if self._answered and self._understood:
            return ''
        if now_s - max(self._resting_since_s, self._over_s) < GRACE_S:
            return None
        if not self._woken:
            return f'no wake word was heard in {self._file}'
        if not self._heard:
            return f'the wake word was heard in {self._file}, but no words after it'
        if not self._understood:
            return f'heard {self._heard!r} in {self._file}, but found no intent'
        if self._followed and not self._will_speak:
            return ''  # as after "stop", where silence is the answer
        return f'heard {self._heard!r} in {self._file}, but nothing was said aloud'
