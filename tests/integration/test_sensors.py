"""The sensor node: simulated sensors and pins of a Pi are moved, and their events come out."""

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory
from phoenix_msgs.msg import (
    ButtonEvent,
    CapabilityStatus,
    Fault,
    MotionEvent,
    SimulatedSensor,
    TouchEvent,
)
from sensor_msgs.msg import BatteryState

from phoenix_core import events
from phoenix_core.node.declarations import subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings, SettingsError
from phoenix_core.storage.mute_file import MuteFile
from phoenix_core.storage.toy_file import ToyFile
from phoenix_hw.sensors.fuel_gauge import Charge, FuelGaugeError
from phoenix_hw.sensors.node import Sensors


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.SIMULATED_SENSOR],
        records=[
            events.TOUCH,
            events.BUTTON,
            events.MOTION,
            events.BATTERY,
            events.MICROPHONE_MUTE,
            events.FAULT,
        ],
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
    begin, end = probe.expect_count(event, 2)[:2]
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
    graph.add(Sensors, parameters={'bounce_s': 0.0})
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
    graph.add(Sensors, parameters={'bounce_s': 0.0})
    for value in (0.0, 1.0, 1.0, 0.0, 0.0, 1.0):
        move(probe, SimulatedSensor.TOUCH, 'head', value)
    touches = probe.expect_count(events.TOUCH, 3)
    assert [touch.kind for touch in touches] == [
        TouchEvent.TOUCHED,
        TouchEvent.RELEASED,
        TouchEvent.TOUCHED,
    ]
    assert len(probe.recorded(events.TOUCH)) == 3


def test_a_chattering_pad_is_one_touch(graph, probe):
    graph.add(Sensors, parameters={'bounce_s': 0.2})
    for value in (1.0, 0.0) * 10:
        move(probe, SimulatedSensor.TOUCH, 'head', value)
    _, end = expect_held(probe, events.TOUCH, 'pad')
    assert end.kind == TouchEvent.RELEASED
    assert len(probe.recorded(events.TOUCH)) == 2


@pytest.mark.parametrize(
    ('moves', 'told'),
    [
        ((1.0, 0.0), ButtonEvent.CLICKED),
        ((1.0, 0.0, 1.0, 0.0), ButtonEvent.DOUBLE_CLICKED),
        ((1.0,), ButtonEvent.HELD),
    ],
)
def test_what_presses_add_up_to(graph, probe, moves, told):
    graph.add(Sensors, parameters={'bounce_s': 0.0, 'hold_s': 0.5})
    for value in moves:
        move(probe, SimulatedSensor.BUTTON, 'talk', value)
    summary = probe.expect(events.BUTTON, lambda event: event.kind >= ButtonEvent.CLICKED)
    assert (summary.button, summary.kind) == ('talk', told)
    kinds = [event.kind for event in probe.recorded(events.BUTTON)]
    raw = [ButtonEvent.PRESSED if value else ButtonEvent.RELEASED for value in moves]
    assert kinds == [*raw, told]


def test_the_mute_switch_is_a_state(graph, probe):
    graph.add(Sensors)
    move(probe, SimulatedSensor.MUTE, '', 1.0)
    probe.expect(events.MICROPHONE_MUTE, lambda mute: mute.muted)
    late = graph.probe(records=[events.MICROPHONE_MUTE])
    assert late.expect(events.MICROPHONE_MUTE).muted
    move(probe, SimulatedSensor.MUTE, '', 0.0)
    late.expect(events.MICROPHONE_MUTE, lambda mute: not mute.muted)


def mute_file(folder):
    return MuteFile(folder / 'phoenix' / 'phoenix.mute')


@pytest.mark.parametrize('kept', [True, False, None])
def test_a_simulated_toy_is_muted_at_its_start_as_it_was_before(graph, probe, tmp_path, kept):
    if kept is not None:
        mute_file(tmp_path).write(kept)
    graph.add(Sensors, environ={'XDG_STATE_HOME': str(tmp_path)})
    assert probe.expect(events.MICROPHONE_MUTE).muted == bool(kept)
    assert mute_file(tmp_path).read() is bool(kept)


class Reader(EventNode):
    """Notes what is on disk when it is told of the mute switch."""

    settings: NodeSettings

    def configure(self):
        self.noted = []
        self._file = MuteFile(ToyFile.MUTE.path(self.environ, self.get_namespace()))

    @subscribes(events.MICROPHONE_MUTE)
    def on_mute(self, mute):
        self.noted.append((mute.muted, self._file.read()))


def test_a_mute_is_on_disk_before_anybody_is_told(graph, probe, tmp_path):
    environ = {'XDG_STATE_HOME': str(tmp_path)}
    reader = graph.add(Reader, environ=environ)
    graph.add(Sensors, environ=environ)
    probe.expect(events.MICROPHONE_MUTE)
    for count, value in ((2, 1.0), (3, 0.0), (4, 1.0)):
        move(probe, SimulatedSensor.MUTE, '', value)
        probe.expect_count(events.MICROPHONE_MUTE, count)
        graph.call(lambda: None)
    assert reader.noted == [(muted, muted) for muted in (False, True, False, True)]


def test_what_cannot_be_kept_is_a_fault_and_opens_nothing(graph, probe, tmp_path):
    mute_file(tmp_path).write(True)
    (tmp_path / 'phoenix' / 'phoenix.mute.new').mkdir()  # in the way of each write
    graph.add(Sensors, environ={'XDG_STATE_HOME': str(tmp_path)})
    assert probe.expect(events.MICROPHONE_MUTE).muted
    move(probe, SimulatedSensor.MUTE, '', 0.0)
    assert probe.expect(events.FAULT).code == 'mute_not_kept'
    assert all(mute.muted for mute in probe.expect_count(events.MICROPHONE_MUTE, 2))


def test_the_position_of_a_real_switch_counts_more_than_what_was_kept(
    graph, probe, pins, tmp_path
):
    mute_file(tmp_path).write(True)
    graph.add(
        Sensors,
        parameters={'provider': 'gpiozero', 'gpiozero.mute_pin': 17},
        environ={'XDG_STATE_HOME': str(tmp_path)},
    )
    assert not probe.expect(events.MICROPHONE_MUTE).muted
    pins.pin(17).drive_low()
    probe.expect(events.MICROPHONE_MUTE, lambda mute: mute.muted)
    assert mute_file(tmp_path).read() is True


def test_a_toy_without_a_mute_switch_says_so_and_stays_as_it_was(
    graph, probe, pins, tmp_path, expect_health
):
    mute_file(tmp_path).write(True)
    environ = {'XDG_STATE_HOME': str(tmp_path)}
    graph.add(Sensors, parameters={'provider': 'gpiozero'}, environ=environ)
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.severity) == ('no_mute_switch', Fault.WARNING)
    expect_health('sensors', CapabilityStatus.DEGRADED, 'no_mute_switch')
    assert probe.expect(events.MICROPHONE_MUTE).muted


class Gauge:
    """A fuel gauge that fails at its second measurement."""

    def __init__(self, settings):
        self.measured = 0

    def read(self):
        self.measured += 1
        if self.measured == 2:
            raise FuelGaugeError('the bus hangs')
        return Charge(percentage=0.5 + self.measured / 100, voltage=3.8, rate=-0.1)

    def close(self):
        pass


def test_a_fuel_gauge_is_read_again_and_again_whatever_fails(graph, probe, provide):
    provide('phoenix.fuel_gauges', 'Gauge')
    graph.add(Sensors, parameters={'fuel_gauge': 'Gauge', 'battery_period_s': 0.1})
    first, second = probe.expect_count(events.BATTERY, 2)
    assert first.percentage == pytest.approx(0.51)
    assert second.percentage == pytest.approx(0.53)
    assert first.voltage == pytest.approx(3.8)
    assert first.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.message, fault.self_healing) == (
        'fuel_gauge_failed',
        'the bus hangs',
        True,
    )


def test_motion_has_stopped_only_after_some_rest(graph, probe):
    graph.add(Sensors, parameters={'rest_s': 0.3})
    for value in (1.0, 0.0, 1.0, 0.0):
        move(probe, SimulatedSensor.MOTION, '', value)
    started, stopped = probe.expect_count(events.MOTION, 2)
    assert (started.kind, stopped.kind) == (MotionEvent.STARTED, MotionEvent.STOPPED)
    assert len(probe.recorded(events.MOTION)) == 2


def test_motion(graph, probe):
    graph.add(Sensors, parameters={'rest_s': 0.0})
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
    move(probe, kind, name, value)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('sensors', 'handler_failed')
    move(probe, SimulatedSensor.TOUCH, 'head', 1.0)
    assert probe.expect(events.TOUCH).pad == 'head'


def test_pads_and_buttons_are_named_by_the_settings(graph, probe):
    graph.add(Sensors, parameters={'pads': ['tail'], 'buttons': ['up', 'down']})
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
    gpiozero = {'gpiozero.motion_pin': 17, 'gpiozero.mute_pin': 27}
    node = graph.add(Sensors, parameters={'provider': 'gpiozero', **gpiozero})
    assert not probe.expect(events.MICROPHONE_MUTE).muted  # told at the start
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
    pins.pin(27).drive_low()
    probe.expect(events.MICROPHONE_MUTE, lambda mute: mute.muted)
    pins.pin(27).drive_high()

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
    on_pins = {'provider': 'gpiozero'}
    no_pair = refusal(Sensors, on_pins | {'gpiozero.pad_pins': ['head']})
    assert "sensors.gpiozero.pad_pins: must be NAME=PIN such as head=5, is 'head'" in no_pair
    no_pin = refusal(Sensors, on_pins | {'pads': ['head', 'belly', 'tail']})
    assert "sensors.gpiozero.pad_pins: no pin for 'tail'; it has head, belly, tail" in no_pin
    no_button = refusal(Sensors, on_pins | {'gpiozero.button_pins': ['talk=16', 'stop=20']})
    assert "sensors.gpiozero.button_pins: the toy has no 'stop'; it has talk" in no_button
    taken = refusal(Sensors, on_pins | {'gpiozero.button_pins': ['talk=5']})
    assert 'button talk: pin 5 is already taken by touch head' in taken


@pytest.mark.parametrize(
    ('setting', 'value'), [('GPIOZERO_MOTION_PIN', '28'), ('PADS', '5'), ('BOUNCE', '0.1')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_SENSORS_{setting}'):
        graph.add(Sensors, environ={f'PHOENIX_SENSORS_{setting}': value})
