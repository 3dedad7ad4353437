"""What a language model can make the toy do: tools, as OpenAI's chat interface has them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from phoenix_core.settings.config_file import FileModel


class Parameter(FileModel):
    """A value that a model gives to a tool."""

    type: Literal['string', 'integer', 'number']
    description: str
    enum: list[str] = []


class Tool(FileModel):
    """
    Something the toy does when a model calls it.

    :param activity: the activity that is asked for.
    :param parameters: by name, which is the name of the slot, too.
    """

    description: str = Field(min_length=1)
    activity: str = Field(min_length=1)
    parameters: dict[str, Parameter] = {}

    def specification(self, name: str) -> dict[str, Any]:
        """Describe the tool for a server."""
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
    A model wants something done.

    :param slots: the arguments, as texts.
    """

    name: str
    slots: Mapping[str, str]


@dataclass
class _Part:
    name: str = ''
    arguments: str = ''


@dataclass
class ToolCallStream:
    """Puts calls together whose names and arguments come in pieces."""

    _parts: dict[int, _Part] = field(default_factory=dict)

    def feed(self, deltas: list[dict[str, Any]]) -> None:
        """Take the pieces of one chunk; raises LookupError, TypeError for something else."""
        for delta in deltas:
            part = self._parts.setdefault(delta.get('index', len(self._parts)), _Part())
            function = delta['function']
            part.name += function.get('name') or ''
            part.arguments += function.get('arguments') or ''

    def finish(self) -> list[ToolCall]:
        """Return the calls; raises ValueError when arguments are no JSON object."""
        calls = []
        for _, part in sorted(self._parts.items()):
            arguments = json.loads(part.arguments or '{}')
            if not isinstance(arguments, dict):
                raise ValueError('arguments are no object')
            slots = {name: _text(value) for name, value in arguments.items() if value is not None}
            calls.append(ToolCall(part.name, slots))
        return calls


def _text(value: Any) -> str:
    """Write a value as slots have it: whole numbers without a fraction."""
    return f'{value:g}' if isinstance(value, float) else str(value)
