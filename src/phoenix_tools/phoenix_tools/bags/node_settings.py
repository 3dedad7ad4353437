"""The settings in a session: read from the nodes of a running toy, and admitted to a replay."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic.fields import FieldInfo
from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from phoenix_core.settings import plugins, provider
from phoenix_core.settings.layers import validated
from phoenix_core.settings.node_settings import NodeSettings, SettingsError, is_recorded


def notable(model: type[NodeSettings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that differ from their defaults, except those of the machine."""
    recorded = _recorded(model, values)
    return {
        name: value
        for name, value in values.items()
        if name in recorded and value != recorded[name].default
    }


def admitted(node: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """
    Return which settings of a node a replay takes from a bag, and a refusal for each other one.

    A bag is data, and may be a stranger's: see `is_recorded`.
    """
    if node not in plugins.names(plugins.NODES):
        return {}, [f'{node}: no such node']
    model = plugins.load(plugins.NODES, node).settings_class()
    recorded = _recorded(model, values)
    taken, refused = {}, []
    for name, value in values.items():
        if name not in recorded:
            allowed = ', '.join(recorded)
            refused.append(
                f'{node}.{name}: is not taken from a bag, is {value!r:.99}; allowed: {allowed}'
            )
            continue
        try:
            validated(model, {name: value}, {name: f'{node}.'})
            taken[name] = value
        except SettingsError as error:
            refused.append(str(error))
    return taken, refused


def _recorded(model: type[NodeSettings], names: Iterable[str]) -> dict[str, FieldInfo]:
    providers = {name.partition('.')[0] for name in names if '.' in name}
    fields = provider.fields(model, providers)
    return {name: field for name, field in fields.items() if is_recorded(field)}


class SettingsReader:
    """
    Request the parameters of each node of a toy, once.

    :param node: makes the requests.
    :param on_settings: called with the name of a node and its notable settings.
    """

    def __init__(self, node: Node, on_settings: Callable[[str, dict[str, Any]], None]) -> None:
        self._node = node
        self._on_settings = on_settings
        self._asked: set[str] = set()

    def request_from_new_nodes(self) -> None:
        """Ask the nodes that have appeared since the last call; on the executor's thread."""
        known = plugins.names(plugins.NODES)
        for name, namespace in self._node.get_node_names_and_namespaces():
            ours = namespace == self._node.get_namespace() and name in known
            if ours and name not in self._asked:
                self._asked.add(name)
                self._ask(name)

    def _ask(self, name: str) -> None:
        """List the parameters first: those of providers depend on the chosen ones."""
        model = plugins.load(plugins.NODES, name).settings_class()
        lister = self._node.create_client(ListParameters, f'{name}/list_parameters')
        getter = self._node.create_client(GetParameters, f'{name}/get_parameters')

        def get(listed: Any) -> None:
            names = list(listed.result().result.names)

            def report(got: Any) -> None:
                values = map(parameter_value_to_python, got.result().values)
                settings = {
                    field: list(value) if hasattr(value, 'typecode') else value
                    for field, value in zip(names, values, strict=True)
                    if value is not None
                }
                self._on_settings(name, notable(model, settings))

            getter.call_async(GetParameters.Request(names=names)).add_done_callback(report)

        lister.call_async(ListParameters.Request()).add_done_callback(get)
