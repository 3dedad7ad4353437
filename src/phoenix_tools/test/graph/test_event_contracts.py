"""The installed nodes against the catalogue and against their own code, without running them."""

import ast
import importlib.util
import inspect
import sys
from pathlib import Path

import pytest

import phoenix_tools
from phoenix_core import events
from phoenix_core.node.declarations import code_problems, stray_publications
from phoenix_core.node.registry import Registry

REGISTRY = Registry.installed()
PACKAGES = sorted({REGISTRY.package(name) for name in REGISTRY.nodes})
DECLARATIONS = [
    (name, attribute, event)
    for name, node in REGISTRY.nodes.items()
    for attribute in ('produces', 'consumes')
    for event in getattr(node, attribute)
]


def unheard(console):
    """Tell which events `phoenix run` shows or waits for that its console node does not hear."""
    folder = Path(phoenix_tools.__file__).parent
    for path in sorted([*folder.glob('*.py'), *folder.glob('run/*.py')]):
        for node in ast.walk(ast.parse(path.read_text())):
            if path.name != 'console.py' and ast.unparse(node).startswith('events.'):
                event = getattr(events, getattr(node, 'attr', ''), None)
                if event in events.ALL and event not in console.consumes:
                    yield f'{path.name}:{node.lineno}: {event.name} is not heard by Console'


@pytest.mark.parametrize('name', REGISTRY.nodes)
def test_a_node_publishes_and_handles_just_what_it_declares(name):
    assert list(code_problems(REGISTRY.nodes[name])) == []


def test_every_event_has_its_nodes():
    assert REGISTRY.problems() == []


def test_all_that_is_shown_is_heard():
    assert list(unheard(REGISTRY.nodes['console'])) == []


@pytest.mark.parametrize('package', PACKAGES)
def test_nothing_is_published_behind_the_registry(package):
    known = {base.__name__ for node in REGISTRY.nodes.values() for base in node.__mro__}
    folder = Path(sys.modules[package].__file__).parent
    assert list(stray_publications(folder, known)) == []


@pytest.mark.parametrize(
    ('name', 'attribute', 'event'),
    DECLARATIONS,
    ids=[f'{name}-{attribute}-{event.name}' for name, attribute, event in DECLARATIONS],
)
def test_a_declaration_that_is_taken_out_is_missed(tmp_path, name, attribute, event):
    node = REGISTRY.nodes[name]
    original = Path(inspect.getsourcefile(node))
    copy = tmp_path / original.name
    copy.write_text(without(original.read_text(), node.__name__, attribute, event.name))
    spec = importlib.util.spec_from_file_location(f'copy_of_{original.stem}', copy)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        changed = getattr(module, node.__name__)
        told = [*code_problems(changed), *Registry({**REGISTRY.nodes, name: changed}).problems()]
        told += unheard(changed) if name == 'console' else []
    finally:
        del sys.modules[spec.name]
    assert event not in getattr(changed, attribute)
    about = (event.name, f'takes {event.message.__name__}, but consumes names it for no event')
    assert [line for line in told if any(text in line for text in about)], told


def without(source, owner, attribute, event):
    """Take one event out of a declaration."""
    tree = ast.parse(source)
    body = next(part for part in tree.body if getattr(part, 'name', '') == owner).body
    declaration = next(
        part for part in body if isinstance(part, ast.Assign) and part.targets[0].id == attribute
    )
    for part in ast.walk(declaration.value):
        if isinstance(part, ast.Tuple):
            part.elts = [item for item in part.elts if item.attr != event]
        elif isinstance(part, ast.Dict):
            kept = [
                (key, value)
                for key, value in zip(part.keys, part.values, strict=True)
                if key.attr != event
            ]
            part.keys = [key for key, _ in kept]
            part.values = [value for _, value in kept]
    return ast.unparse(tree)
