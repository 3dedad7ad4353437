"""Settings of the sensor node, and the groups of its providers."""

from typing import Annotated

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_hw.sensors.fuel_gauge import FuelGauge
from phoenix_hw.sensors.provider import SensorBoard

SENSOR_BOARDS: ProviderGroup['SensorsSettings', SensorBoard] = ProviderGroup(
    'phoenix.sensor_boards'
)
FUEL_GAUGES: ProviderGroup['SensorsSettings', FuelGauge] = ProviderGroup('phoenix.fuel_gauges')


class SensorsSettings(NodeSettings):
    """Settings of the sensor node."""

    provider: Annotated[str, SENSOR_BOARDS] = setting(
        'simulated', 'What reads the sensors: an entry point of its group.', machine=True
    )
    pads: list[str] = setting(['head', 'belly'], 'Names of the touch pads.', machine=False)
    buttons: list[str] = setting(['talk'], 'Names of the buttons.', machine=False)
    bounce_s: float = setting(0.02, 'Shorter changes of a contact are ignored [s].', ge=0, le=1)
    hold_s: float = setting(0.8, 'Pressed for so long, a button is held [s].', ge=0.1, le=10)
    double_click_s: float = setting(
        0.3, 'Longest time between two clicks that make a double one [s].', ge=0.05, le=2
    )
    rest_s: float = setting(2.0, 'Motion has stopped after so long without [s].', ge=0, le=60)
    fuel_gauge: Annotated[str, FUEL_GAUGES] = setting(
        '', 'What measures the battery: an entry point; empty: nothing.', machine=True
    )
    battery_period_s: float = setting(30.0, 'Time between two measurements [s].', ge=0.1, le=3600)
