"""What is taken of the tools that a server describes, and which arguments go to them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_core.limits.neighbors import TOOL
from phoenix_core.node.health import TellableError

LONGEST_DESCRIPTION = 500  # characters
LONGEST_SCHEMA = 4000
LONGEST_ARGUMENTS = 2000
LONGEST_RESULT = 2000
NAME = re.compile(r'[^A-Za-z0-9_-]')  # what is not in the name of a function
# A server's regular expression may take for ever, and its references lead anywhere.
REFUSED = frozenset({'pattern', 'patternProperties', '$ref', '$dynamicRef'})


class McpToolError(TellableError):
    """A tool cannot be used; the text says why."""


@dataclass(frozen=True)
class McpTool:
    """
    A tool of a server.

    :param server: the name that the settings give the server.
    :param tool: its name there.
    :param description: in the words of the server.
    :param schema: of its arguments, as JSON Schema.
    """

    server: str
    tool: str
    description: str
    schema: Mapping[str, Any]

    @property
    def neighbor(self) -> str:
        """The name by which a parent allows it."""
        return neighbor(f'{self.server}/{self.tool}')

    @property
    def name(self) -> str:
        """The name by which a model calls it."""
        return NAME.sub('_', f'{self.server}__{self.tool}')[:64]

    @property
    def specification(self) -> dict[str, Any]:
        """The description of the tool for a server of a model."""
        function = {
            'name': self.name,
            'description': self.description,
            'parameters': dict(self.schema),
        }
        return {'type': 'function', 'function': function}

    def check(self, arguments: Mapping[str, Any]) -> None:
        """
        Check arguments against the schema.

        :raises McpToolError: they are no such ones.
        """
        import jsonschema
        from referencing import Registry

        if len(json.dumps(dict(arguments))) > LONGEST_ARGUMENTS:
            raise McpToolError('the arguments are too long')
        validator = jsonschema.Draft202012Validator(dict(self.schema), registry=Registry())
        error = next(iter(validator.iter_errors(dict(arguments))), None)
        if error is not None:
            where = '.'.join(map(str, error.absolute_path)) or 'the arguments'
            raise McpToolError(f'{where}: breaks the rule {error.validator} of the schema')


def neighbor(tool: str) -> str:
    """Return the name by which a parent allows a tool, server/tool."""
    return f'{TOOL}{tool}'


def described(server: str, tool: str, description: str | None, schema: Any) -> McpTool:
    """
    Take a tool as a server describes it.

    :raises McpToolError: its schema is none that is safe to use.
    """
    import jsonschema

    try:
        text = json.dumps(schema)
    except (TypeError, ValueError, RecursionError):
        raise McpToolError('its schema is no JSON') from None
    if len(text) > LONGEST_SCHEMA or not isinstance(schema, dict):
        raise McpToolError('its schema is too long, or no object')
    if refused := REFUSED.intersection(_keys(schema)):
        raise McpToolError(f'its schema has {", ".join(sorted(refused))}')
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError:
        raise McpToolError('its schema is none') from None
    words = ' '.join((description or '').split())
    return McpTool(server, tool, words[:LONGEST_DESCRIPTION], schema)


def shortened(texts: list[str]) -> str:
    """Return the texts of a result in one line, as much of it as a model is told."""
    line = ' '.join(' '.join(texts).split())
    return ''.join(letter for letter in line if letter.isprintable())[:LONGEST_RESULT]


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            yield from _keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keys(value)
