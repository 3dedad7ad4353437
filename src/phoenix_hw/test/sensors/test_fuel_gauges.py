import sys

import pytest

from phoenix_hw.sensors.fuel_gauge import Charge, FuelGaugeError
from phoenix_hw.sensors.fuel_gauges.max17048 import Max17048, Max17048Settings
from phoenix_hw.sensors.settings import SensorsSettings


class FakeBus:
    """A MAX17048 on an SMBus: the registers as the data sheet has them, high byte first."""

    def __init__(self, registers: dict[int, bytes]) -> None:
        self.registers = registers
        self.asked: list[tuple[int, int]] = []
        self.closed = False

    def read_word_data(self, address: int, register: int) -> int:
        self.asked.append((address, register))
        if register not in self.registers:
            raise OSError(121, 'Remote I/O error')
        return int.from_bytes(self.registers[register], 'little')  # as SMBus reads words

    def close(self) -> None:
        self.closed = True


def make(bus: FakeBus | None = None, **own: int) -> Max17048:
    return Max17048(SensorsSettings(), Max17048Settings(**own), bus)


def test_registers_become_charge_voltage_and_rate() -> None:
    # 3.9 V are 49920 steps of 78.125 uV; 60.5 % are 60 and 128 of 256; -16 steps of 0.208 %/h.
    bus = FakeBus({0x02: b'\xc3\x00', 0x04: b'\x3c\x80', 0x16: b'\xff\xf0'})
    gauge = make(bus)
    assert gauge.read() == Charge(
        percentage=pytest.approx(0.605),
        voltage=pytest.approx(3.9),
        rate=pytest.approx(-0.03328),
    )
    assert bus.asked == [(0x36, 0x02), (0x36, 0x04), (0x36, 0x16)]
    gauge.close()
    assert bus.closed


def test_a_charging_battery_and_one_that_is_more_than_full() -> None:
    bus = FakeBus({0x02: b'\xd2\x00', 0x04: b'\x65\x00', 0x16: b'\x00\x64'})
    charge = make(bus).read()
    assert charge.percentage == 1.0
    assert charge.rate == pytest.approx(0.208)


def test_a_gauge_that_does_not_answer_is_named() -> None:
    with pytest.raises(FuelGaugeError, match=r'MAX17048 on I2C bus 3: .*Remote I/O error'):
        make(FakeBus({}), i2c_bus=3).read()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'smbus2', None)
    with pytest.raises(FuelGaugeError, match='needs the library smbus2'):
        make()
