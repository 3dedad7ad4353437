"""Which settings of a running toy may be changed from the command line, and to what."""

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from phoenix_core.limits.limits import Limits
from phoenix_core.settings.node_settings import NodeSettings, is_runtime
from phoenix_core.settings.profile import suggestion
from phoenix_tools.command_error import CommandError

RULES = 'event_rules'  # what keeps wrong events from the toy
UP = 'up'  # takes the whole toy down
NOT_HERE = (RULES, UP)


@dataclass(frozen=True)
class Changeable:
    """A setting of a node."""

    node: str
    name: str
    field: FieldInfo

    @property
    def key(self) -> str:
        """How it is called on the command line."""
        return f'{self.node}.{self.name}'

    @property
    def allowed(self) -> str:
        """What may be given, in words; empty: anything of its type."""
        if typing.get_origin(self.field.annotation) is typing.Literal:
            return ', '.join(repr(one) for one in typing.get_args(self.field.annotation))
        signs = {'ge': '>=', 'gt': '>', 'le': '<=', 'lt': '<'}
        found = [
            f'{sign} {getattr(item, name):g}'
            for item in self.field.metadata
            for name, sign in signs.items()
            if hasattr(item, name)
        ]
        return ', '.join(found)

    def read(self, text: str) -> Any:
        """
        Return the value of a text, in the type of the setting.

        :raises CommandError: it is of another type; whether it is allowed, the node says.
        """
        kind = self.field.annotation
        try:
            given = text if typing.get_origin(kind) is typing.Literal else yaml.safe_load(text)
        except yaml.YAMLError:
            given = None
        if kind is float and type(given) is int:
            return float(given)
        for plain, name in ((float, 'a number'), (int, 'a whole number'), (bool, 'true or false')):
            if kind is plain and type(given) is not plain:
                raise CommandError(f'{self.key}: must be {name}, is {text!r}')
        return given


def changeable(nodes: Mapping[str, type[NodeSettings]]) -> dict[str, Changeable]:
    """Return the settings of these nodes that may be changed while they run, by their keys."""
    found = [
        Changeable(node, name, field)
        for node, model in sorted(nodes.items())
        for name, field in model.model_fields.items()
        if is_runtime(field) and name not in NOT_HERE
    ]
    return {one.key: one for one in found}


def chosen(key: str, nodes: Mapping[str, type[NodeSettings]]) -> Changeable:
    """
    Return the setting of a key.

    :raises CommandError: it may not be changed here, or there is none.
    """
    known = changeable(nodes)
    if key in known:
        return known[key]
    node, _, name = key.rpartition('.')
    if key in Limits.model_fields or name in Limits.model_fields:
        raise CommandError(f'{key}: a parent decides; ./phoenix parent set {name} VALUE')
    if node in nodes and name in NOT_HERE:
        raise CommandError(f'{key}: keeps the toy safe and up; it is not changed from here')
    if node in nodes and name in nodes[node].model_fields:
        raise CommandError(
            f'{key}: is fixed at the start; write it in the section {node} of a profile'
        )
    hint = suggestion(key, known)
    raise CommandError(f'{key}: no such setting{hint}; ./phoenix set lists them')
