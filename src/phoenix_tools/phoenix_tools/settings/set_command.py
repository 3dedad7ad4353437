"""The `phoenix set` command: list and change settings of a running toy."""

import argparse
import time
from collections.abc import Iterable
from typing import Any

from rcl_interfaces.msg import ParameterType
from rclpy.executors import Executor
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.parameter_client import AsyncParameterClient

from phoenix_core.events.printable import printable
from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.settings.plugins import NODES
from phoenix_tools.command_error import CommandError
from phoenix_tools.ros_context import command_node
from phoenix_tools.settings.changeable import Changeable, changeable, chosen

FOUND_S = 5.0  # to find a toy that runs
ANSWER_S = 5.0
SPIN_S = 0.05


def main(options: argparse.Namespace) -> int:
    """List all, show one, or change one."""
    models = {name: plugins.load(NODES, name).settings_class() for name in plugins.names(NODES)}
    wanted = chosen(options.key, models) if options.key else None
    value = wanted.read(options.value) if wanted and options.value is not None else None
    with command_node('settings', options.namespace) as (node, executor):
        toy = RunningSettings(node, executor)
        if wanted is None:
            settings = changeable(models).values()
            own = [one for one in settings if one.name not in NodeSettings.model_fields]
            print(*_lines(toy.values(own), own), sep='\n')
            common = sorted({one.name for one in settings} - {one.name for one in own})
            print(f'also of each node: {", ".join(common)}')
        elif options.value is None:
            print(*_lines(toy.values([wanted]), [wanted]), sep='\n')
        else:
            before = toy.values([wanted])[wanted.key]
            toy.change(wanted, value)
            print(f'{wanted.key}: {before!r} -> {toy.values([wanted])[wanted.key]!r}')
    return 0


class RunningSettings:
    """
    The settings of a toy that runs.

    :param node: asks, in the namespace of the toy.
    :param executor: spins it.
    """

    def __init__(self, node: Node, executor: Executor) -> None:
        self._node = node
        self._executor = executor
        self._clients: dict[str, AsyncParameterClient] = {}

    def values(self, settings: Iterable[Changeable]) -> dict[str, Any]:
        """
        Return the values of the settings of all nodes that run, by their keys.

        :raises CommandError: none of these nodes runs, or one does not answer.
        """
        names: dict[str, list[str]] = {}
        for one in settings:
            names.setdefault(one.node, []).append(one.name)
        running = self._running(names)
        if not running:
            raise CommandError(
                f'no toy {self._node.get_namespace()} runs here, or not its {", ".join(names)}; '
                './phoenix run'
            )
        found = {}
        for node in running:
            answer = self._ask(self._client(node).get_parameters(names[node]))
            for name, value in zip(names[node], answer.values, strict=True):
                if value.type != ParameterType.PARAMETER_NOT_SET:
                    found[f'{node}.{name}'] = parameter_value_to_python(value)
        return found

    def change(self, setting: Changeable, value: Any) -> None:
        """
        Change a setting.

        :raises CommandError: the node refuses the value.
        """
        wanted = Parameter(setting.name, value=value)
        result = self._ask(self._client(setting.node).set_parameters([wanted])).results[0]
        if not result.successful:
            raise CommandError(f'{setting.key}: {printable(result.reason)}')

    def _running(self, nodes: Iterable[str]) -> list[str]:
        """Wait until one of the nodes is found, and return those that are there soon after."""
        end = time.monotonic() + FOUND_S
        wanted = list(nodes)
        found: list[str] = []
        while time.monotonic() < end and len(found) < len(wanted):
            before = len(found)
            found = [name for name in wanted if self._client(name).services_are_ready()]
            if found and len(found) == before:
                end = min(end, time.monotonic() + ANSWER_S / 10)
            self._executor.spin_once(timeout_sec=SPIN_S)
        return found

    def _client(self, node: str) -> AsyncParameterClient:
        if node not in self._clients:
            self._clients[node] = AsyncParameterClient(self._node, node)
        return self._clients[node]

    def _ask(self, future: Any) -> Any:
        self._executor.spin_until_future_complete(future, ANSWER_S)
        if not future.done():
            raise CommandError(f'the toy does not answer within {ANSWER_S:g} s')
        return future.result()


def _lines(values: dict[str, Any], settings: Iterable[Changeable]) -> Iterable[str]:
    shown = [one for one in settings if one.key in values]
    width = max(len(one.key) for one in shown)
    for one in shown:
        allowed = f' ({one.allowed})' if one.allowed else ''
        yield f'{one.key:<{width}}  {values[one.key]!r:<10} {one.field.description}{allowed}'
