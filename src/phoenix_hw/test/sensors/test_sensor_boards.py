import sys
from typing import Any

import pytest

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_hw.sensors.provider import Reading, SensorBoardError, SensorKind
from phoenix_hw.sensors.providers.gpiozero import GpiozeroSensorBoard, GpiozeroSettings
from phoenix_hw.sensors.providers.simulated import SimulatedSensorBoard
from phoenix_hw.sensors.settings import SensorsSettings

PADS = {'head': 17, 'belly': 27}
BUTTONS = {'talk': 22}


@pytest.fixture
def pins() -> Any:
    mock = pytest.importorskip('gpiozero.pins.mock', reason='gpiozero is not installed')
    factory = mock.MockFactory()
    yield factory
    factory.reset()


def make_board(
    factory: Any, pads: Any = PADS, buttons: Any = BUTTONS, bounce_s: float = 0.02, **own: Any
) -> GpiozeroSensorBoard:
    settings = SensorsSettings(pads=[*pads], buttons=[*buttons], bounce_s=bounce_s)
    pins = {
        'pad_pins': [f'{name}={pin}' for name, pin in pads.items()],
        'button_pins': [f'{name}={pin}' for name, pin in buttons.items()],
        'motion_pin': 23,
    }
    return GpiozeroSensorBoard(settings, GpiozeroSettings(**(pins | own)), factory)


def make_simulated() -> SimulatedSensorBoard:
    return SimulatedSensorBoard(
        SensorsSettings(pads=['head'], buttons=['talk']), ProviderSettings()
    )


def test_pins_become_readings(pins: Any) -> None:
    readings: list[Reading] = []
    board = make_board(pins)
    board.start(readings.append)
    pins.pin(17).drive_high()
    pins.pin(22).drive_low()
    pins.pin(17).drive_low()
    pins.pin(22).drive_high()
    pins.pin(23).drive_high()
    pins.pin(23).drive_low()
    board.stop()
    assert readings == [
        Reading(SensorKind.TOUCH, 'head', 1),
        Reading(SensorKind.BUTTON, 'talk', 1),
        Reading(SensorKind.TOUCH, 'head', 0),
        Reading(SensorKind.BUTTON, 'talk', 0),
        Reading(SensorKind.MOTION, '', 1),
        Reading(SensorKind.MOTION, '', 0),
    ]


def test_the_mute_switch_is_reported_at_the_start_too(pins: Any) -> None:
    readings: list[Reading] = []
    pins.pin(24)._set_pull = lambda pull: None  # a closed switch is stronger than the pull-up
    pins.pin(24).drive_low()
    board = make_board(pins, mute_pin=24)
    board.start(readings.append)
    assert readings == [Reading(SensorKind.MUTE, '', 1)]
    pins.pin(24).drive_high()
    board.stop()
    assert readings[1:] == [Reading(SensorKind.MUTE, '', 0)]


def test_bounce_time_reaches_the_pins(pins: Any) -> None:
    board = make_board(pins, bounce_s=0.05)
    board.start(lambda reading: None)
    assert {pins.pin(number).bounce for number in (17, 27, 22, 23)} == {0.05}
    board.stop()


def test_stopped_board_is_silent_and_starts_again(pins: Any) -> None:
    readings: list[Reading] = []
    board = make_board(pins)
    board.start(readings.append)
    board.stop()
    pins.pin(17).drive_high()
    pins.pin(17).drive_low()
    assert readings == []
    board.start(readings.append)
    pins.pin(17).drive_high()
    board.stop()
    assert readings == [Reading(SensorKind.TOUCH, 'head', 1)]


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        (
            {'pads': {'head': 17, 'belly': 17}},
            'touch belly: pin 17 is already taken by touch head',
        ),
        ({'buttons': {'talk': 17}}, 'button talk: pin 17 is already taken by touch head'),
        ({'motion_pin': 22}, 'motion: pin 22 is already taken by button talk'),
        ({'pads': {'head': 40}}, 'touch head: pin 40; allowed are the BCM numbers 0 to 27'),
        ({'buttons': {'talk': 28}}, 'button talk: pin 28; allowed are the BCM numbers 0 to 27'),
    ],
)
def test_bad_pins_are_refused_by_name(pins: Any, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make_board(pins, **changes)


def test_pin_that_cannot_be_claimed_is_named_and_the_others_are_freed(pins: Any) -> None:
    taken = make_board(pins, pads={}, buttons={'stop': 22}, motion_pin=-1)
    taken.start(lambda reading: None)
    board = make_board(pins)
    with pytest.raises(SensorBoardError, match=r'button talk on GPIO 22: .*in use'):
        board.start(lambda reading: None)
    taken.stop()
    board.start(lambda reading: None)
    board.stop()


def test_machine_without_pins_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip('gpiozero', reason='gpiozero is not installed')
    monkeypatch.setenv('GPIOZERO_PIN_FACTORY', 'nonesuch')
    board = make_board(None)
    with pytest.raises(SensorBoardError, match='need a Raspberry Pi, the library lgpio'):
        board.start(lambda reading: None)


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'gpiozero', None)
    with pytest.raises(SensorBoardError, match='pip install gpiozero'):
        make_board(None)


@pytest.mark.parametrize(
    ('kind', 'name', 'value'),
    [
        (SensorKind.TOUCH, 'head', 1),
        (SensorKind.BUTTON, 'talk', 0),
        (SensorKind.MOTION, '', 1),
        (SensorKind.BATTERY, '', 0.4),
    ],
)
def test_simulated_board_reports_what_is_injected(kind: int, name: str, value: float) -> None:
    readings: list[Reading] = []
    board = make_simulated()
    board.start(readings.append)
    board.inject(kind, name, value)
    assert readings == [Reading(kind, name, value)]


@pytest.mark.parametrize(
    ('kind', 'name', 'value', 'said'),
    [
        (SensorKind.TOUCH, 'hed', 1, "name of touch: 'hed'; allowed are 'head'"),
        (SensorKind.BUTTON, 'head', 1, "name of button: 'head'; allowed are 'talk'"),
        (SensorKind.MOTION, 'x', 1, "name of motion: 'x'; allowed are ''"),
        (SensorKind.TOUCH, 'head', 0.5, 'value of touch: 0.5; allowed are 0 and 1'),
        (SensorKind.BATTERY, '', 40, 'value of battery: 40; allowed is 0 to 1'),
        (SensorKind.BATTERY, '', float('nan'), 'value of battery: nan; allowed is 0 to 1'),
    ],
)
def test_simulated_board_refuses_what_the_toy_cannot_sense(
    kind: int, name: str, value: float, said: str
) -> None:
    board = make_simulated()
    board.start(lambda reading: None)
    with pytest.raises(ValueError, match=said):
        board.inject(kind, name, value)


def test_simulated_board_that_is_stopped_says_so() -> None:
    board = make_simulated()
    board.start(lambda reading: None)
    board.stop()
    with pytest.raises(SensorBoardError, match='not started'):
        board.inject(SensorKind.TOUCH, 'head', 1)
