"""A source that brings too much waits, and others do not wait for it."""

import pytest
from phoenix_msgs.msg import EventHeader, TouchEvent

from phoenix_core import events
from phoenix_core.node.admission import (
    LATE_S,
    MOST_AT_ONCE,
    MOST_PENDING,
    MOST_PER_S,
    MOST_SOURCES,
    Admission,
)


class Node:
    """Handles touches by name of the pad, on a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.handled: list[str] = []
        self.admission = Admission(lambda: self.now_s)

    def receive(self, pad: str, producer: str = 'sensors') -> None:
        message = TouchEvent(header=EventHeader(producer=producer), pad=pad)
        source = self.admission.source(events.TOUCH, message)

        def deliver() -> None:
            self.handled.append(pad)

        if self.admission.admit(source, deliver):
            deliver()

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / LATE_S)):
            self.now_s += LATE_S
            self.admission.deliver_late()


@pytest.fixture
def node():
    return Node()


def test_what_a_person_or_a_model_brings_is_handled_in_order_and_at_once(node):
    for number in range(1000):
        node.receive(str(number))
        node.now_s += 1.01 / MOST_PER_S
    assert node.handled == [str(number) for number in range(1000)]
    assert not node.admission.left_out


def test_of_a_flood_as_much_is_handled_as_is_allowed_and_then_the_newest(node):
    for number in range(5000):
        node.receive(str(number))
        node.now_s += 0.001
        node.admission.deliver_late()
    node.pass_time(1)
    assert node.handled[:MOST_AT_ONCE] == [str(number) for number in range(MOST_AT_ONCE)]
    assert node.handled[-1] == '4999'
    assert node.handled == sorted(node.handled, key=int)
    assert len(node.handled) <= MOST_AT_ONCE + 5 * MOST_PER_S + 2
    assert node.admission.left_out['sensors/touch'] == 5000 - len(node.handled)


def test_a_flood_of_one_source_is_nothing_to_another(node):
    for number in range(5000):
        node.receive(f'flood {number}', 'stranger')
        if number % 1000 == 0:
            node.receive(f'touch {number}')
    assert [pad for pad in node.handled if pad.startswith('touch')] == [
        f'touch {number}' for number in range(0, 5000, 1000)
    ]


def test_a_source_that_takes_ever_new_names_gets_no_more_than_a_few(node):
    node.receive('first')
    for number in range(100_000):
        node.receive(str(number), f'stranger {number}')
    assert len(node.handled) <= MOST_SOURCES + MOST_AT_ONCE
    node.receive('again')
    assert node.handled[-1] == 'again'  # who was there before is as before


def test_work_that_waits_counts_until_it_is_done(node):
    source = 'sensors/touch', 'sensors'
    for _ in range(MOST_PENDING):
        node.receive('works')
        node.admission.pend(source, 1)
        node.now_s += 1
    for number in range(10):
        node.receive(str(number))
        node.pass_time(1)
    assert '0' not in node.handled
    node.admission.pend(source, -1)
    node.pass_time(1)
    assert node.handled[-1] == '9'
    assert node.admission.left_out['sensors/touch'] == 9


def test_what_waits_may_be_dropped(node):
    for _ in range(MOST_AT_ONCE + 1):
        node.receive('head')
    node.admission.forget_late()
    node.pass_time(1)
    assert len(node.handled) == MOST_AT_ONCE
