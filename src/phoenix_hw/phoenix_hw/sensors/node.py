"""The sensor node: publishes touch pads, buttons, motion, battery and the mute switch."""

import math

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
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.timers import Timer
from phoenix_core.storage.mute_file import MuteFile
from phoenix_core.storage.toy_file import ToyFile
from phoenix_hw.sensors.contact import Change, ChangeKind, Contact
from phoenix_hw.sensors.fuel_gauge import Charge, FuelGauge, FuelGaugeError
from phoenix_hw.sensors.provider import Reading, SensorKind
from phoenix_hw.sensors.providers.simulated import SimulatedSensorBoard
from phoenix_hw.sensors.settings import FUEL_GAUGES, SENSOR_BOARDS, SensorsSettings

TOUCHES = {
    ChangeKind.PRESSED: TouchEvent.TOUCHED,
    ChangeKind.RELEASED: TouchEvent.RELEASED,
}
BUTTONS = {
    ChangeKind.PRESSED: ButtonEvent.PRESSED,
    ChangeKind.RELEASED: ButtonEvent.RELEASED,
    ChangeKind.CLICKED: ButtonEvent.CLICKED,
    ChangeKind.DOUBLE_CLICKED: ButtonEvent.DOUBLE_CLICKED,
    ChangeKind.HELD: ButtonEvent.HELD,
}
MOTIONS = {
    ChangeKind.PRESSED: MotionEvent.STARTED,
    ChangeKind.RELEASED: MotionEvent.STOPPED,
}


class Sensors(EventNode):
    """Turns the readings of a sensor board and of a fuel gauge into events; keeps the mute."""

    touch = Publishes(events.TOUCH)
    button = Publishes(events.BUTTON)
    motion = Publishes(events.MOTION)
    battery = Publishes(events.BATTERY)
    microphone_mute = Publishes(events.MICROPHONE_MUTE)
    settings: SensorsSettings

    def configure(self) -> None:
        """Make the board, and the fuel gauge if there is one."""
        settings = self.settings
        mute_path = ToyFile.MUTE.path(self.environ, self.get_namespace())
        if mute_path is None:
            self.log.warning('mute is not kept over a restart: there is no HOME')
        self._mute_file = MuteFile(mute_path)
        self.board = SENSOR_BOARDS.make(settings.provider, settings)
        self._gauge: FuelGauge | None = None
        if settings.fuel_gauge:
            self._gauge = FUEL_GAUGES.make(settings.fuel_gauge, settings)

    def activate(self) -> None:
        """Start to read; the board may report from threads of its own."""
        self._contacts: dict[tuple[int, str], Contact] = {}
        self._due: dict[tuple[int, str], Timer] = {}
        self._gauge_failing = False
        self.board.start(lambda reading: self.post(self.on_reading, reading))
        self._resume_mute()
        if self._gauge is not None:
            self._measure()
            self.every(self.settings.battery_period_s, self._measure)

    def _resume_mute(self) -> None:
        """Mute as before, where no switch has a position of its own."""
        kept = bool(self._mute_file.read())
        if isinstance(self.board, SimulatedSensorBoard):
            self.board.inject(SensorKind.MUTE, '', float(kept))
        elif not self.board.has_mute_switch:
            self.fault(
                'no_mute_switch',
                'there is no switch that closes the microphone',
                severity=Fault.WARNING,
                impairs=CapabilityStatus.DEGRADED,
            )
            self._mute(kept)

    def deactivate(self) -> None:
        """Stop reading."""
        self.board.stop()

    def cleanup(self) -> None:
        """Free the fuel gauge."""
        if self._gauge is not None:
            self._gauge.close()

    @subscribes(events.SIMULATED_SENSOR)
    def on_simulated(self, event: SimulatedSensor) -> None:
        """Move a simulated sensor."""
        if isinstance(self.board, SimulatedSensorBoard):
            try:
                self.board.inject(event.kind, event.name, event.value)
            except ValueError as error:
                raise EventRuleError(f'simulation/sensor: {error}') from error

    def on_reading(self, reading: Reading) -> None:
        """Publish the state of a sensor, or feed it to its contact."""
        match reading.kind:
            case SensorKind.BATTERY:
                self._tell_charge(Charge(reading.value, math.nan, math.nan))
            case SensorKind.MUTE:
                self._mute(reading.value > 0)
            case _:
                key = reading.kind, reading.name
                contact = self._contacts.setdefault(key, self._contact(reading.kind))
                self._follow(key, contact.feed(reading.value > 0, self.time.now_s()))

    def _mute(self, muted: bool) -> None:
        """
        Keep it, and then tell it: who starts later believes the file alone.

        Not in the background: a mute waits for no fuel gauge, and is a rare and short write.
        """
        try:
            self._mute_file.write(muted)
        except OSError as error:
            self.fault('mute_not_kept', f'{error}', impairs=CapabilityStatus.DEGRADED)
            # What could not be opened stays muted.
            self.microphone_mute(muted=muted or bool(self._mute_file.read()))
        else:
            self.healed('mute_not_kept')
            self.microphone_mute(muted=muted)

    def _contact(self, kind: int) -> Contact:
        settings = self.settings
        return Contact(
            settle_s=settings.rest_s if kind == SensorKind.MOTION else settings.bounce_s,
            hold_s=settings.hold_s if kind == SensorKind.BUTTON else math.inf,
            double_s=settings.double_click_s,
        )

    def _follow(self, key: tuple[int, str], changes: list[Change]) -> None:
        """Publish changes of a contact, and poll it again when time alone will change it."""
        for change in changes:
            self._tell_change(*key, change)
        if key in self._due:
            self._due.pop(key).cancel()
        contact, now_s = self._contacts[key], self.time.now_s()
        if contact.due_s < math.inf:
            self._due[key] = self.after(
                max(contact.due_s - now_s, 0.001),
                lambda: self._follow(key, contact.poll(self.time.now_s())),
            )

    def _tell_change(self, kind: int, name: str, change: Change) -> None:
        stamp = self.stamp_at(change.at_s)
        if kind == SensorKind.TOUCH and change.kind in TOUCHES:
            self.touch.at(stamp)(
                pad=name,
                kind=TOUCHES[change.kind],
                duration_s=change.held_s,
            )
        elif kind == SensorKind.BUTTON:
            self.button.at(stamp)(
                button=name,
                kind=BUTTONS[change.kind],
                duration_s=change.held_s,
            )
        elif kind == SensorKind.MOTION and change.kind in MOTIONS:
            self.motion.at(stamp)(kind=MOTIONS[change.kind])

    def _measure(self) -> None:
        assert self._gauge is not None
        self.in_background(self._read, self._gauge, then=self._tell_measured)

    def _read(self, gauge: FuelGauge) -> Charge | FuelGaugeError:
        try:
            return gauge.read()
        except FuelGaugeError as error:
            return error

    def _tell_measured(self, measured: Charge | FuelGaugeError) -> None:
        failed = isinstance(measured, FuelGaugeError)
        if isinstance(measured, Charge):
            self._tell_charge(measured)
        elif not self._gauge_failing:
            self.fault('fuel_gauge_failed', str(measured), self_healing=True)
        self._gauge_failing = failed

    def _tell_charge(self, charge: Charge) -> None:
        status = BatteryState.POWER_SUPPLY_STATUS_UNKNOWN
        if not math.isnan(charge.rate):
            charging = charge.rate > 0
            status = (
                BatteryState.POWER_SUPPLY_STATUS_CHARGING
                if charging
                else BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
            )
        self.battery(
            percentage=charge.percentage,
            voltage=charge.voltage,
            # What is not measured is NaN, says the message.
            temperature=math.nan,
            current=math.nan,
            charge=math.nan,
            capacity=math.nan,
            design_capacity=math.nan,
            power_supply_status=status,
            present=True,
        )
