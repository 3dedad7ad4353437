"""The pulse: of an executor that gets on, however busy, and of none that hangs."""

import threading
import time

import pytest

from phoenix_core.node import pulse
from phoenix_core.node.pulse import HUNG_S, PERIOD_S, ExecutorWatch, Pulse, _Spent


class Executor:
    """A thread that begins callbacks, and works on each for so long."""

    def __init__(self, work) -> None:
        self.ended = threading.Event()
        self.begun = threading.Event()
        self._work = work
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.begun.wait(5)

    def _run(self) -> None:
        self.watch = ExecutorWatch(threading.get_ident(), threading.get_native_id())
        self.beats: list[float] = []
        PULSE.add(self, lambda: self.beats.append(time.monotonic()))
        while not self.ended.is_set():
            pulse.get_on()
            self.begun.set()
            self._work(self)

    def end(self) -> None:
        PULSE.remove(self)
        self.ended.set()
        self.thread.join()


PULSE = Pulse()
LONGEST_S = 20.0  # until a hang is noticed on a machine that is busy with other things


@pytest.fixture
def executor():
    started = []

    def start(work):
        started.append(Executor(work))
        return started[-1]

    yield start
    for one in started:
        one.end()


def spin(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def beats_within(executor, seconds):
    before = len(executor.beats)
    executor.ended.wait(seconds)
    return len(executor.beats) - before


def test_an_executor_that_is_never_idle_has_a_pulse(executor):
    busy = executor(lambda executor: spin(0.005))
    assert beats_within(busy, 1) > 0.5 / PERIOD_S


@pytest.mark.parametrize('how', ['sleeps', 'spins'])
def test_one_that_hangs_has_none_until_it_gets_on(executor, how):
    go = threading.Event()

    def hang(executor):
        if how == 'sleeps':
            go.wait(2 * LONGEST_S)
        else:
            while not go.is_set():
                pass
        executor.ended.wait(0.01)

    hung = executor(hang)
    try:
        beats_within(hung, HUNG_S + 3 * PERIOD_S)
        until_s = time.monotonic() + LONGEST_S
        while beats_within(hung, 0.5):  # what spins, and gets no processor, does not hang yet
            assert time.monotonic() < until_s
    finally:
        go.set()
    assert beats_within(hung, 1) > 0


@pytest.mark.parametrize(
    ('cpu_s', 'starved_s', 'passed_s', 'hangs'),
    [
        (0.0, 0.0, 0.31, True),  # sleeps
        (0.31, 0.0, 0.31, True),  # spins
        (0.05, 1.9, 2.0, False),  # gets next to nothing of the processor
        (0.11, 1.2, 1.31, True),  # spins, and gets little
        (0.0, 0.1, 0.45, True),  # sleeps, on a busy machine
        (0.0, 0.2, 0.45, False),
    ],
)
def test_waiting_for_a_processor_is_no_hang(cpu_s, starved_s, passed_s, hangs):
    begun = _Spent(10.0, 3.0, 2.0)
    now = _Spent(10 + passed_s, 3 + cpu_s, 2 + starved_s)
    assert (now.worked_s(begun) > HUNG_S) == hangs


def test_a_node_that_is_removed_has_none(executor):
    first, second = executor(lambda one: one.ended.wait(0.01)), executor(lambda one: spin(0.001))
    PULSE.remove(first)
    PULSE.remove(first)
    assert beats_within(first, 0.3) == 0
    assert beats_within(second, 0.5) > 0
