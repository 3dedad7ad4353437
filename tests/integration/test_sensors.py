"""The sensor node: simulated sensors and pins of a Pi are moved, and their events come out."""

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory
from phoenix_msgs.msg import ButtonEvent, MotionEvent, SimulatedSensor, TouchEvent

from phoenix_core import events
from phoenix_core.settings import SettingsError
from phoenix_hw.sensors import Sensors


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.SIMULATED_SENSOR],
        records=[events.TOUCH, events.BUTTON, events.MOTION, events.BATTERY, events.FAULT],
    )


@pytest.fixture
def pins(monkeypatch):
    """Pins without a Pi, which become those of gpiozero's machine."""
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, 'pin_factory', factory)
    yield factory
    factory.reset()


def move(probe, kind, name, value):
    return probe.publish(events.SIMULATED_SENSOR, kind=kind, name=name, value=value)


def stamp_s(message):
    return message.header.stamp.sec + message.header.stamp.nanosec * 1e-9


def expect_held(probe, event, name_field):
    """Wait for the begin and end of a contact and return both, with their times compared."""
    begin, end = probe.expect_count(event, 2)
    assert getattr(begin, name_field) == getattr(end, name_field)
    assert begin.duration_s == 0
    assert end.duration_s == pytest.approx(stamp_s(end) - stamp_s(begin), abs=0.02)
    assert end.duration_s > 0
    return begin, end


def test_a_touch_and_its_end(graph, probe):
    graph.add(Sensors)
    move(probe, SimulatedSensor.TOUCH, 'head', 1.0)
    probe.expect(events.TOUCH)
    move(probe, SimulatedSensor.TOUCH, 'head', 0.0)
    begin, end = expect_held(probe, events.TOUCH, 'pad')
    assert (begin.pad, begin.kind, end.kind) == ('head', TouchEvent.TOUCHED, TouchEvent.RELEASED)
    assert begin.header.trace_id != end.header.trace_id  # each may begin an interaction


def test_a_button_and_its_end(graph, probe):
    graph.add(Sensors)
    move(probe, SimulatedSensor.BUTTON, 'talk', 1.0)
    probe.expect(events.BUTTON)
    move(probe, SimulatedSensor.BUTTON, 'talk', 0.0)
    begin, end = expect_held(probe, events.BUTTON, 'button')
    assert (begin.button, begin.kind) == ('talk', ButtonEvent.PRESSED)
    assert end.kind == ButtonEvent.RELEASED


def test_two_pads_are_held_each_for_itself(graph, probe):
    graph.add(Sensors)
    for pad, value in (('head', 1.0), ('belly', 1.0), ('head', 0.0), ('belly', 0.0)):
        move(probe, SimulatedSensor.TOUCH, pad, value)
    touches = probe.expect_count(events.TOUCH, 4)
    assert [(touch.pad, touch.kind) for touch in touches] == [
        ('head', TouchEvent.TOUCHED),
        ('belly', TouchEvent.TOUCHED),
        ('head', TouchEvent.RELEASED),
        ('belly', TouchEvent.RELEASED),
    ]


def test_a_reading_that_changes_nothing_is_no_event(graph, probe):
    graph.add(Sensors)
    for value in (0.0, 1.0, 1.0, 0.0, 0.0, 1.0):
        move(probe, SimulatedSensor.TOUCH, 'head', value)
    touches = probe.expect_count(events.TOUCH, 3)
    assert [touch.kind for touch in touches] == [
        TouchEvent.TOUCHED,
        TouchEvent.RELEASED,
        TouchEvent.TOUCHED,
    ]
    assert len(probe.recorded(events.TOUCH)) == 3


def test_motion(graph, probe):
    graph.add(Sensors)
    for value in (1.0, 0.0):
        move(probe, SimulatedSensor.MOTION, '', value)
    motions = probe.expect_count(events.MOTION, 2)
    assert [motion.kind for motion in motions] == [MotionEvent.STARTED, MotionEvent.STOPPED]


def test_the_battery_is_told_to_who_comes_later(graph, probe):
    node = graph.add(Sensors)
    move(probe, SimulatedSensor.BATTERY, '', 0.25)
    battery = probe.expect(events.BATTERY)
    assert (battery.percentage, battery.present) == (0.25, True)
    assert stamp_s(battery) == pytest.approx(graph.call(node.now_s), abs=5)
    late = graph.probe(records=[events.BATTERY])
    assert late.expect(events.BATTERY).percentage == 0.25


@pytest.mark.parametrize(
    ('kind', 'name', 'value'),
    [(SimulatedSensor.TOUCH, 'tail', 1.0), (SimulatedSensor.BATTERY, '', 1.5)],
)
def test_what_no_sensor_says_is_a_fault(graph, probe, kind, name, value):
    graph.add(Sensors)
    cause = move(probe, kind, name, value)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('sensors', 'handler_failed')
    assert fault.header.trace_id == cause.trace_id
    move(probe, SimulatedSensor.TOUCH, 'head', 1.0)
    assert probe.expect(events.TOUCH).pad == 'head'


def test_pads_and_buttons_are_named_by_the_settings(graph, probe):
    graph.add(Sensors, parameters={'pads': ['tail=5'], 'buttons': ['up=16', 'down=20']})
    move(probe, SimulatedSensor.TOUCH, 'tail', 1.0)
    move(probe, SimulatedSensor.BUTTON, 'down', 1.0)
    assert probe.expect(events.TOUCH).pad == 'tail'
    assert probe.expect(events.BUTTON).button == 'down'


def test_nothing_is_felt_while_inactive(graph, probe):
    node = graph.add(Sensors)
    move(probe, SimulatedSensor.TOUCH, 'head', 1.0)
    probe.expect(events.TOUCH)
    graph.call(node.trigger_deactivate)
    move(probe, SimulatedSensor.TOUCH, 'belly', 1.0)
    graph.call(node.trigger_activate)
    move(probe, SimulatedSensor.TOUCH, 'head', 1.0)
    touches = probe.expect_count(events.TOUCH, 2)
    assert {touch.pad for touch in touches} == {'head'}


def test_the_pins_of_a_pi(graph, probe, pins):
    node = graph.add(Sensors, parameters={'provider': 'gpiozero', 'motion_pin': 17})
    pins.pin(5).drive_high()
    probe.expect(events.TOUCH)
    pins.pin(5).drive_low()
    begin, end = expect_held(probe, events.TOUCH, 'pad')
    assert (begin.pad, begin.kind, end.kind) == ('head', TouchEvent.TOUCHED, TouchEvent.RELEASED)
    pins.pin(16).drive_low()  # a button connects its pin to ground
    pressed = probe.expect(events.BUTTON)
    assert (pressed.button, pressed.kind) == ('talk', ButtonEvent.PRESSED)
    pins.pin(17).drive_high()
    assert probe.expect(events.MOTION).kind == MotionEvent.STARTED

    graph.call(node.trigger_deactivate)
    pins.pin(6).drive_high()
    pins.pin(6).drive_low()
    graph.call(node.trigger_activate)
    pins.pin(5).drive_high()
    assert {touch.pad for touch in probe.expect_count(events.TOUCH, 3)} == {'head'}


def test_what_cannot_be_configured_is_refused_by_name(refusal):
    assert "no 'no such' in phoenix.sensor_boards; installed: gpiozero, simulated" in refusal(
        Sensors, {'provider': 'no such'}
    )
    no_pair = refusal(Sensors, {'pads': ['head']})
    assert "sensors.pads: must be NAME=PIN such as head=5, is 'head'" in no_pair
    taken = refusal(Sensors, {'provider': 'gpiozero', 'buttons': ['talk=5']})
    assert 'button talk: pin 5 is already taken by touch head' in taken


@pytest.mark.parametrize(
    ('setting', 'value'), [('MOTION_PIN', '28'), ('PADS', '5'), ('BOUNCE', '0.1')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_SENSORS_{setting}'):
        graph.add(Sensors, environ={f'PHOENIX_SENSORS_{setting}': value})
