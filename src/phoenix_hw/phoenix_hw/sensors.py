"""The sensor node: touch pads, buttons, motion and battery as events."""

from collections import defaultdict

from phoenix_msgs.msg import ButtonEvent, MotionEvent, SimulatedSensor, TouchEvent

from phoenix_core import events, plugins
from phoenix_core.execution import run
from phoenix_core.node import EventNode
from phoenix_core.settings import NodeSettings, setting
from phoenix_hw.sensor_boards import (
    GpiozeroSensorBoard,
    HoldTimer,
    Reading,
    SensorBoard,
    SensorKind,
    SimulatedSensorBoard,
)

SENSOR_BOARDS = 'phoenix.sensor_boards'

KINDS = {
    SimulatedSensor.TOUCH: SensorKind.TOUCH,
    SimulatedSensor.BUTTON: SensorKind.BUTTON,
    SimulatedSensor.MOTION: SensorKind.MOTION,
    SimulatedSensor.BATTERY: SensorKind.BATTERY,
}


class SensorsSettings(NodeSettings):
    """Settings of the sensor node."""

    provider: str = setting('simulated', 'What reads the sensors: an entry point of its group.')
    pads: list[str] = setting(['head=5', 'belly=6'], 'Touch pads, as NAME=PIN (BCM number).')
    buttons: list[str] = setting(['talk=16'], 'Buttons, as NAME=PIN (BCM number).')
    motion_pin: int = setting(-1, 'BCM number of the motion sensor; -1: none.', ge=-1, le=27)
    bounce_s: float = setting(0.02, 'Shorter changes of a contact are ignored [s].', ge=0, le=1)


class Sensors(EventNode):
    """Turns the readings of a sensor board into events."""

    produces = (events.TOUCH, events.BUTTON, events.MOTION, events.BATTERY)
    consumes = {events.SIMULATED_SENSOR: 'on_simulated'}
    settings: SensorsSettings

    def configure(self) -> None:
        """Make the board."""
        self.board: SensorBoard = plugins.load(SENSOR_BOARDS, self.settings.provider)(
            self.settings
        )

    def activate(self) -> None:
        """Begin to read; the board may report from threads of its own."""
        self._contacts: defaultdict[tuple[SensorKind, str], HoldTimer] = defaultdict(HoldTimer)
        self.board.start(lambda reading: self.post(self.on_reading, reading))

    def deactivate(self) -> None:
        """Stop reading."""
        self.board.stop()

    def on_simulated(self, event: SimulatedSensor) -> None:
        """Move a simulated sensor."""
        if isinstance(self.board, SimulatedSensorBoard):
            self.board.inject(KINDS[event.kind], event.name, event.value)

    def on_reading(self, reading: Reading) -> None:
        """Publish a change."""
        if reading.kind is SensorKind.BATTERY:
            self.publish(events.BATTERY, percentage=reading.value, present=True)
            return
        active = reading.value > 0
        contact = self._contacts[reading.kind, reading.name]
        held_s = contact.update(active, self.now_s())
        if held_s is None:
            return
        match reading.kind:
            case SensorKind.TOUCH:
                kind = TouchEvent.TOUCHED if active else TouchEvent.RELEASED
                self.publish(events.TOUCH, pad=reading.name, kind=kind, duration_s=held_s)
            case SensorKind.BUTTON:
                kind = ButtonEvent.PRESSED if active else ButtonEvent.RELEASED
                self.publish(events.BUTTON, button=reading.name, kind=kind, duration_s=held_s)
            case SensorKind.MOTION:
                kind = MotionEvent.STARTED if active else MotionEvent.STOPPED
                self.publish(events.MOTION, kind=kind)


def pins(name: str, contacts: list[str]) -> dict[str, int]:
    """
    Read NAME=PIN pairs.

    :raises ValueError: naming the setting and the pair that is none.
    """
    result = {}
    for contact in contacts:
        label, _, pin = contact.partition('=')
        if not label or not pin.isdecimal():
            raise ValueError(f'sensors.{name}: must be NAME=PIN such as head=5, is {contact!r}')
        result[label] = int(pin)
    return result


def simulated_board(settings: SensorsSettings) -> SensorBoard:
    """Make sensors that are moved by events."""
    return SimulatedSensorBoard(
        pads=pins('pads', settings.pads), buttons=pins('buttons', settings.buttons)
    )


def gpiozero_board(settings: SensorsSettings) -> SensorBoard:
    """Make sensors on the pins of a Pi."""
    return GpiozeroSensorBoard(
        pads=pins('pads', settings.pads),
        buttons=pins('buttons', settings.buttons),
        motion_pin=settings.motion_pin if settings.motion_pin >= 0 else None,
        bounce_s=settings.bounce_s,
    )


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Sensors]))
