"""Measures how long a person waits, from the end of speech to the first sound of the answer."""

from typing import Any

from phoenix_msgs.msg import PlaybackEvent, UserSpeech

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.events.event_type import EventType
from phoenix_core.telemetry.metrics import SLOW_S, NodeMetrics

LONGEST_S = 120.0  # a later sound is no answer


class FirstSound:
    """Measures each interaction by its events."""

    def __init__(self, metrics: NodeMetrics) -> None:
        """
        Begin without an interaction.

        :param metrics: where the times are counted.
        """
        self._measured = metrics.histogram(
            'phoenix_first_sound_seconds',
            'Time from the end of what a person said to the first sound of the answer.',
            SLOW_S,
        )
        self._trace_id = ''  # of the newest speech without an answer
        self._ended_s = 0.0

    def feed(self, event: EventType, message: Any) -> None:
        """Note an event of any interaction."""
        if event is events.USER_SPEECH and message.kind == UserSpeech.ENDED:
            self._trace_id = message.header.trace_id
            self._ended_s = seconds(message.header.stamp)
        elif event is events.AUDIO_PLAYBACK and message.kind == PlaybackEvent.STARTED:
            if message.header.trace_id == self._trace_id:
                waited_s = seconds(message.header.stamp) - self._ended_s
                if 0 <= waited_s <= LONGEST_S:
                    self._measured().observe(waited_s)
                self._trace_id = ''
