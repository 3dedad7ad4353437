"""The microphone's frames as one stream of samples: counts what is missing, knows when it was."""

import numpy as np
from builtin_interfaces.msg import Time
from phoenix_msgs.msg import AudioFrame

from phoenix_core.events.event_type import EventRuleError

SAMPLE_RATE = 16_000
NANOSECONDS = 1_000_000_000


class AudioStream:
    """
    Follows the frames of one microphone.

    position: samples taken so far. missing: samples that never came, because the device dropped
    them or frames were lost on the way.
    """

    def __init__(self) -> None:
        """Begin at position 0."""
        self.position = 0
        self.missing = 0
        self._next: int | None = None
        self._end_ns = 0

    def take(self, frame: AudioFrame) -> np.ndarray:
        """
        Return the frame's samples, int16.

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
        stamp = frame.header.stamp
        self._end_ns = stamp.sec * NANOSECONDS + stamp.nanosec + _nanoseconds(len(samples))
        return samples

    def resume(self) -> None:
        """Take it that frames were left out on purpose."""
        self._next = None

    def position_at(self, stamp: Time) -> int:
        """Return the position that was captured at that time."""
        ago_ns = self._end_ns - (stamp.sec * NANOSECONDS + stamp.nanosec)
        return self.position - round(ago_ns * SAMPLE_RATE / NANOSECONDS)

    def time_of(self, position: int) -> Time:
        """Return when a position was captured."""
        seconds, nanoseconds = divmod(
            self._end_ns - _nanoseconds(self.position - position), NANOSECONDS
        )
        return Time(sec=seconds, nanosec=nanoseconds)


def _nanoseconds(samples: int) -> int:
    return round(samples * NANOSECONDS / SAMPLE_RATE)
