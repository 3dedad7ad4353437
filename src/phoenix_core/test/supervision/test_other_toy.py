"""A second toy of the same name is told once it is no rest of the first."""

from phoenix_core.supervision.other_toy import REST_S, OtherToy


def test_what_a_killed_supervisor_leaves_behind_for_a_while_is_no_toy():
    other = OtherToy()
    assert not other.is_news(2, 0.0)
    assert not other.is_news(2, REST_S - 1)
    assert not other.is_news(1, REST_S)
    assert not other.is_news(2, REST_S + 1)
    assert not other.is_news(2, REST_S + 2)


def test_what_stays_is_told_and_after_some_time_again():
    other = OtherToy()
    told = [now for now in range(100) if other.is_news(2, float(now))]
    assert told == [REST_S, 2 * REST_S, 3 * REST_S]
