"""Reads the source of a node class: where it declares its events and where it publishes them."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_core.events.event_type import EventType


@dataclass(frozen=True)
class Publication:
    """
    A place in the code that publishes.

    :param place: file and line.
    :param event: what is published; None when reading the code does not tell.
    :param problem: why it does not; empty otherwise.
    """

    place: str
    event: EventType | None
    problem: str = ''


class NodeSource:
    """The source of one class, without those it is derived from."""

    def __init__(self, owner: type) -> None:
        """
        Read and parse it.

        :raises OSError: there is no source.
        """
        lines, first = inspect.getsourcelines(owner)
        tree = ast.parse(textwrap.dedent(''.join(lines)))
        ast.increment_lineno(tree, first - 1)
        self._class = tree.body[0]
        self._globals = vars(sys.modules[owner.__module__])
        self._file = Path(inspect.getsourcefile(owner) or '?').name

    def place(self, line: int | None = None) -> str:
        """Name the file and a line; default: that of the class."""
        return f'{self._file}:{line or getattr(self._class, "lineno", 0)}'

    def declaration(self, attribute: str, event: EventType | None = None) -> str:
        """Tell where an attribute of the class is set, or where it names an event."""
        for node in ast.iter_child_nodes(self._class):
            targets = (
                node.targets if isinstance(node, ast.Assign) else [getattr(node, 'target', 0)]
            )
            if any(isinstance(target, ast.Name) and target.id == attribute for target in targets):
                for part in ast.walk(node):
                    if event is not None and self._value(part) is event:
                        return self.place(getattr(part, 'lineno', None))
                return self.place(getattr(node, 'lineno', None))
        return self.place()

    def publications(self) -> Iterator[Publication]:
        """Find every use of a method named publish, whether called or passed on."""
        parents = {
            child: node for node in ast.walk(self._class) for child in ast.iter_child_nodes(node)
        }
        for node in ast.walk(self._class):
            if not (isinstance(node, ast.Attribute) and node.attr == 'publish'):
                continue
            place = self.place(node.lineno)
            if not (isinstance(node.value, ast.Name) and node.value.id == 'self'):
                problem = f'{ast.unparse(node)} goes past the catalogue; use self.publish'
                yield Publication(place, None, problem)
                continue
            argument = _event_argument(node, parents[node])
            if argument is None:
                problem = 'publish is passed on without its event; name the event beside it'
                yield Publication(place, None, problem)
                continue
            choices = (
                [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
            )
            for choice in choices:
                event = self._value(choice)
                problem = (
                    ''
                    if event
                    else f'reading the code does not tell which event {ast.unparse(choice)} is; '
                    'write events.NAME there'
                )
                yield Publication(place, event, problem)

    def mentions(self, name: str) -> bool:
        """Tell whether the class speaks of one of its own attributes as self.NAME."""
        return any(
            isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.value, ast.Name)
            and node.value.id == 'self'
            for node in ast.walk(self._class)
        )

    def _value(self, expression: ast.AST) -> EventType | None:
        """Look an expression such as events.TOUCH up among the module's names."""
        value: Any = None
        if isinstance(expression, ast.Name):
            value = self._globals.get(expression.id)
        elif isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name):
            value = getattr(self._globals.get(expression.value.id), expression.attr, None)
        return value if isinstance(value, EventType) else None


def _event_argument(publish: ast.Attribute, parent: ast.AST) -> ast.expr | None:
    """Find the event in publish(EVENT, ...) or in post(publish, EVENT, ...)."""
    if not isinstance(parent, ast.Call):
        return None
    if parent.func is publish:
        named = [keyword.value for keyword in parent.keywords if keyword.arg == 'event']
        return next(iter(parent.args or named), None)
    after = parent.args[parent.args.index(publish) + 1 :] if publish in parent.args else []
    return after[0] if after else None
