"""What the nodes of neighbors share: a parent's permission, and texts that are said in turn."""

from collections.abc import Callable
from typing import Any

from phoenix_msgs.msg import PlaybackEvent, StopSpeaking

from phoenix_core import events
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.timers import Timer
from phoenix_core.telemetry import tracing
from phoenix_home.utterances import Outcome, Utterance, Utterances


class NeighborNode(EventNode):
    """
    A node that stands between the toy and somebody else.

    What a neighbor wants to be said is a SayRequest: the voice node judges it as it judges all.
    """

    say_request = Publishes(events.SAY_REQUEST)
    stop_speaking = Publishes(events.STOP_SPEAKING)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.neighbors = Neighbors.of(self.environ, self.get_namespace())
        self._utterances = Utterances(self._send, self._allow, self._stop)
        self._limit: Timer | None = None

    def deactivate(self) -> None:
        """End what waits to be said."""
        self._utterances.clear()

    def say(
        self,
        text: str,
        *,
        ended: Callable[[Outcome, float], object],
        began: Callable[[], object] = lambda: None,
    ) -> Utterance | None:
        """
        Say a text after the ones before it; return None if too many wait.

        :param ended: called with how it ended, and how much was played [s].
        :param began: called when its first sample is played.
        """
        utterance = Utterance(text, began=began, ended=ended, cause=tracing.current())
        return utterance if self._utterances.put(utterance) else None

    def unsay(self, utterance: Utterance) -> None:
        """Withdraw a text, or stop it; without effect if it has ended."""
        self._utterances.cancel(utterance)

    @subscribes(events.AUDIO_PLAYBACK)
    def on_playback(self, playback: PlaybackEvent) -> None:
        """Follow what is played of the utterance that was sent."""
        self._utterances.on_playback(playback)

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        """Note that an utterance is dropped of which nothing was played."""
        self._utterances.on_stop()

    def _send(self, utterance: Utterance) -> None:
        with tracing.caused_by(utterance.cause):
            self.say_request(utterance_id=utterance.name, text=utterance.text)

    def _allow(self, utterance: Utterance, limit_s: float) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self.after(limit_s, lambda: self._utterances.late(utterance))

    def _stop(self) -> None:
        self.stop_speaking(reason='neighbor')
