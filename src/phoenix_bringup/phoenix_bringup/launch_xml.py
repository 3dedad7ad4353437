"""The closed subset of ROS 2 launch XML: read a file and refuse what is outside the subset."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from phoenix_bringup.launch_substitution import SubstitutionError, literal, parse


class LaunchFileError(Exception):
    """A launch file, or an argument given to it, is refused: `file:line: why`."""


@dataclass
class Element:
    """One XML element and where it stands."""

    tag: str
    attributes: dict[str, str]
    path: Path
    line: int
    children: list['Element'] = field(default_factory=list)

    def error(self, message: str) -> LaunchFileError:
        """Return the error to raise about this element."""
        return LaunchFileError(f'{self.path}:{self.line}: <{self.tag}>: {message}')

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Turn what goes wrong in a substitution into an error about this element."""
        try:
            yield
        except SubstitutionError as error:
            raise self.error(str(error)) from error


@dataclass(frozen=True)
class Argument:
    """An argument that a launch file declares; `default` is as written, None if required."""

    name: str
    default: str | None
    description: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class _Rule:
    """What an element may carry; `children` maps their tags to the names of their rules."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    children: Mapping[str, str] = field(default_factory=dict)


_CONDITION = ('if', 'unless')
_ACTIONS = {
    'let': 'let',
    'set_env': 'set_env',
    'group': 'group',
    'push_ros_namespace': 'push_ros_namespace',
    'push-ros-namespace': 'push_ros_namespace',
    'node': 'node',
    'include': 'include',
}
_RULES = {
    # Arguments stand at the top only, so that they can be listed without evaluating conditions.
    'launch': _Rule(children={'arg': 'arg', **_ACTIONS}),
    'arg': _Rule(('name',), ('default', 'description'), {'choice': 'choice'}),
    'choice': _Rule(('value',)),
    'let': _Rule(('name', 'value'), _CONDITION),
    'set_env': _Rule(('name', 'value'), _CONDITION),
    'group': _Rule((), ('scoped', *_CONDITION), _ACTIONS),
    'push_ros_namespace': _Rule(('namespace',), _CONDITION),
    'node': _Rule(
        ('pkg', 'exec'),
        ('name', 'namespace', 'args', 'output', 'respawn', 'respawn_delay', *_CONDITION),
        {'param': 'param', 'remap': 'remap', 'env': 'env'},
    ),
    'param': _Rule((), ('name', 'value', 'from')),
    'remap': _Rule(('from', 'to')),
    'env': _Rule(('name', 'value')),
    'include': _Rule(('file',), _CONDITION, {'arg': 'include argument'}),
    'include argument': _Rule(('name', 'value')),
}


def read(path: Path) -> Element:
    """Return the root of a launch file that keeps to the subset, branches not taken included.

    :raises LaunchFileError: when the file cannot be read, is no XML or leaves the subset.
    """
    if path.suffix not in ('.xml', '.launch'):
        raise LaunchFileError(f'{path}: only XML launch files (.xml, .launch) are supported')
    parser = expat.ParserCreate()
    document = Element('', {}, path, 0)
    open_elements = [document]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes, path, parser.CurrentLineNumber)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_tag: str) -> None:
        open_elements.pop()

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(path.read_bytes(), True)
    except OSError as error:
        raise LaunchFileError(f'{path}: cannot be read: {error.strerror}') from error
    except expat.ExpatError as error:
        raise LaunchFileError(f'{path}:{error.lineno}: not XML: {error}') from error
    (root,) = document.children
    if root.tag != 'launch':
        raise root.error('a launch file begins with <launch>')
    _check(root, _RULES['launch'])
    return root


def argument(element: Element) -> Argument:
    """Return what an `<arg>` of a launch file declares."""
    with element.blamed():
        return Argument(
            name=literal(element.attributes['name']),
            default=element.attributes.get('default'),
            description=literal(element.attributes.get('description', '')),
            choices=tuple(literal(child.attributes['value']) for child in element.children),
        )


def _check(element: Element, rule: _Rule) -> None:
    for name in rule.required:
        if name not in element.attributes:
            raise element.error(f"attribute '{name}' is missing")
    for name, value in element.attributes.items():
        allowed = (*rule.required, *rule.optional)
        if name not in allowed:
            listed = ', '.join(allowed) or 'none'
            raise element.error(f"attribute '{name}' is not supported; allowed are: {listed}")
        with element.blamed():
            parse(value)
    if all(name in element.attributes for name in _CONDITION):
        raise element.error("'if' and 'unless' exclude each other")
    for child in element.children:
        if child.tag not in rule.children:
            listed = ', '.join(rule.children) or 'none'
            raise child.error(f'not supported in <{element.tag}>; allowed are: {listed}')
        _check(child, _RULES[rule.children[child.tag]])
