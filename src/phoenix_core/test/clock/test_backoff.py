"""Pauses between attempts."""

from phoenix_core.clock.backoff import Backoff


def test_pauses_double_up_to_the_longest_and_begin_again_after_a_success():
    backoff = Backoff(1.0, 5.0)
    assert [backoff.next_s() for _ in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    backoff.reset()
    assert backoff.next_s() == 1.0


def test_no_pause_is_longer_than_the_longest():
    assert Backoff(8.0, 5.0).next_s() == 5.0
