import math

import pytest

from phoenix_hw.sensors.contact import Change, ChangeKind, Contact

PRESSED, RELEASED = ChangeKind.PRESSED, ChangeKind.RELEASED
CLICKED, DOUBLE_CLICKED, HELD = ChangeKind.CLICKED, ChangeKind.DOUBLE_CLICKED, ChangeKind.HELD


def play(contact: Contact, *readings: tuple[float, bool], until_s: float = 100) -> list[Change]:
    """Feed readings, and poll in between whenever the contact asks for it."""
    changes: list[Change] = []
    for at_s, closed in (*readings, (until_s, None)):
        while contact.due_s <= at_s:
            changes += contact.poll(contact.due_s)
        if closed is not None:
            changes += contact.feed(closed, at_s)
    return changes


def kinds(changes: list[Change]) -> list[ChangeKind]:
    return [change.kind for change in changes]


def test_a_short_press_is_a_click_once_no_second_one_can_follow() -> None:
    changes = play(Contact(settle_s=0.02, double_s=0.3), (1.0, True), (1.2, False))
    assert changes == [
        Change(PRESSED, 1.0, 0.0),
        Change(RELEASED, 1.2, pytest.approx(0.2)),
        Change(CLICKED, 1.2, pytest.approx(0.2)),
    ]


def test_the_press_is_told_at_once_and_the_click_in_time() -> None:
    contact = Contact(settle_s=0.02, double_s=0.3)
    assert kinds(contact.feed(True, 1.0)) == [PRESSED]
    assert contact.feed(False, 1.2) == []
    assert contact.due_s == pytest.approx(1.22)
    assert kinds(contact.poll(1.22)) == [RELEASED]
    assert contact.due_s == pytest.approx(1.5)
    assert contact.poll(1.4) == []
    assert kinds(contact.poll(1.5)) == [CLICKED]
    assert contact.due_s == math.inf


def test_two_quick_presses_are_a_double_click_and_no_click() -> None:
    readings = [(1.0, True), (1.1, False), (1.3, True), (1.4, False)]
    changes = play(Contact(settle_s=0.02, double_s=0.3), *readings)
    assert kinds(changes) == [PRESSED, RELEASED, PRESSED, RELEASED, DOUBLE_CLICKED]


def test_two_slow_presses_are_two_clicks() -> None:
    readings = [(1.0, True), (1.1, False), (1.5, True), (1.6, False)]
    changes = play(Contact(settle_s=0.02, double_s=0.3), *readings)
    assert kinds(changes) == [PRESSED, RELEASED, CLICKED] * 2


def test_three_quick_presses_are_a_double_click_and_a_click() -> None:
    readings = [(t + up, not up) for t in (1.0, 1.2, 1.4) for up in (0, 0.1)]
    readings = [(t, bool(closed)) for t, closed in readings]
    changes = play(Contact(settle_s=0.02, double_s=0.3), *readings)
    assert kinds(changes).count(DOUBLE_CLICKED) == 1
    assert kinds(changes).count(CLICKED) == 1


def test_a_long_press_is_held_while_it_lasts_and_no_click() -> None:
    changes = play(Contact(settle_s=0.02, hold_s=0.8), (1.0, True), (3.0, False))
    assert changes == [
        Change(PRESSED, 1.0, 0.0),
        Change(HELD, 1.8, 0.8),
        Change(RELEASED, 3.0, 2.0),
    ]


def test_a_chattering_contact_is_one_press() -> None:
    chatter = [(1.0 + i * 0.001, i % 2 == 0) for i in range(21)]
    more = [(2.0 + i * 0.001, i % 2 == 1) for i in range(21)]
    changes = play(Contact(settle_s=0.02, hold_s=math.inf), *chatter, *more)
    assert kinds(changes) == [PRESSED, RELEASED, CLICKED]
    assert changes[1].held_s == pytest.approx(1.02)


def test_readings_that_repeat_or_let_go_what_was_never_pressed_change_nothing() -> None:
    contact = Contact(settle_s=0.0, hold_s=math.inf)
    assert contact.feed(False, 1.0) == []
    assert kinds(contact.feed(True, 2.0)) == [PRESSED]
    assert contact.feed(True, 2.5) == []
    assert kinds(contact.feed(False, 3.0)) == [RELEASED]
    assert contact.feed(False, 3.1) == []


def test_a_clock_that_is_set_back_gives_no_negative_duration() -> None:
    contact = Contact(settle_s=0.0)
    contact.feed(True, 10.0)
    assert contact.feed(False, 9.0) == [Change(RELEASED, 9.0, 0.0)]
