"""Checks what a node class declares: against its handlers, and against its own code."""

import ast
import difflib
import inspect
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.node_source import NodeSource

if typing.TYPE_CHECKING:
    from phoenix_core.node.event_node import EventNode


class DeclarationError(TypeError):
    """A node class declares what cannot be; says the class, file and line."""


def check_handlers(node: 'EventNode') -> None:
    """
    Check that what a node declares are events, and that its handlers can take them.

    :raises DeclarationError: for the first that is not so.
    """
    for problem in handler_problems(node):
        raise DeclarationError(problem)


def handler_problems(node: 'EventNode | type[EventNode]') -> Iterator[str]:
    """Say in one line each what is wrong with `produces` and with the handlers in `consumes`."""
    owner = node if isinstance(node, type) else type(node)
    for attribute in ('produces', 'consumes'):
        for event in getattr(node, attribute):
            if not isinstance(event, EventType):
                yield f'{_declared_at(owner, attribute)}: {event!r} is no event'
                return
    for event, name in node.consumes.items():
        handler = getattr(owner, name, None)
        if not callable(handler):
            close = difflib.get_close_matches(name, dir(owner), n=1)
            yield (
                f'{_declared_at(owner, "consumes", event)}: {event.name} names {name!r}, which is '
                f'no method of the class{f" (did you mean {close[0]}?)" if close else ""}'
            )
            continue
        taken = list(inspect.signature(handler).parameters.values())[1:]
        required = [parameter for parameter in taken if parameter.default is parameter.empty]
        if not taken or len(required) > 1:
            yield f'{_defined_at(owner, handler)} must take one message, for {event.name}'
            continue
        types = _annotation(handler, taken[0])
        if types and event.message not in types:
            yield (
                f'{_defined_at(owner, handler)} takes {_names(types)}, but consumes names it for '
                f'{event.name}, which is a {event.message.__name__}'
            )


def code_problems(owner: 'type[EventNode]') -> Iterator[str]:
    """Say in one line each where the code of a node class and its declarations disagree."""
    yield from handler_problems(owner)
    yield from _publication_problems(owner)
    yield from _idle_handlers(owner)


def _publication_problems(owner: 'type[EventNode]') -> Iterator[str]:
    published = set()
    for base in _own_classes(owner):
        for publication in NodeSource(base).publications():
            event = publication.event
            if event is None:
                yield f'{publication.place}: {owner.__name__}: {publication.problem}'
                continue
            published.add(event)
            if event not in (*owner.produces, *events.OF_EVERY_NODE):
                yield (
                    f'{publication.place}: {owner.__name__} publishes {event.name}, '
                    'which its produces does not name'
                )
    for event in owner.produces:
        if event not in published and event not in events.OF_EVERY_NODE:
            yield f'{_declared_at(owner, "produces", event)}: {event.name} is never published'


def _idle_handlers(owner: 'type[EventNode]') -> Iterator[str]:
    """Find methods that take an event's message and that nothing calls."""
    messages = {event.message for event in (*events.ALL, *owner.consumes)}
    sources = [NodeSource(base) for base in _own_classes(owner)]
    for base in _own_classes(owner):
        for name, method in vars(base).items():
            if not inspect.isfunction(method) or name in owner.consumes.values():
                continue
            taken = list(inspect.signature(method).parameters.values())[1:]
            handled = (
                [one for one in _annotation(method, taken[0]) if one in messages] if taken else []
            )
            if handled and not any(source.mentions(name) for source in sources):
                yield (
                    f'{_defined_at(owner, method)} takes {_names(handled)}, but consumes names it '
                    'for no event'
                )


def stray_publications(package: Path, known: set[str]) -> Iterator[str]:
    """
    Find what is published, and which nodes are defined, outside of the registry's sight.

    :param package: folder of a Python package.
    :param known: names of the node classes of phoenix.nodes and of their bases.
    """
    trees = {path: ast.parse(path.read_text('utf-8')) for path in sorted(package.rglob('*.py'))}
    classes = [
        node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    stand_ins = {node.name for node in classes if _stands_in(node)}
    known = {
        *known,
        *stand_ins,
        *(node.name for node in classes if stand_ins.intersection(map(_last_name, node.bases))),
    }
    for path, tree in trees.items():
        inside: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name in known:
                inside.update(ast.walk(node))
            elif isinstance(node, ast.ClassDef) and 'EventNode' in map(_last_name, node.bases):
                yield (
                    f'{path.name}:{node.lineno}: {node.name} is a node that no entry point of '
                    'phoenix.nodes names; add it to setup.py'
                )
                inside.update(ast.walk(node))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and node not in inside
                and _last_name(node.func) == 'publish'
                and node.args
                and isinstance(node.args[0], ast.Attribute)
                and _last_name(node.args[0].value) == 'events'
            ):
                yield (
                    f'{path.name}:{node.lineno}: {ast.unparse(node.args[0])} is published outside '
                    'of a node class; let the node do it'
                )


def _own_classes(owner: type) -> list[type]:
    """List the class and its bases, without EventNode and what that consists of."""
    core = next(base for base in owner.__mro__ if base.__name__ == 'EventNode')
    return [base for base in owner.__mro__ if base not in core.__mro__]


def _declared_at(owner: type, attribute: str, event: EventType | None = None) -> str:
    """Name file, line, class and attribute."""
    what = f'{owner.__name__}.{attribute}'
    try:
        return f'{NodeSource(owner).declaration(attribute, event)}: {what}'
    except OSError:  # typed in, not in a file
        return what


def _defined_at(owner: type, method: Any) -> str:
    code = method.__code__
    place = f'{Path(code.co_filename).name}:{code.co_firstlineno}'
    return f'{place}: {owner.__name__}.{method.__name__}'


def _annotation(method: Any, parameter: inspect.Parameter) -> tuple[Any, ...]:
    """Return the types that a parameter is annotated with; none for Any or no annotation."""
    hint = typing.get_type_hints(method).get(parameter.name, Any)
    if hint is Any:
        return ()
    is_union = typing.get_origin(hint) in (typing.Union, UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def _names(types: Iterable[Any]) -> str:
    return ' or '.join(getattr(one, '__name__', str(one)) for one in types)


def _stands_in(node: ast.ClassDef) -> bool:
    """Tell whether a node declares when it is made: it stands in for others, as in a test."""
    return any(
        isinstance(part, ast.Attribute)
        and part.attr in ('produces', 'consumes')
        and isinstance(part.ctx, ast.Store)
        for part in ast.walk(node)
    )


def _last_name(expression: ast.expr) -> str:
    return str(getattr(expression, 'attr', None) or getattr(expression, 'id', ''))
