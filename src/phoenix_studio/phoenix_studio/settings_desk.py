"""The settings of the toy's nodes: their parameters with description, range and value."""

from typing import Any

from rcl_interfaces.msg import ParameterDescriptor, ParameterType, ParameterValue
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters

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


class SettingsDesk:
    """The parameters of nodes, as plain data."""

    def __init__(self, calls: RosCalls) -> None:
        self._calls = calls

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
