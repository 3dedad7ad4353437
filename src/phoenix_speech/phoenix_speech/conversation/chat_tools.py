"""The tools of language models, as in OpenAI's chat interface: what they can make the toy do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic_core import from_json

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
    :param arguments: as the model has sent them.
    """

    name: str
    slots: Mapping[str, str]
    arguments: Mapping[str, Any] = field(default_factory=dict)


class _FunctionDelta(BaseModel):
    name: str | None = None
    arguments: str | None = None


class ToolCallDelta(BaseModel):
    """A piece of a call, as a server sends it."""

    index: int | None = None
    function: _FunctionDelta


@dataclass
class _Part:
    name: str = ''
    arguments: str = ''


@dataclass
class ToolCallStream:
    """Assembles calls whose names and arguments arrive in pieces."""

    _parts: dict[int, _Part] = field(default_factory=dict)

    def feed(self, deltas: Iterable[ToolCallDelta]) -> None:
        """Add the pieces of one chunk."""
        for delta in deltas:
            index = len(self._parts) if delta.index is None else delta.index
            part = self._parts.setdefault(index, _Part())
            part.name += delta.function.name or ''
            part.arguments += delta.function.arguments or ''

    def finish(self) -> list[ToolCall]:
        """Return the calls; raise ValueError when arguments are no JSON object."""
        calls = []
        for _, part in sorted(self._parts.items()):
            arguments = from_json(part.arguments or '{}', allow_inf_nan=False)
            if not isinstance(arguments, dict):
                raise ValueError('arguments are no object')
            slots = {name: _text(value) for name, value in arguments.items() if value is not None}
            calls.append(ToolCall(part.name, slots, arguments))
        return calls


def _text(value: Any) -> str:
    """Return a value as in slots: whole numbers without a fraction."""
    return f'{value:g}' if isinstance(value, float) else str(value)
