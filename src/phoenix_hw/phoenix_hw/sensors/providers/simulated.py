"""A simulated sensor board, moved by events."""

from collections.abc import Callable

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Provider
from phoenix_hw.sensors.provider import Reading, SensorBoardError, SensorKind, kind_name
from phoenix_hw.sensors.settings import SensorsSettings


class SimulatedSensorBoard:
    """Sensors moved by `inject`. Reports in the thread of its caller."""

    has_mute_switch = True

    def __init__(self, settings: SensorsSettings, own: ProviderSettings) -> None:
        self._names = {
            SensorKind.TOUCH: sorted(settings.pads),
            SensorKind.BUTTON: sorted(settings.buttons),
        }
        self._on_reading: Callable[[Reading], None] | None = None

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        """Start to report what is injected."""
        self._on_reading = on_reading

    def stop(self) -> None:
        """Stop the reports."""
        self._on_reading = None

    def inject(self, kind: int, name: str, value: float) -> None:
        """
        Report this reading.

        :raises ValueError: such a toy could not have made it.
        :raises SensorBoardError: the board is not started.
        """
        names = self._names.get(kind, [''])
        if name not in names:
            allowed = ', '.join(map(repr, names)) or 'none'
            raise ValueError(f'name of {kind_name(kind)}: {name!r}; allowed are {allowed}')
        if kind == SensorKind.BATTERY:
            if not 0 <= value <= 1:
                raise ValueError(f'value of battery: {value}; allowed is 0 to 1')
        elif value not in (0, 1):
            raise ValueError(f'value of {kind_name(kind)}: {value}; allowed are 0 and 1')
        if self._on_reading is None:
            raise SensorBoardError('the simulated sensors are not started')
        self._on_reading(Reading(kind, name, value))


PROVIDER = Provider(SimulatedSensorBoard)
