"""The settings of the nodes of a running toy, so that a replay can have the same."""

from collections.abc import Callable, Mapping
from typing import Any

from rcl_interfaces.srv import GetParameters
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import NodeSettings

# What belongs to the machine or the device, and would not fit another one.
_OF_THE_MACHINE = frozenset(
    {'autostart', 'profile', 'config_dir', 'provider', 'device', 'file', 'model', 'state_file'}
)


def notable(model: type[NodeSettings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are not as by default, without those of the machine."""
    return {
        name: value
        for name, value in values.items()
        if name in model.model_fields
        and name not in _OF_THE_MACHINE
        and value != model.model_fields[name].default
    }


class SettingsReader:
    """Asks each node of a toy for its parameters, once."""

    def __init__(self, node: Node, on_settings: Callable[[str, dict[str, Any]], None]) -> None:
        """
        Ask through a node.

        :param on_settings: gets the name of a node and its settings that are not as by default.
        """
        self._node = node
        self._on_settings = on_settings
        self._asked: set[str] = set()

    def look(self) -> None:
        """Ask the nodes that have come since the last look; call it on the executor's thread."""
        known = plugins.names(plugins.NODES)
        for name, namespace in self._node.get_node_names_and_namespaces():
            ours = namespace == self._node.get_namespace() and name in known
            if ours and name not in self._asked:
                self._asked.add(name)
                self._ask(name)

    def _ask(self, name: str) -> None:
        model = plugins.load(plugins.NODES, name).settings_class()
        fields = list(model.model_fields)
        client = self._node.create_client(GetParameters, f'{name}/get_parameters')

        def take(future: Any) -> None:
            values = map(parameter_value_to_python, future.result().values)
            settings = {
                field: list(value) if hasattr(value, 'typecode') else value
                for field, value in zip(fields, values, strict=True)
                if value is not None
            }
            self._on_settings(name, notable(model, settings))

        client.call_async(GetParameters.Request(names=fields)).add_done_callback(take)
