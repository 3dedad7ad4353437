"""The tools of language models, as in OpenAI's chat interface: what they can make the toy do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from phoenix_core.settings.config_file import FileModel


class ToolParameter(FileModel):
    """A value that a model gives to a tool."""

    type: Literal['string', 'integer', 'number']
    description: str
    enum: list[str] = []


class Tool(FileModel):
    """
    An activity that a model may ask for.

    :param activity: its name.
    :param parameters: by name, which is also the name of the slot.
    """

    description: str = Field(min_length=1)
    activity: str = Field(min_length=1)
    parameters: dict[str, ToolParameter] = {}

    def specification(self, name: str) -> dict[str, Any]:
        """Return the description of the tool for a server."""
        properties = {
            key: parameter.model_dump(exclude_defaults=True)
            for key, parameter in self.parameters.items()
        }
        function = {
            'name': name,
            'description': self.description,
            'parameters': {'type': 'object', 'properties': properties},
        }
        return {'type': 'function', 'function': function}


@dataclass(frozen=True)
class ToolCall:
    """
    A model calls a tool.

    :param slots: the arguments, as strings.
    """

    name: str
    slots: Mapping[str, str]


@dataclass
class _Part:
    name: str = ''
    arguments: str = ''


@dataclass
class ToolCallStream:
    """Assembles calls whose names and arguments arrive in pieces."""

    _parts: dict[int, _Part] = field(default_factory=dict)

    def feed(self, deltas: list[dict[str, Any]]) -> None:
        """Add the pieces of one chunk; raise LookupError or TypeError for anything else."""
        for delta in deltas:
            part = self._parts.setdefault(delta.get('index', len(self._parts)), _Part())
            function = delta['function']
            part.name += function.get('name') or ''
            part.arguments += function.get('arguments') or ''

    def finish(self) -> list[ToolCall]:
        """Return the calls; raise ValueError when arguments are no JSON object."""
        calls = []
        for _, part in sorted(self._parts.items()):
            arguments = json.loads(part.arguments or '{}')
            if not isinstance(arguments, dict):
                raise ValueError('arguments are no object')
            slots = {name: _text(value) for name, value in arguments.items() if value is not None}
            calls.append(ToolCall(part.name, slots))
        return calls


def _text(value: Any) -> str:
    """Return a value as in slots: whole numbers without a fraction."""
    return f'{value:g}' if isinstance(value, float) else str(value)
