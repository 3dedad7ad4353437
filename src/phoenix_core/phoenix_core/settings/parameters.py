"""The settings of a node as ROS parameters, which are validated at each change."""

import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import rclpy.exceptions
from pydantic.fields import FieldInfo
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.parameter import Parameter

from phoenix_core.settings import environment, plugins, provider
from phoenix_core.settings.layers import resolve, validated
from phoenix_core.settings.node_settings import NodeSettings, SettingsError, is_runtime
from phoenix_core.settings.profile import Profile, load_profile


class SettingsParameters:
    """
    Declares a ROS parameter for each setting and keeps `settings` equal to them.

    Settings of the chosen providers are the parameters `<provider>.<field>`. The profile is not
    passed to ROS as a parameter file, because ROS ignores parameters that are not declared, so
    that a misspelt one would not be refused.

    :param node: an EventNode.
    :param model: the model of its settings.
    :param environ: the environment variables.
    :param on_change: is called after a runtime setting has changed.
    :raises SettingsError: a setting is refused.
    """

    def __init__(
        self,
        node: Any,
        model: type[NodeSettings],
        environ: Mapping[str, str],
        on_change: Callable[[], None],
    ) -> None:
        self._node = node
        self._model = model
        self._name = node.node_name()  # its name in profiles, which ROS cannot remap
        self._on_change = on_change
        fields = provider.fields(model)
        path = self._declare('profile', fields['profile'], environ.get(environment.PROFILE, ''))
        known = {*plugins.names(plugins.NODES), self._name}
        environment.check(environ, known)
        profile = load_profile(Path(path), known) if path else Profile()
        below = resolve(model, self._name, profile, environ).flat()
        values = {'profile': path}
        for name in fields:
            if name != 'profile':
                values[name] = self._declare(name, fields[name], below[name])
        self._fields = provider.fields(model, provider.chosen(model, values))
        for name, field in self._fields.items():
            if name not in fields:
                value = below.get(name, field.get_default(call_default_factory=True))
                values[name] = self._declare(name, field, value)
        self.settings = validated(
            model, values, dict.fromkeys(values, f'ROS parameter {self._name}.')
        )
        node.add_on_set_parameters_callback(self._validate)
        node.add_post_set_parameters_callback(self._apply)

    def _declare(self, name: str, field: FieldInfo, value: Any) -> Any:
        """Declare a parameter and return its value, which ROS may override."""
        try:
            parameter = self._node.declare_parameter(name, value, descriptor(name, field))
        except (
            rclpy.exceptions.InvalidParameterTypeException,
            rclpy.exceptions.InvalidParameterValueException,
        ) as error:
            raise SettingsError(f'ROS parameter {self._name}.{name}: {error}') from error
        return _plain(parameter)

    def _validate(self, parameters: list[Parameter]) -> SetParametersResult:
        try:
            self._with(parameters)
        except SettingsError as error:
            return SetParametersResult(successful=False, reason=str(error))
        if any(parameter.name == 'use_sim_time' for parameter in parameters):
            reason = 'use_sim_time is set at the start alone: time must not stand still'
            return SetParametersResult(successful=False, reason=reason)
        return SetParametersResult(successful=True)

    def _apply(self, parameters: list[Parameter]) -> None:
        self.settings = self._with(parameters)
        self._on_change()

    def _with(self, parameters: list[Parameter]) -> NodeSettings:
        changed = {
            parameter.name: _plain(parameter)
            for parameter in parameters
            if parameter.name in self._fields  # ROS adds parameters of its own
        }
        values = {**self.settings.flat(), **changed}
        return validated(self._model, values, dict.fromkeys(changed, 'parameter '))


def descriptor(name: str, field: FieldInfo) -> ParameterDescriptor:
    """Return the descriptor of a setting: description, range, read-only."""
    result = ParameterDescriptor(
        name=name,
        description=field.description or '',
        read_only=not is_runtime(field),
    )
    if typing.get_origin(field.annotation) is Literal:
        choices = ', '.join(map(str, typing.get_args(field.annotation)))
        result.additional_constraints = f'one of {choices}'
    low = _limit(field.metadata, 'ge')
    high = _limit(field.metadata, 'le')
    if low is not None and high is not None:
        if field.annotation is float:
            result.floating_point_range = [
                FloatingPointRange(from_value=float(low), to_value=float(high))
            ]
        elif field.annotation is int:
            result.integer_range = [IntegerRange(from_value=low, to_value=high)]
    return result


def _limit(metadata: Iterable[Any], name: str) -> Any:
    return next((getattr(item, name) for item in metadata if hasattr(item, name)), None)


def _plain(parameter: Parameter) -> Any:
    """Return the value of a parameter, with a list for an array."""
    is_list = parameter.type_.name.endswith('_ARRAY')
    return list(parameter.value) if is_list else parameter.value
