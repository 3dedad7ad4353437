"""S3: the ear light is on before the microphone gives out sound, and never off during it."""

import os
import signal
import threading
from contextlib import suppress
from itertools import pairwise

import pytest
import yaml
from fragile_toy import FragileToy
from front_door import ROOT
from layouts import PROCESSES_FIRST
from phoenix_msgs.msg import EarLight, ListeningEvent
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds
from phoenix_hw.leds.animation import VISIBLE
from phoenix_tools.faults.observed_toy import SUPERVISOR

REQUEST = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
LATE_S = 0.05  # a frame that was checked and is on its way
CONNECTED_S = 0.5  # within which DDS tells all others of who began anew
WITHIN_S = 0.15
BRIGHT = 200  # duty of the ear light while the toy listens


@pytest.fixture(params=PROCESSES_FIRST)
def toy(request):
    with FragileToy(request.param, {}) as toy:
        toy.probe = toy.graph.probe(
            publishes=[events.LED_COMMAND],
            records=[events.AUDIO_INPUT, events.EAR_LIGHT, events.LED_FRAME, events.LISTENING],
        )
        yield toy


def published_s(message):
    return nanoseconds(message.header.published) / NANOSECONDS_PER_SECOND


def ear_pixel(frame):
    return max(frame.rgb[-3:])


def frames_in_the_dark(probe):
    """
    Return the frames that went out when the newest confirmation was too old, or said no.

    The microphone may be connected to LEDs that began anew sooner than the probe is, and hear
    confirmations that the probe misses.
    """
    lights = probe.recorded(events.EAR_LIGHT)
    first_heard_s = [
        published_s(light)
        for before, light in pairwise(lights)
        if light.visible and published_s(light) - published_s(before) > EarLight.LEASE_S + LATE_S
    ]
    dark = []
    for frame in probe.recorded(events.AUDIO_INPUT):
        at_s = published_s(frame)
        before = [light for light in lights if published_s(light) <= at_s - LATE_S]
        lit = [light for light in lights if at_s - LATE_S < published_s(light) <= at_s]
        newest = before[-1:] + lit
        confirmed = any(
            light.visible and at_s - published_s(light) <= EarLight.LEASE_S + LATE_S
            for light in newest
        )
        if not confirmed and not any(0 < one - at_s <= CONNECTED_S for one in first_heard_s):
            dark.append(frame)
    return dark


def expect_sound(toy):
    count = len(toy.probe.recorded(events.AUDIO_INPUT))
    toy.probe.expect_count(events.AUDIO_INPUT, count + 10, timeout_s=30)


@pytest.mark.long
def test_the_light_comes_first_and_shows_that_the_toy_listens_in_time(toy):
    probe = toy.probe
    assert toy.wait_until_well()
    expect_sound(toy)
    first = probe.recorded(events.AUDIO_INPUT)[0]
    lit = probe.expect(events.LED_FRAME, lambda frame: ear_pixel(frame) >= VISIBLE)
    assert published_s(lit) <= nanoseconds(first.header.stamp) / NANOSECONDS_PER_SECOND
    assert toy.play(REQUEST) == ''
    opened = probe.expect(events.LISTENING, lambda event: event.kind == ListeningEvent.OPENED)
    shown = probe.expect(
        events.LED_FRAME,
        lambda frame: published_s(frame) >= published_s(opened) and ear_pixel(frame) >= BRIGHT,
    )
    delay_s = published_s(shown) - published_s(opened)
    print(f'light {1000 * delay_s:.0f} ms after the ear opened')
    assert delay_s <= WITHIN_S
    assert frames_in_the_dark(probe) == []


@pytest.mark.long
def test_darkness_by_command_and_by_brightness_leaves_the_ear_light_on(toy):
    probe = toy.probe
    assert toy.wait_until_well()
    client = toy.witness.create_client(SetParameters, 'leds/set_parameters')
    request = SetParameters.Request(
        parameters=[Parameter('brightness', value=0.0).to_parameter_msg()]
    )
    assert toy.graph.call(lambda: client.wait_for_service(10))
    done = threading.Event()
    toy.graph.call(lambda: client.call_async(request).add_done_callback(lambda _: done.set()))
    assert done.wait(10)
    probe.publish(events.LED_COMMAND, animation='off')
    probe.publish(events.LED_COMMAND, animation='off', duration_s=600.0)
    dark = probe.expect(events.LED_FRAME, lambda frame: not any(frame.rgb[:-3]))
    assert ear_pixel(dark) >= VISIBLE
    expect_sound(toy)
    assert all(ear_pixel(f) >= VISIBLE for f in probe.recorded(events.LED_FRAME)[1:])
    assert frames_in_the_dark(probe) == []


@pytest.mark.long
@pytest.mark.parametrize('how', ['kill -9', 'SIGSTOP'])
def test_leds_that_die_or_hang_shut_the_ear_until_they_shine_again(toy, how):
    assert toy.wait_until_well()
    expect_sound(toy)
    assert toy.fail(how, 'leds') is not None
    expect_sound(toy)
    assert frames_in_the_dark(toy.probe) == []


@pytest.mark.long
def test_leds_that_stay_dead_keep_the_ear_shut_and_the_toy_says_so():
    broken = {'PHOENIX_LEDS_CONFIG_DIR': '/nowhere'}
    with FragileToy('processes', broken) as toy:
        probe = toy.graph.probe(records=[events.AUDIO_INPUT, events.SAY_REQUEST, events.FAULT])
        probe.expect(events.FAULT, lambda fault: fault.code == 'ear_light_unknown', timeout_s=60)
        idle = yaml.safe_load((ROOT / 'config' / 'en' / 'activities' / 'idle.yaml').read_text())
        words = idle['lost']['hearing']
        probe.expect(events.SAY_REQUEST, lambda say: say.text in words, timeout_s=30)
        assert probe.recorded(events.AUDIO_INPUT) == []


@pytest.mark.long
def test_a_microphone_that_was_stopped_does_not_trust_the_light_of_then():
    with FragileToy('processes', {}) as toy:
        toy.probe = toy.graph.probe(records=[events.AUDIO_INPUT, events.EAR_LIGHT])
        assert toy.wait_until_well()
        expect_sound(toy)
        nodes = toy.witness.nodes
        # Without the supervisor, which would kill who is stopped; its own watchdog is slower.
        stopped = [nodes[name].process_id for name in (SUPERVISOR, 'leds', 'microphone')]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        toy.wait_for(lambda: False, 2 * EarLight.LEASE_S)
        for pid in stopped[::-1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            toy.wait_for(lambda: False, EarLight.LEASE_S)
        expect_sound(toy)
        assert frames_in_the_dark(toy.probe) == []
