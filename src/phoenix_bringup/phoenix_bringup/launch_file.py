"""Reads a ROS 2 launch file (XML) and tells which processes `ros2 launch` would start for it.

Only a closed subset of launch XML is understood, so that a machine without the launch packages
starts exactly the same processes; anything else is refused with its name, file and line.
"""

import os
import re
import secrets
import shlex
import tempfile
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from phoenix_bringup.launch_substitution import (
    Scope,
    expand,
    package_prefix,
    parameter_value,
    words,
)
from phoenix_bringup.launch_xml import Argument, Element, LaunchFileError, argument, read

_OUTPUTS = ('screen', 'log', 'both', 'own_log', 'full')
_NODE_NAME = re.compile(r'[A-Za-z_]\w*', re.ASCII)
_NAMESPACE = re.compile(r'/|(/[A-Za-z_]\w*)+', re.ASCII)


@dataclass(frozen=True)
class ProcessSpec:
    """One process to start."""

    name: str  # the label of its output: the node name, or else the executable
    package: str
    executable: str
    node_name: str | None
    namespace: str | None
    argv: tuple[str, ...]
    env: dict[str, str]  # only what is added to the inherited environment
    # Inline parameters as `argv` refers to them: path -> YAML text. Whoever starts the process
    # writes them; reading a launch file leaves nothing on disk.
    params_files: dict[Path, str]
    respawn: bool
    respawn_delay: float  # seconds
    output: str


@dataclass(frozen=True)
class LaunchDescription:
    """What a launch file says for one set of arguments."""

    path: Path
    arguments: tuple[Argument, ...]
    processes: tuple[ProcessSpec, ...]


def declared_arguments(path: Path) -> tuple[Argument, ...]:
    """Return the arguments that the file itself declares (not those of files it includes).

    :raises LaunchFileError: when the file cannot be read or leaves the subset.
    """
    return tuple(argument(child) for child in read(path).children if child.tag == 'arg')


def load(
    path: Path, arguments: Mapping[str, str], environ: Mapping[str, str] = os.environ
) -> LaunchDescription:
    """Evaluate a launch file with the given arguments.

    :raises LaunchFileError: for a file that cannot be read, leaves the subset or cannot be
        evaluated, and for arguments that are unknown, missing or outside their choices.
    """
    declared = declared_arguments(path)
    names = [known.name for known in declared]
    for name in arguments:
        if name not in names:
            listed = ', '.join(names) or 'none'
            raise LaunchFileError(f"{path}: unknown argument '{name}'; declared are: {listed}")
    evaluation = _Evaluation(environ, arguments)
    evaluation.file(path, arguments)
    return LaunchDescription(path, declared, tuple(evaluation.processes))


def dry_run(processes: Iterable[ProcessSpec]) -> str:
    """Return each process as a shell command, with its environment and inline parameters."""
    blocks = []
    for process in processes:
        respawn = f', respawns after {process.respawn_delay:g} s' if process.respawn else ''
        lines = [f'# {process.name} (output: {process.output}{respawn})']
        for path, text in process.params_files.items():
            lines += [f'# {path}:', *(f'#   {line}' for line in text.splitlines())]
        assignments = [f'{name}={value}' for name, value in process.env.items()]
        lines.append(shlex.join([*(['env', *assignments] if assignments else []), *process.argv]))
        blocks.append('\n'.join(lines) + '\n')
    return '\n'.join(blocks)


class _Evaluation:
    """Walks through the elements in the order in which upstream executes them."""

    def __init__(self, environ: Mapping[str, str], variables: Mapping[str, str]) -> None:
        self.processes: list[ProcessSpec] = []
        self._inherited = dict(environ)
        self._scope = Scope(dict(environ), dict(variables))
        self._open_files: list[Path] = []
        self._params_dir = Path(tempfile.gettempdir(), f'launch_params_{secrets.token_hex(8)}')

    def file(self, path: Path, given: Container[str]) -> None:
        """Evaluate a file; `given` names the arguments passed to it, already set as variables."""
        # Not resolve(): the neighbors of a symlinked launch file are those of the link.
        path = Path(os.path.normpath(path.absolute()))
        if path in self._open_files:
            raise LaunchFileError(f'{path}: includes itself')
        self._open_files.append(path)
        self._scope.directory = path.parent
        for element in read(path).children:
            if element.tag == 'arg':
                self._declare(element, given)
            else:
                self._action(element)
        self._open_files.pop()

    def _declare(self, element: Element, given: Container[str]) -> None:
        declared = argument(element)
        # A required argument is never taken from the including file's variables, as upstream.
        if declared.default is None and declared.name not in given:
            raise element.error(
                f"required argument '{declared.name}' was not given ({declared.description})"
            )
        if declared.name not in self._scope.variables:
            self._scope.variables[declared.name] = self._text(element, 'default')
        value = self._scope.variables[declared.name]
        if declared.choices and value not in declared.choices:
            raise element.error(
                f"argument '{declared.name}' is '{value}'; "
                f'allowed are: {", ".join(declared.choices)}'
            )

    def _action(self, element: Element) -> None:
        if not self._applies(element):
            return
        scope = self._scope
        match element.tag:
            case 'let':
                scope.variables[self._text(element, 'name')] = self._text(element, 'value')
            case 'set_env':
                scope.environ[self._text(element, 'name')] = self._text(element, 'value')
            case 'push_ros_namespace' | 'push-ros-namespace':
                base = scope.variables.get('ros_namespace')
                own = self._text(element, 'namespace')
                # The variable upstream keeps it in: it is scoped and included like any other.
                scope.variables['ros_namespace'] = _namespace(element, base, own) or '/'
            case 'group':
                self._group(element)
            case 'include':
                path = Path(self._text(element, 'file'))
                scope.directory = None
                arguments = set()
                for child in element.children:
                    name = self._text(child, 'name')
                    scope.variables[name] = self._text(child, 'value')
                    arguments.add(name)
                self.file(path, arguments)
                scope.directory = None
            case 'node':
                self.processes.append(self._node(element))

    def _applies(self, element: Element) -> bool:
        name = next((name for name in ('if', 'unless') if name in element.attributes), None)
        if name is None:
            return True
        text = self._text(element, name).strip().lower()
        if text not in ('true', '1', 'false', '0'):
            raise element.error(f"'{name}' is '{text}'; allowed are: true, 1, false, 0")
        return (text in ('true', '1')) == (name == 'if')

    def _group(self, element: Element) -> None:
        scoped = _boolean(element, 'scoped', element.attributes.get('scoped', 'true'))
        variables, environ = dict(self._scope.variables), dict(self._scope.environ)
        for child in element.children:
            self._action(child)
        if scoped:
            self._scope.variables, self._scope.environ = variables, environ

    def _node(self, element: Element) -> ProcessSpec:
        package, executable = self._text(element, 'pkg'), self._text(element, 'exec')
        name, own = self._optional(element, 'name'), self._optional(element, 'namespace')
        if name is not None and not _NODE_NAME.fullmatch(name):
            raise element.error(f"node name '{name}' is not valid (letters, digits, underscores)")
        namespace = _namespace(element, self._scope.variables.get('ros_namespace'), own)
        argv = [self._program(element, package, executable)]
        if 'args' in element.attributes:
            with element.blamed():
                argv += words(element.attributes['args'], self._scope)
        argv.append('--ros-args')
        argv += [] if name is None else ['-r', f'__node:={name}']
        argv += [] if namespace is None else ['-r', f'__ns:={namespace}']
        params_files: dict[Path, str] = {}
        # Upstream writes parameters under the node's full name only if it knows all of it.
        known = name is not None and namespace is not None
        node = f'{namespace}/{name}'.replace('//', '/') if known else '/**'
        for param in (child for child in element.children if child.tag == 'param'):
            path = self._params_dir / f'{len(self.processes)}_{len(params_files)}.yaml'
            if 'from' in param.attributes:
                path = self._params_file(param)
            else:
                params_files[path] = self._inline(param, node)
            argv += ['--params-file', str(path)]
        for child in (child for child in element.children if child.tag == 'remap'):
            argv += ['-r', f'{self._text(child, "from")}:={self._text(child, "to")}']
        inherited, environ = self._inherited, self._scope.environ
        env = {key: value for key, value in environ.items() if inherited.get(key) != value}
        for child in (child for child in element.children if child.tag == 'env'):
            env[self._text(child, 'name')] = self._text(child, 'value')
        output = self._text(element, 'output', 'log')
        if output not in _OUTPUTS:
            raise element.error(f"output is '{output}'; allowed are: {', '.join(_OUTPUTS)}")
        return ProcessSpec(
            name=name or executable,
            package=package,
            executable=executable,
            node_name=name,
            namespace=namespace,
            argv=tuple(argv),
            env=env,
            params_files=params_files,
            respawn=_boolean(element, 'respawn', self._text(element, 'respawn', 'false')),
            respawn_delay=_delay(element),
            output=output,
        )

    def _program(self, element: Element, package: str, executable: str) -> str:
        with element.blamed():
            directory = package_prefix(package, self._scope.environ) / 'lib' / package
        program = directory / executable
        if not program.is_file() or not os.access(program, os.X_OK):
            raise element.error(f"package '{package}' has no executable {program}")
        return str(program)

    def _inline(self, element: Element, node: str) -> str:
        """Return the parameter file upstream writes for an inline parameter."""
        for required in ('name', 'value'):
            if required not in element.attributes:
                raise element.error("needs either 'name' and 'value' or 'from'")
        with element.blamed():
            value = parameter_value(element.attributes['value'], self._scope)
        parameters = {node: {'ros__parameters': {self._text(element, 'name'): value}}}
        return yaml.safe_dump(parameters, default_flow_style=False)

    def _params_file(self, element: Element) -> Path:
        if len(element.attributes) > 1:
            raise element.error("'from' excludes 'name' and 'value'")
        path = Path(self._text(element, 'from'))
        if not path.is_file():
            # Upstream warns and goes on without the parameters: a toy must not.
            raise element.error(f'parameter file {path} does not exist')
        return path

    def _text(self, element: Element, attribute: str, default: str = '') -> str:
        with element.blamed():
            return expand(element.attributes.get(attribute, default), self._scope)

    def _optional(self, element: Element, attribute: str) -> str | None:
        return self._text(element, attribute) if attribute in element.attributes else None


def _boolean(element: Element, name: str, text: str) -> bool:
    if text not in ('true', 'True', '1', 'false', 'False', '0'):
        raise element.error(f"'{name}' is '{text}'; allowed are: true, 1, false, 0")
    return text in ('true', 'True', '1')


def _delay(element: Element) -> float:
    text = element.attributes.get('respawn_delay', '0')
    if not re.fullmatch(r'\d+\.?\d*|\.\d+', text):
        raise element.error(f"respawn_delay is '{text}'; allowed are: seconds, 0 or more")
    return float(text)


def _namespace(element: Element, base: str | None, own: str | None) -> str | None:
    """Return `own` below `base` as an absolute namespace; None if neither is given."""
    if own is None and base is None:
        return None
    if own is None:
        joined = base
    elif not base or own.startswith('/'):
        joined = own
    else:
        joined = f'{base}/{own}'
    namespace = '/' + (joined or '').strip('/')
    if not _NAMESPACE.fullmatch(namespace):
        raise element.error(f"namespace '{namespace}' is not valid")
    return namespace
