"""Simulated time: it stands still while anything is under way, and advances to what is due."""

import threading

import pytest
from phoenix_msgs.msg import ListenRequest, StopSpeaking

from phoenix_core import events
from phoenix_core.clock.simulated_time import SimulatedTime
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.testing import TestGraph

START_NS = 1_700_000_000 * NANOSECONDS_PER_SECOND


class Sleeper(threading.Thread):
    """Sleeps on simulated time, and notes when it woke up."""

    def __init__(self, time: SimulatedTime, *lengths_s: float) -> None:
        super().__init__(daemon=True)
        self.time = time
        self.lengths_s = lengths_s
        self.woke_s: list[float] = []
        time.begin()
        self.start()

    def run(self) -> None:
        for length_s in self.lengths_s:
            self.time.sleep(length_s)
            self.woke_s.append(round(self.time.now_s() - START_NS / NANOSECONDS_PER_SECOND, 3))
        self.time.end()


def until_quiet(time: SimulatedTime) -> None:
    for _ in range(5000):
        if time.quiet():
            return
        threading.Event().wait(0.001)
    raise AssertionError(f'not quiet: {time.under_way}')


def test_threads_wake_at_their_time_however_fast_it_advances():
    time = SimulatedTime(START_NS)
    sleepers = [Sleeper(time, 1.0, 1.0), Sleeper(time, 1.5, 100.0)]
    until_quiet(time)
    while (due_ns := time.next_due_ns()) is not None:
        time.advance(due_ns)
        until_quiet(time)
    assert [sleeper.woke_s for sleeper in sleepers] == [[1.0, 2.0], [1.5, 101.5]]


def test_what_another_thread_made_true_holds_time_still_until_it_is_noticed():
    time = SimulatedTime(START_NS)
    condition = threading.Condition()
    given: list[str] = []
    taken = threading.Event()

    def take() -> None:
        with condition:
            time.wait_for(condition, lambda: given)
        taken.wait(5)
        time.end()

    time.begin()
    threading.Thread(target=take, daemon=True).start()
    until_quiet(time)
    with condition:
        given.append('something')
        condition.notify()
    assert not time.quiet()
    taken.set()
    until_quiet(time)


def test_released_devices_go_on_in_real_time():
    time = SimulatedTime(START_NS)
    sleeper = Sleeper(time, 3600.0, 0.01)
    until_quiet(time)
    time.release()
    time.advance(START_NS + 3601 * NANOSECONDS_PER_SECOND)
    sleeper.join(5)
    assert not sleeper.is_alive()


def test_an_event_that_was_not_received_holds_time_still_and_is_named():
    time = SimulatedTime(START_NS)
    time.subscribed(events.LISTEN_REQUEST, 2)
    time.count_events()
    time.published(events.LISTEN_REQUEST)
    time.received(events.LISTEN_REQUEST)
    assert not time.quiet()
    assert time.under_way == ['1 x speech/listen']
    time.received(events.LISTEN_REQUEST)
    assert time.quiet()


class Worker(EventNode):
    """Works on each request, and says so at a later time."""

    stop_speaking = Publishes(events.STOP_SPEAKING)
    settings: NodeSettings

    def activate(self) -> None:
        self.may_end = threading.Event()
        self.every(0.25, lambda: None)

    @subscribes(events.LISTEN_REQUEST)
    def on_request(self, request: ListenRequest) -> None:
        self.in_background(self.may_end.wait, 10, then=lambda _: self.after(2.0, self.tell))

    def tell(self) -> None:
        self.stop_speaking(reason=f'{self.now_s() - START_NS / NANOSECONDS_PER_SECOND:.2f}')


class Asker(EventNode):
    """Asks, and notes what is said."""

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings

    def activate(self) -> None:
        self.heard: list[str] = []

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        self.heard.append(stop.reason)


@pytest.fixture
def graph():
    with TestGraph() as graph:
        yield graph


def test_time_waits_for_events_and_work_and_then_goes_to_the_next_timer(graph):
    time = SimulatedTime(START_NS)
    worker, asker = graph.add(Worker, time=time), graph.add(Asker, time=time)
    graph.call(time.count_events)

    def quiet() -> bool:
        return graph.call(time.quiet)

    def wait_until_quiet() -> None:
        for _ in range(1000):
            if quiet():
                return
            threading.Event().wait(0.005)
        raise AssertionError(f'not quiet: {time.under_way}')

    wait_until_quiet()
    graph.call(lambda: asker.listen_request(kind=ListenRequest.OPEN))
    threading.Event().wait(0.2)  # whatever happens meanwhile, the work is not done
    assert not quiet()
    worker.may_end.set()
    wait_until_quiet()
    steps = 0
    while not asker.heard:
        graph.call(lambda: time.advance(time.next_due_ns()))
        wait_until_quiet()
        steps += 1
    assert asker.heard == ['2.00']
    assert steps == 8  # the periodic timer of 0.25 s is due in between
