"""Pauses that double."""

from phoenix_core.clock.backoff import Backoff


def test_a_pause_doubles_up_to_the_longest_and_begins_anew_after_a_success():
    backoff = Backoff(0.5, 3.0)
    assert [backoff.next_s() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    backoff.reset()
    assert backoff.next_s() == 0.5


def test_no_pause_is_longer_than_the_longest():
    assert Backoff(5.0, 3.0).next_s() == 3.0
