"""Measures the battery: the fuel gauge MAX17048 on an I2C bus."""

import importlib
from dataclasses import dataclass
from typing import Any, Protocol


class FuelGaugeError(RuntimeError):
    """The battery cannot be measured; the message says why."""


@dataclass(frozen=True)
class Charge:
    """What a fuel gauge says now."""

    percentage: float  # 0 to 1
    voltage: float  # [V]
    rate: float  # of the percentage [1/h]; negative while discharging


class FuelGauge(Protocol):
    """Measures the battery; called from one thread at a time."""

    def read(self) -> Charge:
        """Measure now; raises FuelGaugeError."""

    def close(self) -> None:
        """Free the bus."""


class Max17048:
    """
    Analog Devices' MAX17048 or MAX17049, as on many battery boards for the Pi.

    `bus` is an SMBus of the library smbus2, or another in its place; None opens that number.
    Registers and steps are those of the data sheet (19-6171): two bytes each, the high one first.
    """

    ADDRESS = 0x36
    VCELL, SOC, CRATE = 0x02, 0x04, 0x16

    def __init__(self, *, number: int = 1, bus: Any = None) -> None:
        self._name = f'fuel gauge MAX17048 on I2C bus {number}'
        try:
            self._bus = importlib.import_module('smbus2').SMBus(number) if bus is None else bus
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
            # A full battery may be told as a little more than 100 %.
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
