"""The settings of the toy's nodes: their parameters with description, range, value and source."""

import asyncio
import json
from typing import Annotated, Any

from pydantic import Field
from rcl_interfaces.msg import Parameter, ParameterDescriptor, ParameterType, ParameterValue
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters, SetParameters

from phoenix_studio.form import Form, refused
from phoenix_studio.programs import run_module
from phoenix_studio.ros_calls import RosCalls

FIELDS = {
    ParameterType.PARAMETER_BOOL: 'bool_value',
    ParameterType.PARAMETER_INTEGER: 'integer_value',
    ParameterType.PARAMETER_DOUBLE: 'double_value',
    ParameterType.PARAMETER_STRING: 'string_value',
    ParameterType.PARAMETER_BOOL_ARRAY: 'bool_array_value',
    ParameterType.PARAMETER_INTEGER_ARRAY: 'integer_array_value',
    ParameterType.PARAMETER_DOUBLE_ARRAY: 'double_array_value',
    ParameterType.PARAMETER_STRING_ARRAY: 'string_array_value',
}
SOURCES_S = 60.0
NodeName = Annotated[str, Field(pattern=r'^[a-z][a-z0-9_]{0,63}$')]
Text = Annotated[str, Field(max_length=1000, pattern=r'^[^\x00]*$')]
Value = bool | int | float | Text | list[bool] | list[int] | list[float] | list[Text]


class SettingChange(Form):
    """Another value of a setting of a running node; the node judges it."""

    node: NodeName
    name: Annotated[str, Field(min_length=1, max_length=128, pattern=r'^[^\x00]*$')]
    value: Value


class SettingsDesk:
    """The parameters of nodes, as plain data."""

    def __init__(self, calls: RosCalls) -> None:
        self._calls = calls
        self._sources: dict[str, dict[str, Any]] = {}
        self._finding = asyncio.Lock()

    async def settings(self, node: str) -> dict[str, Any]:
        """
        Return all settings of a node.

        :raises CallError: it does not answer.
        """
        listed = await self._calls.ask(
            f'{node}/list_parameters', ListParameters, ListParameters.Request()
        )
        names = sorted(listed.result.names)
        described = await self._calls.ask(
            f'{node}/describe_parameters',
            DescribeParameters,
            DescribeParameters.Request(names=names),
        )
        got = await self._calls.ask(
            f'{node}/get_parameters', GetParameters, GetParameters.Request(names=names)
        )
        return {
            'settings': [
                _setting(descriptor, value)
                for descriptor, value in zip(described.descriptors, got.values, strict=True)
            ]
        }

    async def sources(self, node: str) -> dict[str, Any]:
        """
        Return where the settings of a node come from: their defaults, and what set them.

        :raises CallError: it does not answer.
        """
        async with self._finding:
            if not self._sources:
                profile = await self._value(node, 'profile')
                self._sources = await _sources(profile.string_value)
        return {'sources': self._sources.get(node, {})}

    async def change(self, change: SettingChange) -> dict[str, Any]:
        """
        Set a parameter of a running node.

        :raises CallError: it does not answer.
        """
        kind = (await self._value(change.node, change.name)).type
        value = ParameterValue(type=kind)
        try:
            setattr(value, FIELDS[kind], _converted(kind, change.value))
        except (KeyError, TypeError, ValueError, AssertionError):
            return refused('a value of another type')
        answer = await self._calls.ask(
            f'{change.node}/set_parameters',
            SetParameters,
            SetParameters.Request(parameters=[Parameter(name=change.name, value=value)]),
        )
        result = answer.results[0]
        return {'accepted': result.successful, 'reason': result.reason}

    async def value(self, node: str, name: str) -> Any:
        """
        Return the value of a parameter; None where there is none of that name.

        :raises CallError: the node does not answer.
        """
        return plain(await self._value(node, name))

    async def _value(self, node: str, name: str) -> ParameterValue:
        answer = await self._calls.ask(
            f'{node}/get_parameters', GetParameters, GetParameters.Request(names=[name])
        )
        found: ParameterValue = answer.values[0] if answer.values else ParameterValue()
        return found


async def _sources(profile: str) -> dict[str, dict[str, Any]]:
    done = await run_module('phoenix_studio.setting_sources', [profile], SOURCES_S)
    return json.loads(done.output) if done.well else {}


def _converted(kind: int, value: Any) -> Any:
    """Return a value as ROS takes it: of a JSON page, 1 may be meant as 1.0."""
    if kind == ParameterType.PARAMETER_DOUBLE:
        return float(value)
    if kind == ParameterType.PARAMETER_DOUBLE_ARRAY:
        return [float(one) for one in value]
    return value


def _setting(descriptor: ParameterDescriptor, value: ParameterValue) -> dict[str, Any]:
    ranges: list[Any] = [*descriptor.floating_point_range, *descriptor.integer_range]
    return {
        'name': descriptor.name,
        'description': descriptor.description,
        'constraints': descriptor.additional_constraints,
        'read_only': descriptor.read_only,
        'value': plain(value),
        'range': [ranges[0].from_value, ranges[0].to_value] if ranges else None,
    }


def plain(value: ParameterValue) -> Any:
    """Return the value of a parameter; None for one that is not set."""
    field = FIELDS.get(value.type)
    found = getattr(value, field) if field else None
    return found if isinstance(found, bool | int | float | str | None) else list(found)
