"""The fuel gauge MAX17048 on an I2C bus."""

import importlib
from typing import Any

from phoenix_core.settings.node_settings import ProviderSettings, setting
from phoenix_core.settings.provider import Needs, Provider
from phoenix_hw.sensors.fuel_gauge import Charge, FuelGaugeError
from phoenix_hw.sensors.settings import SensorsSettings


class Max17048Settings(ProviderSettings):
    """Settings of the fuel gauge."""

    i2c_bus: int = setting(1, 'Number of its I2C bus.', machine=True, ge=0)


class Max17048:
    """
    Analog Devices' MAX17048 or MAX17049, as on many battery boards for the Pi.

    Registers and steps are those of the data sheet (19-6171): two bytes each, the high one first.

    :param bus: an SMBus of the library smbus2, or a replacement; None opens that of the settings.
    :raises FuelGaugeError: the bus or the library cannot be used.
    """

    ADDRESS = 0x36
    VCELL, SOC, CRATE = 0x02, 0x04, 0x16

    def __init__(self, settings: SensorsSettings, own: Max17048Settings, bus: Any = None) -> None:
        self._name = f'fuel gauge MAX17048 on I2C bus {own.i2c_bus}'
        try:
            self._bus = bus or importlib.import_module('smbus2').SMBus(own.i2c_bus)
        except (ImportError, OSError) as error:
            raise FuelGaugeError(
                f'{self._name}: {error}; it needs the library smbus2, and I2C switched on'
            ) from error

    def read(self) -> Charge:
        """Measure now; raises FuelGaugeError."""
        try:
            cell, charge, rate = map(self._word, (self.VCELL, self.SOC, self.CRATE))
        except OSError as error:
            raise FuelGaugeError(f'{self._name}: {error}') from error
        signed_rate = rate - 0x10000 if rate & 0x8000 else rate
        return Charge(
            # Of a full battery it may report a little more than 100 %.
            percentage=min(charge / 256 / 100, 1.0),
            voltage=cell * 78.125e-6,
            rate=signed_rate * 0.208 / 100,
        )

    def close(self) -> None:
        """Free the bus."""
        self._bus.close()

    def _word(self, register: int) -> int:
        # SMBus words have the low byte first, the gauge sends the high one first.
        return int.from_bytes(
            self._bus.read_word_data(self.ADDRESS, register).to_bytes(2, 'little'), 'big'
        )


PROVIDER = Provider(Max17048, Max17048Settings, needs=Needs(packages=('smbus2',)))
