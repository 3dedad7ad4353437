"""The system time is set while the toy runs, as on each start of a machine without a clock."""

import time

import pytest
from fragile_toy import FragileToy
from front_door import ROOT
from phoenix_msgs.msg import CapabilityStatus
from settable_clock import SystemTime

from phoenix_core import events
from phoenix_core.clock.units import seconds

REQUEST = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
SINCE_1970_S = 1.7e9
# How far off the system time is, one after the other.
STEPS_S = [-SINCE_1970_S, 0.0, -3600.0, 7200.0]


@pytest.mark.long
def test_whenever_the_clock_is_set_the_toy_hears_answers_and_glows(tmp_path):
    system_time = SystemTime(tmp_path)
    system_time.set(STEPS_S[0])
    environ = {'PHOENIX_ACTIVITIES_STATE_FILE': '', **system_time.environ}
    with FragileToy('composed', environ) as toy:
        probe = toy.graph.probe(records=[events.LED_FRAME, events.EAR_LIGHT])
        assert toy.wait_until_well()
        for off_s in STEPS_S:
            system_time.set(off_s)
            before = len(probe.recorded(events.LED_FRAME))
            assert toy.play(REQUEST) == '', off_s
            frame = probe.expect_count(events.LED_FRAME, before + 25, timeout_s=5)[-1]
            assert seconds(frame.header.stamp) - time.time() == pytest.approx(off_s, abs=10)
            assert all(entry.level == CapabilityStatus.OK for entry in toy.witness.toy.values()), (
                toy.witness.toy
            )
        assert toy.witness.faults == {}
