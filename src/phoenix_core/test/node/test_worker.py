"""The worker thread of a node: order, results, and work without progress."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from phoenix_core.clock.simulated_time import REAL_TIME
from phoenix_core.node.worker import Worker

LIMIT_S = 0.05


class Bench:
    """A worker, and what it has posted."""

    def __init__(self) -> None:
        self.posted: list[Any] = []
        self.came = threading.Condition()
        self.worker = Worker('bench', REAL_TIME, self.post)

    def post(self, callback: Callable[..., object], *args: Any) -> None:
        self.worker.progress()
        with self.came:
            callback(*args)
            self.came.notify_all()

    def do(self, function: Callable[..., Any], *args: Any) -> None:
        self.worker.do(
            function,
            *args,
            then=self.posted.append,
            failed=lambda function, error: self.posted.append(error),
        )

    def wait(self, predicate: Callable[[], object]) -> None:
        with self.came:
            assert self.came.wait_for(predicate, 5)


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.worker.end()


def wait_until_stuck(worker: Worker) -> str:
    ends = time.monotonic() + 5
    while not (name := worker.stuck(LIMIT_S)) and time.monotonic() < ends:
        time.sleep(0.005)
    return name


def test_work_is_done_in_order_and_a_failure_is_posted_like_a_result(bench):
    failure = ValueError()

    def fail() -> None:
        raise failure

    bench.do(lambda: 1)
    bench.do(fail)
    bench.do(lambda: 2)
    bench.wait(lambda: len(bench.posted) == 3)
    assert bench.posted == [1, failure, 2]


def test_what_hangs_is_named_and_no_longer_when_it_ends(bench):
    gate = threading.Event()

    def wait_for_the_gate() -> bool:
        return gate.wait(10)

    assert bench.worker.stuck(0) == ''
    bench.do(wait_for_the_gate)
    bench.do(lambda: 2)
    assert wait_until_stuck(bench.worker) == 'wait_for_the_gate'
    gate.set()
    bench.wait(lambda: len(bench.posted) == 2)
    assert bench.worker.stuck(0) == ''


def test_only_the_work_itself_shows_that_it_gets_on(bench):
    steps = threading.Semaphore(0)

    def step_by_step() -> None:
        for _ in range(2):
            assert steps.acquire(timeout=10)
            bench.post(bench.posted.append, 'step')

    bench.do(step_by_step)
    assert wait_until_stuck(bench.worker) == 'step_by_step'
    bench.worker.progress()  # by another thread
    assert bench.worker.stuck(LIMIT_S)
    steps.release()
    bench.wait(lambda: bench.posted)
    assert not bench.worker.stuck(5)
    steps.release()
    bench.wait(lambda: len(bench.posted) == 3)
