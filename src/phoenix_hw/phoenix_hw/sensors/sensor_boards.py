"""Reads touch pads, buttons, motion and a mute switch, from the pins of a Pi or simulated."""

import importlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol


class SensorBoardError(RuntimeError):
    """The sensors cannot be used; the message says why."""


class SensorKind(Enum):
    """What a reading is about; the members are named as in the event SimulatedSensor."""

    TOUCH = 'touch'
    BUTTON = 'button'
    MOTION = 'motion'
    BATTERY = 'battery'
    MUTE = 'mute'


@dataclass(frozen=True)
class Reading:
    """What a sensor says now.

    `name` is the pad or button, empty for the others. `value` is 1 when touched, pressed, moving
    or muted, 0 when not; for the battery the charge, 0 to 1.
    """

    kind: SensorKind
    name: str
    value: float


class SensorBoard(Protocol):
    """The sensors of the toy. `on_reading` may be called from any thread, also during start."""

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        """Report changes from now on; raises SensorBoardError."""

    def stop(self) -> None:
        """Report nothing more and free the devices; may be called when not started."""


class SimulatedSensorBoard:
    """Sensors moved by `inject`. Reports in the thread that calls it."""

    def __init__(self, *, pads: Collection[str], buttons: Collection[str]) -> None:
        self._names = {
            SensorKind.TOUCH: sorted(pads),
            SensorKind.BUTTON: sorted(buttons),
            SensorKind.MOTION: [''],
            SensorKind.BATTERY: [''],
            SensorKind.MUTE: [''],
        }
        self._on_reading: Callable[[Reading], None] | None = None

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        """Report what is injected from now on."""
        self._on_reading = on_reading

    def stop(self) -> None:
        """Report nothing more."""
        self._on_reading = None

    def inject(self, kind: SensorKind, name: str, value: float) -> None:
        """Report this reading; ValueError when such a toy could not have made it."""
        if name not in self._names[kind]:
            allowed = ', '.join(map(repr, self._names[kind])) or 'none'
            raise ValueError(f'name of {kind.value}: {name!r}; allowed are {allowed}')
        if kind is SensorKind.BATTERY:
            if not 0 <= value <= 1:
                raise ValueError(f'value of battery: {value}; allowed is 0 to 1')
        elif value not in (0, 1):
            raise ValueError(f'value of {kind.value}: {value}; allowed are 0 and 1')
        if self._on_reading is None:
            raise SensorBoardError('the simulated sensors are not started')
        self._on_reading(Reading(kind, name, value))


class GpiozeroSensorBoard:
    """Sensors on the pins of a Raspberry Pi. Reports come in threads of gpiozero.

    Pins are BCM numbers. With pull-up a contact to ground is active (a plain button), without it a
    high level is, and the pin is pulled down (a capacitive pad, a motion sensor). The mute switch
    closes to ground when it mutes. `bounce_s` is gpiozero's bounce time. Of what is active at the
    start only the mute switch is reported; a contact is when it is let go. `pin_factory` is
    gpiozero's, None for the one of the machine.
    """

    def __init__(
        self,
        *,
        pads: Mapping[str, int],
        buttons: Mapping[str, int],
        motion_pin: int | None = None,
        mute_pin: int | None = None,
        pads_pull_up: bool = False,
        buttons_pull_up: bool = True,
        bounce_s: float = 0.02,
        pin_factory: Any = None,
    ) -> None:
        try:
            self._gpiozero = importlib.import_module('gpiozero')
        except ImportError as error:
            raise SensorBoardError(
                f'the library gpiozero cannot be imported ({error}): pip install gpiozero==2.0.1'
            ) from error
        self._contacts = [
            *((SensorKind.TOUCH, name, pin, pads_pull_up) for name, pin in pads.items()),
            *((SensorKind.BUTTON, name, pin, buttons_pull_up) for name, pin in buttons.items()),
        ]
        if motion_pin is not None:
            self._contacts.append((SensorKind.MOTION, '', motion_pin, False))
        if mute_pin is not None:
            self._contacts.append((SensorKind.MUTE, '', mute_pin, True))
        self._check_pins()
        self._bounce_s = bounce_s
        self._pin_factory = pin_factory
        self._devices: list[Any] = []

    def _check_pins(self) -> None:
        taken: dict[int, str] = {}
        for kind, name, pin, _ in self._contacts:
            contact = _contact(kind, name)
            if not 0 <= pin <= 27:
                raise ValueError(f'{contact}: pin {pin}; allowed are the BCM numbers 0 to 27')
            if pin in taken:
                raise ValueError(f'{contact}: pin {pin} is already taken by {taken[pin]}')
            taken[pin] = contact

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        """Claim the pins and report their changes from now on."""
        try:
            for kind, name, pin, pull_up in self._contacts:
                device = self._gpiozero.DigitalInputDevice(
                    pin,
                    pull_up=pull_up,
                    bounce_time=self._bounce_s,
                    pin_factory=self._pin_factory,
                )
                self._devices.append(device)
                device.when_activated = _reporter(on_reading, Reading(kind, name, 1.0))
                device.when_deactivated = _reporter(on_reading, Reading(kind, name, 0.0))
                if kind is SensorKind.MUTE:
                    on_reading(Reading(kind, name, float(device.value)))
        except self._gpiozero.BadPinFactory as error:
            raise SensorBoardError(
                f'no GPIO pins: {error} They need a Raspberry Pi, the library lgpio, and a user '
                'in the group gpio'
            ) from error
        except Exception as error:  # the back ends of gpiozero raise what they like
            self.stop()
            raise SensorBoardError(f'{_contact(kind, name)} on GPIO {pin}: {error}') from error

    def stop(self) -> None:
        """Free the pins."""
        while self._devices:
            self._devices.pop().close()


def _contact(kind: SensorKind, name: str) -> str:
    return f'{kind.value} {name}'.rstrip()


def _reporter(on_reading: Callable[[Reading], None], reading: Reading) -> Callable[[], None]:
    return lambda: on_reading(reading)
