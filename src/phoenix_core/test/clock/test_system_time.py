"""The system time is set: that is noticed, and counts as no waiting."""

import pytest
from builtin_interfaces.msg import Time
from phoenix_msgs.msg import EventHeader, UserSpeech

from phoenix_core import events
from phoenix_core.clock.system_time import SystemTime
from phoenix_core.clock.units import nanoseconds, to_stamp
from phoenix_core.telemetry import timing
from phoenix_core.telemetry.recent_events import RecentEvents

S = 10**9
JUMPS = [-3600, 3600, 1_795_000_000, -0.3, 7]


class Clocks:
    """A system time that can be set, and a clock that cannot."""

    def __init__(self) -> None:
        self.system_ns = 1_795_000_000 * S
        self.steady_ns = 5 * S
        self.read = SystemTime(lambda: self.system_ns, lambda: self.steady_ns)

    def pass_time(self, seconds: float) -> None:
        self.system_ns += round(seconds * S)
        self.steady_ns += round(seconds * S)

    def set(self, by_s: float) -> None:
        self.system_ns = max(self.system_ns + round(by_s * S), 60 * S)

    def stamp(self) -> Time:
        return to_stamp(self.system_ns)


@pytest.fixture
def clocks():
    return Clocks()


def test_time_that_passes_and_drift_are_no_jump(clocks):
    for _ in range(1000):
        clocks.pass_time(1000)
        clocks.set(0.05)
        clocks.read.now_ns()
    assert clocks.read.set_ns == 0


@pytest.mark.parametrize('jump_s', [*JUMPS, -1_795_000_000])
def test_an_event_on_its_way_while_the_clock_is_set_has_not_waited_for_hours(
    clocks, jump_s, monkeypatch
):
    monkeypatch.setattr(timing, 'SYSTEM_TIME', clocks.read)
    header = EventHeader(published=clocks.stamp())
    opened_ns = clocks.system_ns - S
    clocks.pass_time(0.25)
    assert timing.age_s(header, opened_ns) == pytest.approx(0.25)
    clocks.set(jump_s)
    assert 0 <= timing.age_s(header, opened_ns) < 1
    header = EventHeader(published=clocks.stamp())
    clocks.pass_time(0.5)
    assert timing.age_s(header, opened_ns) == pytest.approx(0.5)  # and the next is right again


@pytest.mark.parametrize('jump_s', JUMPS)
@pytest.mark.parametrize('late', [True, False])
def test_the_times_of_an_interaction_are_right_whatever_the_clock_did(clocks, jump_s, late):
    recent = RecentEvents(5, clocks.read)

    def speech():
        header = EventHeader(trace_id='a' * 32, stamp=clocks.stamp(), published=clocks.stamp())
        return UserSpeech(header=header)

    for step in range(6):
        message = speech()
        if step == 3 and late:
            clocks.set(jump_s)  # between sending and receiving
        clocks.pass_time(0.001)
        recent.feed(events.USER_SPEECH, message)
        clocks.pass_time(0.999)
        if step == 3 and not late:
            clocks.set(jump_s)
    sent = [nanoseconds(message.header.published) for _, message in recent]
    assert [round((ns - sent[0]) / S, 3) for ns in sent] == [0, 1, 2, 3, 4, 5]
    assert [nanoseconds(message.header.stamp) for _, message in recent] == sent
    assert clocks.system_ns - sent[-1] == pytest.approx(S, abs=2 * 10**6)  # told as it is now


def test_what_was_never_sent_stays_so(clocks):
    recent = RecentEvents(5, clocks.read)
    recent.feed(events.USER_SPEECH, UserSpeech(header=EventHeader(trace_id='a' * 32)))
    clocks.set(3600)
    assert [nanoseconds(message.header.published) for _, message in recent] == [0]
