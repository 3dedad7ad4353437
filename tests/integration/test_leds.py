"""The LED node: the toy's states and commands go in, the pixels of the ring come out."""

import array
import colorsys
import threading

import numpy as np
import pytest
from phoenix_msgs.msg import ActivityState, CapabilityStatus, EarLight, ListeningEvent
from rclpy.parameter import Parameter
from std_msgs.msg import ColorRGBA

from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError
from phoenix_hw.leds.animation import VISIBLE
from phoenix_hw.leds.node import Leds
from phoenix_hw.leds.provider import LedStripError
from phoenix_hw.leds.providers.simulated import SimulatedLedStrip, SimulatedLedStripSettings

PIXELS = 8
BLUE, GREEN, ORANGE = 0.57, 0.46, 0.11  # hues of breathing, listening and speaking in leds.yaml
RED = ColorRGBA(r=1.0, a=1.0)


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[
            events.ACTIVITY_STATE,
            events.LED_COMMAND,
            events.AUDIO_PLAYED,
            events.LISTENING,
            events.MICROPHONE_MUTE,
            events.SYSTEM_STATUS,
        ],
        records=[events.LED_FRAME, events.EAR_LIGHT, events.FAULT],
    )


@pytest.fixture
def leds(graph, probe):
    return graph.add(Leds, parameters={'pixels': PIXELS, 'brightness': 1.0})


def show_state(probe, phase, activity='conversation'):
    return probe.publish(events.ACTIVITY_STATE, activity=activity, phase=phase)


def command(probe, animation, *, brightness=1.0, **fields):
    return probe.publish(events.LED_COMMAND, animation=animation, brightness=brightness, **fields)


def play(probe, amplitude, seconds):
    """Publish a tone that is heard from now on."""
    tone = amplitude * np.sin(np.arange(round(16000 * seconds)) / 5)
    probe.publish(
        events.AUDIO_PLAYED,
        stream_id='tone',
        sample_rate=16000,
        channels=1,
        samples=array.array('h', tone.astype(np.int16).tobytes()),
    )


def light(frame):
    return sum(map(sum, pixels(frame)))


def pixels(frame):
    """Return the pixels of a frame without the last one, the ear light."""
    return ring(frame)[:-1]


def ring(frame):
    return [tuple(frame.rgb[start : start + 3]) for start in range(0, len(frame.rgb), 3)]


def has_hue(hue):
    """Match frames whose light has that hue (0 to 1, red at 0), whatever its brightness."""

    def check(frame):
        red, green, blue = (sum(channel) for channel in zip(*pixels(frame), strict=True))
        if red + green + blue < 50:
            return False
        return abs(colorsys.rgb_to_hsv(red, green, blue)[0] - hue) < 0.06

    return check


def is_all(color):
    return lambda frame: set(pixels(frame)) == {color}


def test_a_resting_toy_breathes(probe, leds):
    frames = probe.expect_count(events.LED_FRAME, 20)
    assert [frame.sequence for frame in frames] == list(range(20))
    assert {len(frame.rgb) for frame in frames} == {3 * PIXELS}
    assert len({bytes(frame.rgb) for frame in frames}) == 20
    assert has_hue(BLUE)(frames[-1])
    assert frames[0].header.producer == 'leds'


@pytest.mark.parametrize(
    ('phase', 'hue'),
    [
        (ActivityState.LISTENING, GREEN),
        (ActivityState.FOLLOWING_UP, GREEN),
        (ActivityState.SPEAKING, ORANGE),
    ],
)
def test_the_light_follows_the_state(probe, leds, phase, hue):
    probe.expect(events.LED_FRAME, has_hue(BLUE))
    assert not any(map(has_hue(hue), probe.recorded(events.LED_FRAME)))
    show_state(probe, phase)
    probe.expect(events.LED_FRAME, has_hue(hue))


def test_a_state_told_before_the_node_came_up_is_shown(graph, probe):
    show_state(probe, ActivityState.LISTENING)
    graph.add(Leds, parameters={'pixels': PIXELS, 'brightness': 1.0})
    probe.expect(events.LED_FRAME, has_hue(GREEN))


def test_a_state_told_while_the_node_was_inactive_is_shown(graph, probe, leds):
    graph.call(leds.trigger_deactivate)
    show_state(probe, ActivityState.LISTENING)
    graph.call(leds.trigger_activate)
    probe.expect(events.LED_FRAME, has_hue(GREEN))


def test_a_command_shows_its_color_while_the_toy_rests(probe, leds):
    command(probe, 'solid', color=RED)
    probe.expect(events.LED_FRAME, is_all((255, 0, 0)))
    show_state(probe, ActivityState.LISTENING)
    probe.expect(events.LED_FRAME, has_hue(GREEN))
    command(probe, '')
    show_state(probe, ActivityState.RESTING)
    probe.expect(events.LED_FRAME, has_hue(BLUE))


def test_a_command_with_a_duration_is_shown_over_any_state_and_ends(probe, leds):
    show_state(probe, ActivityState.SPEAKING)
    probe.expect(events.LED_FRAME, has_hue(ORANGE))
    command(probe, 'solid', color=RED, duration_s=0.4)
    red = probe.expect(events.LED_FRAME, is_all((255, 0, 0)))
    probe.expect(events.LED_FRAME, lambda f: f.sequence > red.sequence and has_hue(ORANGE)(f))


def test_the_brightness_of_a_command_holds(probe, leds):
    command(probe, 'solid', color=RED, brightness=0.5)
    # Half as bright as the eye sees it.
    probe.expect(events.LED_FRAME, is_all((round(255 * 0.5**2.2), 0, 0)))


def test_the_brightness_of_the_ring_can_be_changed_while_it_shines(graph, probe, leds):
    command(probe, 'solid', color=RED)
    probe.expect(events.LED_FRAME, is_all((255, 0, 0)))
    brighter, too_bright = graph.call(
        lambda: leds.set_parameters(
            [Parameter('brightness', value=0.5), Parameter('brightness', value=1.5)]
        )
    )
    assert brighter.successful
    assert not too_bright.successful
    probe.expect(events.LED_FRAME, is_all((round(255 * 0.5**2.2), 0, 0)))


def test_an_unknown_animation_is_a_fault_and_the_light_goes_on(probe, leds):
    cause = command(probe, 'fireworks')
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('leds', 'command_refused')
    assert fault.header.trace_id == cause.trace_id
    command(probe, 'solid', color=RED)
    probe.expect(events.LED_FRAME, is_all((255, 0, 0)))


def test_the_ring_is_dark_while_inactive_and_shines_again(graph, probe, leds):
    lit = probe.expect(events.LED_FRAME, has_hue(BLUE))
    graph.call(leds.trigger_deactivate)
    dark = probe.expect(
        events.LED_FRAME, lambda f: f.sequence > lit.sequence and set(ring(f)) == {(0, 0, 0)}
    )
    assert not probe.recorded(events.EAR_LIGHT)[-1].visible
    assert dark == probe.recorded(events.LED_FRAME)[-1]
    assert leds.strip.frame == bytes(3 * PIXELS)
    graph.call(leds.trigger_activate)
    probe.expect(events.LED_FRAME, lambda f: f.sequence > dark.sequence and has_hue(BLUE)(f))


class LooseWire(SimulatedLedStrip):
    """A strip that fails to show red until its wire is mended."""

    def __init__(self, settings):
        super().__init__(settings, SimulatedLedStripSettings())
        self.mended = self.cut = False
        self.is_red = threading.Event()

    def show(self, rgb):
        if self.cut:
            raise LedStripError('the wire is cut')
        if rgb[0] > rgb[2]:
            if not self.mended:
                raise LedStripError('the wire is loose')
            self.is_red.set()
        super().show(rgb)


@pytest.fixture
def loose_wire(graph, provide):
    provide('phoenix.led_strips', 'LooseWire')
    parameters = {'provider': 'LooseWire', 'pixels': PIXELS, 'brightness': 1.0}
    return graph.add(Leds, parameters=parameters).strip


def test_a_failing_strip_is_one_fault_and_frames_go_on(probe, loose_wire):
    command(probe, 'breathing', color=RED)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code, fault.self_healing) == ('leds', 'led_strip_failed', True)
    assert 'the wire is loose' in fault.message
    seen = len(probe.recorded(events.LED_FRAME))
    probe.expect_count(events.LED_FRAME, seen + 10)
    assert len(probe.recorded(events.FAULT)) == 1


def test_a_strip_that_works_again_shows_what_it_missed(probe, loose_wire, expect_health):
    command(probe, 'solid', color=RED)
    probe.expect(events.LED_FRAME, is_all((255, 0, 0)))
    expect_health('leds', CapabilityStatus.LOST, 'led_strip_failed')
    loose_wire.mended = True
    assert loose_wire.is_red.wait(5)
    expect_health('leds', CapabilityStatus.OK)


def test_what_cannot_be_configured_is_refused_by_name(refusal, tmp_path):
    assert "no 'no such' in phoenix.led_strips; installed: simulated, spi, ws281x" in refusal(
        Leds, {'provider': 'no such'}
    )
    (tmp_path / 'leds.yaml').write_text('animations: {breathing: {kind: breathe, colour: red}}')
    refused = refusal(Leds, {'config_dir': str(tmp_path)})
    assert f'{tmp_path}/leds.yaml' in refused
    assert 'colour' in refused


@pytest.mark.parametrize(
    ('setting', 'value'),
    [('PIXELS', '0'), ('BRIGHTNESS', 'bright'), ('PIXEL', '3'), ('WS281X_ORDER', 'RAINBOW')],
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_LEDS_{setting}'):
        graph.add(Leds, environ={f'PHOENIX_LEDS_{setting}': value})


def test_the_ring_follows_the_loudness_of_what_is_heard(probe, leds):
    show_state(probe, ActivityState.SPEAKING)
    dim, bright = 400, 2000  # of 8 pixels in the color of speech, at its `low` and `level`
    probe.expect(events.LED_FRAME, lambda f: has_hue(ORANGE)(f) and light(f) < dim)
    play(probe, 15000, 0.5)
    loud = probe.expect(events.LED_FRAME, lambda f: has_hue(ORANGE)(f) and light(f) > bright)
    probe.expect(events.LED_FRAME, lambda f: f.sequence > loud.sequence and light(f) < dim)


def test_a_muted_microphone_is_shown(probe, leds):
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    probe.expect(events.LED_FRAME, has_hue(0.06))  # ears_off in leds.yaml
    count = len(probe.recorded(events.LED_FRAME))
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    probe.expect(events.LED_FRAME, lambda f: f.sequence > count and has_hue(BLUE)(f))


def test_a_toy_that_cannot_hear_shows_it(probe, leds):
    def tell(hearing, light=CapabilityStatus.OK):
        levels = {'hearing': hearing, 'light': light}
        entries = [CapabilityStatus(capability=name, level=n) for name, n in levels.items()]
        probe.publish(events.SYSTEM_STATUS, capabilities=entries)

    tell(CapabilityStatus.LOST)
    probe.expect(events.LED_FRAME, has_hue(0.06))  # ears_off in leds.yaml
    count = len(probe.recorded(events.LED_FRAME))
    tell(CapabilityStatus.DEGRADED, light=CapabilityStatus.LOST)
    probe.expect(events.LED_FRAME, lambda f: f.sequence > count and has_hue(BLUE)(f))


def test_the_current_limit_is_a_setting(graph, probe):
    graph.add(Leds, parameters={'pixels': PIXELS, 'brightness': 1.0, 'current_limit_ma': 100.0})
    command(probe, 'solid', color=RED)
    # 8 mA dark, 1 mA of the ear light, 91 mA for 7 red channels of 20 mA.
    probe.expect(events.LED_FRAME, lambda f: all(164 < red < 168 for red, *_ in pixels(f)))


def test_the_first_frame_of_another_animation_belongs_to_what_caused_it(leds, probe):
    cause = show_state(probe, ActivityState.LISTENING)
    first = probe.expect(events.LED_FRAME, lambda f: f.header.trace_id == cause.trace_id)
    assert first.header.parent_span_id == cause.span_id
    settled = probe.expect(events.LED_FRAME, lambda f: f.sequence > first.sequence + 3)
    assert not (settled.header.trace_id or settled.header.span_id)
    assert [f.sequence for f in probe.recorded(events.LED_FRAME) if f.header.trace_id] == [
        first.sequence
    ]


def test_a_state_that_shows_the_same_causes_no_frame(leds, probe):
    show_state(probe, ActivityState.LISTENING)
    probe.expect(events.LED_FRAME, lambda f: f.header.trace_id)
    again = show_state(probe, ActivityState.LISTENING)
    command(probe, 'rainbow')
    probe.expect_count(events.LED_FRAME, 2, lambda f: f.header.trace_id)
    assert all(f.header.trace_id != again.trace_id for f in probe.recorded(events.LED_FRAME))


def expect_ear_light(probe, visible):
    """Wait until the newest confirmation says so."""
    probe.expect(
        events.EAR_LIGHT,
        lambda m: m.visible == visible and m is probe.recorded(events.EAR_LIGHT)[-1],
    )


def test_the_ear_light_is_confirmed_again_and_again_whatever_is_shown(graph, probe):
    leds = graph.add(Leds, parameters={'pixels': PIXELS, 'brightness': 0.0})
    command(probe, 'off', duration_s=60.0)
    command(probe, 'off')
    confirmed = probe.expect_count(events.EAR_LIGHT, 8)
    assert all(message.visible for message in confirmed)
    stamps = [m.header.stamp.sec + m.header.stamp.nanosec * 1e-9 for m in confirmed]
    assert np.diff(stamps).max() < EarLight.LEASE_S
    assert set(pixels_of(leds)[:-1]) == {(0, 0, 0)}
    assert max(pixels_of(leds)[-1]) >= VISIBLE


def pixels_of(leds):
    shown = leds.strip.frame
    return [tuple(shown[start : start + 3]) for start in range(0, len(shown), 3)]


def test_an_open_ear_is_shown_at_once_and_over_any_command(probe, leds):
    command(probe, 'solid', color=RED, duration_s=60.0)
    probe.expect(events.LED_FRAME, is_all((255, 0, 0)))
    waiting = ring(probe.recorded(events.LED_FRAME)[-1])[-1]
    probe.publish(events.LISTENING, kind=ListeningEvent.OPENED)
    probe.expect(events.LED_FRAME, lambda f: max(ring(f)[-1]) == 255)
    probe.expect(events.LED_FRAME, has_hue(GREEN))
    count = len(probe.recorded(events.LED_FRAME))
    probe.publish(events.LISTENING, kind=ListeningEvent.HEARD)
    probe.expect(events.LED_FRAME, lambda f: f.sequence > count and is_all((255, 0, 0))(f))
    assert ring(probe.recorded(events.LED_FRAME)[-1])[-1] == waiting


def test_the_ear_light_goes_out_while_muted_after_it_was_taken_back(probe, leds):
    expect_ear_light(probe, True)
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    probe.expect(events.LED_FRAME, has_hue(0.06))
    assert not probe.recorded(events.EAR_LIGHT)[-1].visible
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    expect_ear_light(probe, True)


def test_a_strip_that_takes_no_frame_confirms_no_light(probe, loose_wire):
    expect_ear_light(probe, True)
    command(probe, 'solid', color=RED)
    expect_ear_light(probe, False)
    count = len(probe.recorded(events.EAR_LIGHT))
    probe.expect_count(events.EAR_LIGHT, count + 3)
    assert not any(m.visible for m in probe.recorded(events.EAR_LIGHT)[count:])
    loose_wire.mended = True
    expect_ear_light(probe, True)


def test_a_strip_that_fails_while_nothing_changes_is_noticed(probe, loose_wire):
    command(probe, 'solid', color=ColorRGBA(b=1.0, a=1.0))
    expect_ear_light(probe, True)
    loose_wire.cut = True
    expect_ear_light(probe, False)


def test_a_toy_that_cannot_hear_keeps_the_ear_light_that_its_ear_waits_for(probe, leds):
    entry = CapabilityStatus(capability='hearing', level=CapabilityStatus.LOST)
    probe.publish(events.SYSTEM_STATUS, capabilities=[entry])
    orange = probe.expect(events.LED_FRAME, has_hue(0.06))
    assert max(ring(orange)[-1]) >= VISIBLE
    count = len(probe.recorded(events.EAR_LIGHT))
    probe.expect_count(events.EAR_LIGHT, count + 3)
    assert all(m.visible for m in probe.recorded(events.EAR_LIGHT))
