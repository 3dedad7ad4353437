"""The settings of a node as its ROS parameters: declared once, validated at each change."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import rclpy.exceptions
from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter

from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import (
    NodeSettings,
    SettingsError,
    descriptor,
    load_profile,
    resolve,
    validated,
)


class SettingsParameters:
    """Declares a ROS parameter for each setting and keeps `settings` equal to them."""

    def __init__(
        self,
        node: Any,
        model: type[NodeSettings],
        environ: Mapping[str, str],
        on_change: Callable[[], None],
    ) -> None:
        """
        Fill the layers and declare the parameters.

        The profile is read here and not handed to ROS as a parameter file, because ROS takes no
        notice of parameters that nobody declares: a misspelt one could not be refused.

        :param node: an EventNode.
        :param on_change: called after a runtime setting was changed.
        :raises SettingsError: when a setting is refused.
        """
        self._node = node
        self._model = model
        self._name = node.node_name()  # names its section, whatever ROS remaps it to
        self._on_change = on_change
        path = self._declare('profile', environ.get('PHOENIX_PROFILE', ''))
        known = {*plugins.names(plugins.NODES), self._name}
        profile = load_profile(Path(path), known) if path else {}
        below = resolve(
            model,
            self._name,
            profile=profile.get(self._name, {}),
            profile_path=Path(path) if path else None,
            environ=environ,
        )
        values = {'profile': path}
        for field in model.model_fields:
            if field != 'profile':
                values[field] = self._declare(field, getattr(below, field))
        self.settings = validated(
            model, values, dict.fromkeys(values, f'ROS parameter {self._name}.')
        )
        node.add_on_set_parameters_callback(self._validate)
        node.add_post_set_parameters_callback(self._apply)

    def _declare(self, field: str, value: Any) -> Any:
        """Declare a parameter and return its value after ROS's own overrides."""
        try:
            parameter = self._node.declare_parameter(field, value, descriptor(self._model, field))
        except (
            rclpy.exceptions.InvalidParameterTypeException,
            rclpy.exceptions.InvalidParameterValueException,
        ) as error:
            raise SettingsError(f'ROS parameter {self._name}.{field}: {error}') from error
        return _plain(parameter)

    def _validate(self, parameters: list[Parameter]) -> SetParametersResult:
        try:
            self._with(parameters)
        except SettingsError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _apply(self, parameters: list[Parameter]) -> None:
        self.settings = self._with(parameters)
        self._on_change()

    def _with(self, parameters: list[Parameter]) -> NodeSettings:
        changed = {
            parameter.name: _plain(parameter)
            for parameter in parameters
            if parameter.name in self._model.model_fields  # ROS has parameters of its own
        }
        values = {**self.settings.model_dump(), **changed}
        return validated(self._model, values, dict.fromkeys(changed, 'parameter '))


def _plain(parameter: Parameter) -> Any:
    """Return a parameter's value; ROS gives arrays where settings have lists."""
    is_list = parameter.type_.name.endswith('_ARRAY')
    return list(parameter.value) if is_list else parameter.value
