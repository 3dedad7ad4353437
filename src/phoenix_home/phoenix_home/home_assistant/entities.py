"""What Home Assistant sees of the toy: its entities and their states, as messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Keys of the entities.
BATTERY, ACTIVITY, HEALTH, MUTED, TOUCHED, VOLUME, LIGHT, SILENT = range(1, 9)


@dataclass
class Lamp:
    """The light as it was asked for."""

    on: bool = False
    brightness: float = 1.0
    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0


class Entities:
    """The states that are known; an entity of an unknown one has none yet."""

    def __init__(self) -> None:
        self._states: dict[int, Any] = {}
        self.lamp = Lamp()

    def descriptions(self) -> Iterator[Any]:
        """Yield the messages that list the entities."""
        from aioesphomeapi import api_pb2 as api

        def named(kind: Any, key: int, name: str, **fields: Any) -> Any:
            identifier = name.lower().replace(' ', '_')
            return kind(key=key, name=name, object_id=identifier, **fields)

        yield named(
            api.ListEntitiesSensorResponse,
            BATTERY,
            'Battery',
            unit_of_measurement='%',
            device_class='battery',
        )
        yield named(api.ListEntitiesTextSensorResponse, ACTIVITY, 'Activity')
        yield named(api.ListEntitiesTextSensorResponse, HEALTH, 'Health')
        yield named(
            api.ListEntitiesBinarySensorResponse,
            MUTED,
            'Microphone muted',
            icon='mdi:microphone-off',
        )
        yield named(api.ListEntitiesBinarySensorResponse, TOUCHED, 'Touched')
        yield named(
            api.ListEntitiesNumberResponse,
            VOLUME,
            'Volume',
            max_value=100,
            step=5,
            unit_of_measurement='%',
        )
        yield named(api.ListEntitiesSwitchResponse, SILENT, 'Mute', icon='mdi:volume-off')
        modes = [api.COLOR_MODE_RGB]
        yield named(api.ListEntitiesLightResponse, LIGHT, 'Light', supported_color_modes=modes)

    def states(self) -> Iterator[Any]:
        """Yield the messages of all known states."""
        yield from self._states.values()

    def tell(self, key: int, value: Any) -> Any:
        """Note the state of an entity, and return its message; None if it is the same."""
        message = self._message(key, value)
        if self._states.get(key) == message:
            return None
        self._states[key] = message
        return message

    def _message(self, key: int, value: Any) -> Any:
        from aioesphomeapi import api_pb2 as api

        if key == LIGHT:
            return api.LightStateResponse(
                key=key,
                state=value.on,
                brightness=value.brightness,
                color_mode=api.COLOR_MODE_RGB,
                color_brightness=1.0,
                red=value.red,
                green=value.green,
                blue=value.blue,
            )
        kind = {
            BATTERY: api.SensorStateResponse,
            ACTIVITY: api.TextSensorStateResponse,
            HEALTH: api.TextSensorStateResponse,
            MUTED: api.BinarySensorStateResponse,
            TOUCHED: api.BinarySensorStateResponse,
            VOLUME: api.NumberStateResponse,
            SILENT: api.SwitchStateResponse,
        }[key]
        return kind(key=key, state=value)
