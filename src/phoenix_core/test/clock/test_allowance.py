"""An allowance is used up and regained, up to what may be had at once."""

from phoenix_core.clock.allowance import Allowance


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


def test_an_allowance_is_used_up_and_regained():
    clock = Clock()
    allowance = Allowance(10, clock)
    assert [allowance.take() for _ in range(12)] == [True] * 10 + [False] * 2
    clock.now_s += 0.5
    assert [allowance.take() for _ in range(6)] == [True] * 5 + [False]
    clock.now_s += 3600
    assert sum(allowance.take() for _ in range(100)) == 10


def test_more_or_less_may_be_had_at_once_than_in_a_second():
    clock = Clock()
    allowance = Allowance(0.5, clock, at_once=3)
    assert [allowance.take() for _ in range(4)] == [True] * 3 + [False]
    clock.now_s += 2
    assert [allowance.take() for _ in range(2)] == [True, False]
