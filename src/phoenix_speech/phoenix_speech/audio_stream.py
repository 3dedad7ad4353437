"""The microphone's frames as one stream of samples: counts gaps, maps positions to times."""

import numpy as np
from builtin_interfaces.msg import Time
from phoenix_msgs.msg import AudioFrame

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds, to_stamp
from phoenix_core.events.event_type import EventRuleError
from phoenix_speech.audio_format import SAMPLE_RATE

LONGEST_AGO_NS = 60 * NANOSECONDS_PER_SECOND


class AudioStream:
    """
    Follows the frames of one microphone.

    position: samples received so far. missing: samples that never arrived, as the device dropped
    them or frames were lost on the way.
    """

    def __init__(self) -> None:
        """Start at position 0."""
        self.position = 0
        self.missing = 0
        self._next: int | None = None
        self._end_ns = 0

    def take(self, frame: AudioFrame) -> np.ndarray:
        """
        Append a frame; return its samples, int16.

        :raises EventRuleError: for another sample rate than 16 kHz.
        """
        if frame.sample_rate != SAMPLE_RATE:
            raise EventRuleError(f'audio/input: {frame.sample_rate} Hz; allowed is {SAMPLE_RATE}')
        samples = np.frombuffer(frame.samples, np.int16)
        self.missing += frame.lost
        if self._next is not None and frame.sequence > self._next:
            self.missing += (frame.sequence - self._next) * len(samples)
        self._next = frame.sequence + 1
        self.position += len(samples)
        self._end_ns = nanoseconds(frame.header.stamp) + _duration_ns(len(samples))
        return samples

    def resume(self) -> None:
        """Continue after frames that were left out on purpose: they are not missing."""
        self._next = None

    def position_at(self, stamp: Time) -> int:
        """Return the position that was captured at a time; the last one if a clock was set."""
        ago_ns = self._end_ns - nanoseconds(stamp)
        if abs(ago_ns) > LONGEST_AGO_NS:
            return self.position
        return self.position - round(ago_ns * SAMPLE_RATE / NANOSECONDS_PER_SECOND)

    def time_of(self, position: int) -> Time:
        """Return the time when a position was captured."""
        return to_stamp(self._end_ns - _duration_ns(self.position - position))


def _duration_ns(samples: int) -> int:
    return round(samples * NANOSECONDS_PER_SECOND / SAMPLE_RATE)
