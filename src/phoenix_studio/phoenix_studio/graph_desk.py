"""What the graph is declared to be, and what `phoenix graph --check` says of the running one."""

import asyncio
from typing import Any

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_studio.programs import run_module

CHECK_S = 60.0


class GraphDesk:
    """
    The graph, as plain data.

    :param namespace: of the toy.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._checking = asyncio.Lock()

    async def events(self) -> dict[str, Any]:
        """Describe all events of the catalogue."""
        return {'events': [_described(event) for event in events.ALL]}

    async def check(self) -> dict[str, Any]:
        """
        Compare the running graph with the code, in a process of its own.

        :raises CallError: that takes too long.
        """
        arguments = ('graph', '--check', '--namespace', self._namespace)
        async with self._checking:
            done = await run_module('phoenix_tools.command_line', arguments, CHECK_S)
        lines = [*done.output.decode().splitlines(), *done.errors.splitlines()]
        return {'well': done.well, 'lines': lines}


def _described(event: EventType) -> dict[str, Any]:
    fields = event.message_class.get_fields_and_field_types()
    return {
        'name': event.name,
        'topic': event.topic,
        'about': event.description,
        'qos': qos.describe(event.qos),
        'privacy': event.privacy.value,
        'of_every_node': event.of_every_node,
        'rate': event.rate_hz,
        'fields': [[name, kind] for name, kind in fields.items() if name != 'header'],
        'rules': {field: str(rule) for field, rule in event.rules.items()},
    }
