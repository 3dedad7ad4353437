"""Where time goes: in queues, at a model, in Phoenix's own work."""

import threading
import time

import pytest
from phoenix_msgs.msg import EventHeader, ListenRequest, StopSpeaking

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.telemetry import timing
from phoenix_core.telemetry.timing import Timing
from phoenix_core.testing import TestGraph

STEP_S = 0.05


class Thinker(EventNode):
    """Works, waits for its worker and asks a model, for about STEP_S each."""

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        time.sleep(STEP_S)
        self.in_background(time.sleep, STEP_S)
        self.in_background(self._think, then=self._tell)

    def _think(self) -> int:
        return sum(self.by_model(self._numbers()))

    def _numbers(self):
        for number in range(2):
            time.sleep(STEP_S / 2)
            yield number

    def _tell(self, total: int) -> None:
        self.listen_request(kind=ListenRequest.OPEN)


def about(seconds):
    return pytest.approx(seconds, abs=0.8 * STEP_S)


def test_time_is_shared_out_between_queues_models_and_own_work():
    with timing.measured(Timing.now(queued_s=1.0)):
        time.sleep(STEP_S)
        with timing.model():
            time.sleep(2 * STEP_S)
        handed_over = timing.handed_over()
    time.sleep(STEP_S)
    _, queued_s, processing_s, model_s = handed_over.resumed()
    assert queued_s == about(1.0 + STEP_S)
    assert processing_s == about(STEP_S)
    assert model_s == about(2 * STEP_S)


def test_a_model_that_fails_has_taken_its_time_too():
    with timing.measured(Timing.now()):
        with pytest.raises(ValueError, match='broken'), timing.model():
            time.sleep(STEP_S)
            raise ValueError('broken')
        assert timing.handed_over().model_s == about(STEP_S)


def test_what_was_sent_before_somebody_came_counts_from_then():
    header = EventHeader()
    assert timing.age_s(header) == 0  # not sent by a Phoenix node
    header.published.sec = int(time.time()) - 100
    assert timing.age_s(header) == pytest.approx(100, abs=2)
    assert timing.age_s(header, since_ns=time.time_ns()) == pytest.approx(0, abs=1)


def test_an_event_tells_where_the_time_since_its_cause_went():
    with TestGraph() as graph:
        probe = graph.probe(
            publishes=[events.STOP_SPEAKING],
            records=[events.STOP_SPEAKING, events.LISTEN_REQUEST],
        )
        graph.add(Thinker)
        probe.publish(events.STOP_SPEAKING, reason='test')
        cause = probe.expect(events.STOP_SPEAKING).header
        header = probe.expect(events.LISTEN_REQUEST).header
    assert header.queued_s == about(STEP_S)  # behind the other work
    assert header.processing_s == about(STEP_S)
    assert header.model_s == about(STEP_S)
    total_s = seconds(header.published) - seconds(cause.published)
    assert header.queued_s + header.processing_s + header.model_s == pytest.approx(
        total_s, rel=0.05
    )


def test_old_states_do_not_look_like_a_slow_queue():
    class Late(EventNode):
        settings: NodeSettings

        @subscribes(events.VOLUME)
        def on_volume(self, volume):
            spent.append(timing.handed_over().queued_s)
            arrived.set()

    spent: list[float] = []
    arrived = threading.Event()
    with TestGraph() as graph:
        probe = graph.probe(publishes=[events.VOLUME])
        probe.publish(events.VOLUME, level=0.5)
        time.sleep(6 * STEP_S)  # the state gets old
        graph.add(Late)
        assert arrived.wait(10)
    assert spent[0] < 6 * STEP_S
