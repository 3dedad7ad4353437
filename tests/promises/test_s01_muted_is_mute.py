"""S1: muted is mute, whatever dies, starts again or claims something else."""

import pytest
from fragile_toy import FragileToy
from layouts import BOTH, COMPOSED_FIRST
from phoenix_msgs.msg import SimulatedSensor

from phoenix_core import events
from phoenix_tools.faults.observed_toy import SUPERVISOR

NEVER_S = 2.0  # a microphone that is open delivers fifty frames in that time


class Ear:
    """What comes out of the microphone of a toy, and its mute switch."""

    def __init__(self, toy):
        self._toy = toy
        self.probe = toy.graph.probe(
            publishes=[events.SIMULATED_SENSOR, events.MICROPHONE_MUTE],
            records=[
                events.AUDIO_INPUT,
                events.MICROPHONE_MUTE,
                events.EAR_LIGHT,
                events.LED_FRAME,
                events.FAULT,
            ],
        )

    def switch(self, muted):
        kind = SimulatedSensor.MUTE
        self.probe.publish(events.SIMULATED_SENSOR, kind=kind, value=float(muted))

    def mute(self):
        """Mute, and wait until no frame is on its way any more."""
        self.switch(True)
        self.probe.expect(events.MICROPHONE_MUTE, lambda mute: mute.muted)
        self.probe.expect(
            events.EAR_LIGHT,
            lambda light: light is self.probe.recorded(events.EAR_LIGHT)[-1] and not light.visible,
        )
        self._toy.wait_for(lambda: False, 0.2)

    @property
    def frames(self):
        return len(self.probe.recorded(events.AUDIO_INPUT))

    def assert_closed(self):
        """Look for frames for a while, and for the light of the last moment."""
        before = self.frames
        with pytest.raises(AssertionError):
            self.probe.expect_count(events.AUDIO_INPUT, before + 1, timeout_s=NEVER_S)
        assert not self.probe.recorded(events.EAR_LIGHT)[-1].visible
        assert self.probe.recorded(events.MICROPHONE_MUTE)[-1].muted

    def expect_open(self):
        self.probe.expect_count(events.AUDIO_INPUT, self.frames + 5)
        assert self.probe.recorded(events.EAR_LIGHT)[-1].visible


ORDERS = [
    ('sensors', 'microphone'),  # as it was seen
    ('microphone', 'sensors', 'leds'),
    (SUPERVISOR, 'sensors', 'microphone'),
]


@pytest.mark.long
@pytest.mark.parametrize('layout', BOTH)
def test_muted_stays_muted_in_every_order_of_deaths_until_the_switch_opens_it(layout):
    with FragileToy(layout, {}) as toy:
        assert toy.wait_until_well()
        ear = Ear(toy)
        ear.expect_open()
        ear.mute()
        muted_at = ear.frames
        for order in ORDERS if layout == 'processes' else [('microphone', SUPERVISOR)]:
            for victim in order:
                assert toy.fail('kill -9', victim) is not None
            ear.assert_closed()
        assert ear.frames == muted_at
        ear.switch(False)
        ear.expect_open()


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_muted_survives_the_whole_toy_and_a_stranger_cannot_open_it(layout):
    with FragileToy(layout, {}) as toy:
        assert toy.wait_until_well()
        ear = Ear(toy)
        ear.mute()
    with FragileToy(layout, {}) as toy:
        ear = Ear(toy)
        assert toy.wait_until_well()
        ear.assert_closed()
        assert ear.frames == 0  # from the first moment on
        ear.probe.publish(events.MICROPHONE_MUTE, muted=False)
        ear.probe.expect(events.FAULT, lambda fault: fault.code == 'unmute_refused')
        before = ear.frames
        with pytest.raises(AssertionError):
            ear.probe.expect_count(events.AUDIO_INPUT, before + 1, timeout_s=NEVER_S)
        ear.switch(False)
        ear.expect_open()
