"""The settings of the nodes of a running toy, so that a replay can have the same."""

from collections.abc import Callable, Mapping
from typing import Any

from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from phoenix_core.settings import plugins, provider
from phoenix_core.settings.node_settings import NodeSettings


def notable(model: type[NodeSettings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that differ from their defaults, without those of the machine."""
    fields = provider.fields(model, {name.partition('.')[0] for name in values if '.' in name})
    return {
        name: value
        for name, value in values.items()
        if name in fields
        and not _of_the_machine(fields[name].json_schema_extra)
        and value != fields[name].default
    }


def _of_the_machine(extra: Any) -> bool:
    return bool(extra and extra.get('machine'))


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
        """Ask first which parameters there are: those of providers depend on what is chosen."""
        model = plugins.load(plugins.NODES, name).settings_class()
        lister = self._node.create_client(ListParameters, f'{name}/list_parameters')
        getter = self._node.create_client(GetParameters, f'{name}/get_parameters')

        def get(listed: Any) -> None:
            names = list(listed.result().result.names)

            def pass_on(got: Any) -> None:
                values = map(parameter_value_to_python, got.result().values)
                settings = {
                    field: list(value) if hasattr(value, 'typecode') else value
                    for field, value in zip(names, values, strict=True)
                    if value is not None
                }
                self._on_settings(name, notable(model, settings))

            getter.call_async(GetParameters.Request(names=names)).add_done_callback(pass_on)

        lister.call_async(ListParameters.Request()).add_done_callback(get)
