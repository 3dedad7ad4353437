"""The interface of a fuel gauge, which measures the battery."""

from dataclasses import dataclass
from typing import Protocol


class FuelGaugeError(RuntimeError):
    """The battery cannot be measured; the message says why."""


@dataclass(frozen=True)
class Charge:
    """A measurement of a fuel gauge."""

    percentage: float  # 0 to 1
    voltage: float  # [V]
    rate: float  # of the percentage [1/h]; negative while discharging


class FuelGauge(Protocol):
    """Measures the battery; called from one thread at a time."""

    def read(self) -> Charge:
        """
        Measure now.

        :raises FuelGaugeError: the gauge does not answer.
        """

    def close(self) -> None:
        """Free the bus."""
