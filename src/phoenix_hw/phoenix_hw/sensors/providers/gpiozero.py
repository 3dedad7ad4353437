"""Sensors on the pins of a Raspberry Pi, read by gpiozero."""

import importlib
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_hw.sensors.provider import Reading, SensorBoardError, SensorKind, kind_name
from phoenix_hw.sensors.settings import SensorsSettings


class GpiozeroSettings(ProviderSettings):
    """Which pins the sensors are on, as BCM numbers."""

    pad_pins: list[str] = setting(
        ['head=5', 'belly=6'], 'Pins of the touch pads, as NAME=PIN.', machine=True
    )
    button_pins: list[str] = setting(
        ['talk=16'], 'Pins of the buttons, as NAME=PIN.', machine=True
    )
    motion_pin: int = setting(
        -1, 'Pin of the motion sensor; -1: none.', machine=True, ge=-1, le=27
    )
    mute_pin: int = setting(-1, 'Pin of the mute switch; -1: none.', machine=True, ge=-1, le=27)


class GpiozeroSensorBoard:
    """
    Sensors on the pins of a Raspberry Pi. Reports come in threads of gpiozero.

    Buttons and the mute switch, which mutes when closed, connect their pins to ground; capacitive
    pads and the motion sensor are active at a high level. Of what is active at the start only the
    mute switch is reported; a contact is reported when it is released.

    :param pin_factory: gpiozero's; None: the one of the machine.
    :raises SensorBoardError: gpiozero is not installed.
    :raises ValueError: a pin does not exist or is used twice.
    """

    def __init__(
        self, settings: SensorsSettings, own: GpiozeroSettings, pin_factory: Any = None
    ) -> None:
        try:
            self._gpiozero = importlib.import_module('gpiozero')
        except ImportError as error:
            raise SensorBoardError(
                f'the library gpiozero cannot be imported ({error}): pip install gpiozero==2.0.1'
            ) from error
        self.has_mute_switch = own.mute_pin >= 0
        pads = pins_of('sensors.gpiozero.pad_pins', own.pad_pins, settings.pads)
        buttons = pins_of('sensors.gpiozero.button_pins', own.button_pins, settings.buttons)
        # Of each contact its kind, name, pin, and whether the pin is pulled up.
        self._contacts = [
            *((SensorKind.TOUCH, name, pin, False) for name, pin in pads.items()),
            *((SensorKind.BUTTON, name, pin, True) for name, pin in buttons.items()),
        ]
        if own.motion_pin >= 0:
            self._contacts.append((SensorKind.MOTION, '', own.motion_pin, False))
        if self.has_mute_switch:
            self._contacts.append((SensorKind.MUTE, '', own.mute_pin, True))
        self._check_pins()
        self._bounce_s = settings.bounce_s
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
        """Claim the pins and start to report their changes."""
        try:
            for kind, name, pin, pull_up in self._contacts:
                device = self._gpiozero.DigitalInputDevice(
                    pin,
                    pull_up=pull_up,
                    bounce_time=self._bounce_s,
                    pin_factory=self._pin_factory,
                )
                self._devices.append(device)
                device.when_activated = partial(on_reading, Reading(kind, name, 1.0))
                device.when_deactivated = partial(on_reading, Reading(kind, name, 0.0))
                if kind == SensorKind.MUTE:
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


def _contact(kind: int, name: str) -> str:
    return f'{kind_name(kind)} {name}'.rstrip()


def pins_of(setting: str, pairs: Collection[str], names: Collection[str]) -> dict[str, int]:
    """
    Return the pins by name.

    :param pairs: NAME=PIN.
    :param names: of the toy's pads or buttons: each has a pin, and nothing else has.
    :raises ValueError: names the setting and the pair or name that is wrong.
    """
    pins = {}
    for pair in pairs:
        name, _, pin = pair.partition('=')
        if not name or not pin.isdecimal():
            raise ValueError(f'{setting}: must be NAME=PIN such as head=5, is {pair!r}')
        pins[name] = int(pin)
    for name in sorted(set(pins) ^ set(names)):
        problem = 'no pin for' if name in names else 'the toy has no'
        raise ValueError(f'{setting}: {problem} {name!r}; it has {", ".join(names) or "none"}')
    return pins


PROVIDER = Provider(GpiozeroSensorBoard, GpiozeroSettings, needs=Needs(packages=('gpiozero',)))
