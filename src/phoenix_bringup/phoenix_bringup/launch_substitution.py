"""Substitutions of launch files: parse texts such as `a/$(var x)` and expand them.

The grammar is that of the upstream launch package, reduced to the substitutions Phoenix uses.
"""

import math
import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_IDENTIFIER = re.compile(r'[A-Za-z][\w-]*', re.ASCII)
_DOLLAR = r'\$(?!\()'  # A dollar sign that does not begin a substitution is plain text.
# How far plain text reaches, by the quote around it; '' is an unquoted argument.
_PLAIN = {
    None: re.compile(rf'(?:\\.|[^\\$]|\\\Z|{_DOLLAR})+', re.DOTALL),
    '': re.compile(rf'(?:\\[^ ]|[^ \'"\\$()]|{_DOLLAR})+', re.DOTALL),
    "'": re.compile(rf"(?:\\.|[^'\\$]|{_DOLLAR})+", re.DOTALL),
    '"': re.compile(rf'(?:\\.|[^"\\$]|{_DOLLAR})+', re.DOTALL),
}


Scalar = bool | int | float | str


class SubstitutionError(Exception):
    """A text with substitutions is malformed or cannot be expanded; the caller adds the place."""


@dataclass(frozen=True)
class Call:
    """One `$(name argument ...)`; each argument is a template of its own."""

    name: str
    arguments: tuple['Template', ...]


# Plain texts, with escapes already resolved, and calls, in their order.
Template = tuple[str | Call, ...]


@dataclass
class Scope:
    """What substitutions look at; the launch file changes it while it is evaluated."""

    environ: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)
    directory: Path | None = None


class _Parser:
    """Recursive descent over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def fail(self, expected: str) -> SubstitutionError:
        return SubstitutionError(
            f'expected {expected} at character {self.position + 1} of {self.text!r}'
        )

    def accept(self, token: str) -> bool:
        found = self.text.startswith(token, self.position)
        self.position += len(token) if found else 0
        return found

    def template(self, quote: str | None) -> Template:
        """Parse up to what ends a text inside `quote` (None: the end of the whole text)."""
        parts: list[str | Call] = []
        while True:
            if self.accept('$('):
                parts.append(self.call())
            elif plain := _PLAIN[quote].match(self.text, self.position):
                self.position = plain.end()
                parts.append(re.sub(r'\\(.)', r'\1', plain.group(), flags=re.DOTALL))
            else:
                return tuple(parts)

    def argument(self) -> Template:
        for quote in ("'", '"'):
            if self.accept(quote):
                quoted = self.template(quote)
                if not self.accept(quote):
                    raise self.fail(f'a closing {quote}')
                return quoted
        unquoted = self.template('')
        if not unquoted:
            raise self.fail("an argument (an empty one is written '')")
        return unquoted

    def call(self) -> Call:
        identifier = _IDENTIFIER.match(self.text, self.position)
        if identifier is None:
            raise self.fail('the name of a substitution')
        name = identifier.group()
        if name not in _FUNCTIONS:
            allowed = ', '.join(_FUNCTIONS)
            raise SubstitutionError(f'$({name} ...) is not supported; allowed are: {allowed}')
        self.position = identifier.end()
        arguments = []
        while self.accept(' '):
            arguments.append(self.argument())
        if not self.accept(')'):
            raise self.fail('")"')
        _, counts = _FUNCTIONS[name]
        if len(arguments) not in counts:
            wanted = ' or '.join(map(str, counts))
            raise SubstitutionError(f'$({name}) takes {wanted} arguments, got {len(arguments)}')
        if name in ('equals', 'not-equals') and () in arguments:
            # Upstream compares an empty quoted argument as '[]'.
            raise SubstitutionError(f"$({name}) cannot compare with a quoted ''")
        return Call(name, tuple(arguments))


def parse(text: str) -> Template:
    """Parse a text with substitutions.

    :raises SubstitutionError: for a malformed text or a substitution outside the subset.
    """
    return _Parser(text).template(None)


def literal(text: str) -> str:
    """Return a text that must not contain substitutions, with its escapes resolved."""
    template = parse(text)
    if _has_calls(template):
        raise SubstitutionError(f'substitutions are not supported in {text!r}')
    return ''.join(map(str, template))


def expand(text: str, scope: Scope) -> str:
    """Return what the text stands for in `scope`.

    :raises SubstitutionError: when a variable, package or environment variable is unknown.
    """
    return _expand(parse(text), scope)


def words(text: str, scope: Scope) -> list[str]:
    """Return a command line's words: plain text is split as a shell does, expansions are not."""
    result: list[str] = []
    word: list[str] = []

    def finish() -> None:
        result.append(''.join(word))
        word.clear()

    for part in parse(text) or ('',):
        if isinstance(part, Call):
            word.append(_call(part, scope))
            continue
        try:
            tokens = shlex.split(part)
        except ValueError as error:
            raise SubstitutionError(f'{text!r} cannot be split into words: {error}') from error
        if not tokens:
            finish()  # Only spaces: they end a word, be it empty, as they do upstream.
            continue
        if part[0].isspace() and word:
            finish()
        for token in tokens[:-1]:
            word.append(token)
            finish()
        word.append(tokens[-1])
        if part[-1].isspace():
            finish()
    if word:
        finish()
    return result


def parameter_value(text: str, scope: Scope) -> Scalar | list[Scalar]:
    """Return the value of an inline ROS parameter, its type inferred by the rules of YAML.

    :raises SubstitutionError: for what is neither a scalar nor a list of one type.
    """
    try:
        value = yaml.safe_load(text) if text else text
    except yaml.YAMLError:
        value = text  # Upstream, too, takes what is no YAML for a string.
    if isinstance(value, list):
        value = [_typed(item, scope) if isinstance(item, str) else item for item in value]
    elif isinstance(value, str):
        value = _typed(value, scope)
    items = value if isinstance(value, list) else [value]
    types = {type(item) for item in items}
    if len(types) > 1 or not types <= {bool, int, float, str}:
        raise SubstitutionError(
            f'parameter value {text!r} is neither a boolean, a number, a string '
            'nor a list of one of these'
        )
    return value


def _typed(text: str, scope: Scope) -> Any:
    """Expand a string; what came out of a substitution gets its type by the rules of YAML."""
    template = parse(text)
    expanded = _expand(template, scope)
    if not expanded or not _has_calls(template):
        return expanded
    try:
        return yaml.safe_load(expanded)
    except yaml.YAMLError as error:
        raise SubstitutionError(f'{text!r} expands to {expanded!r}: no YAML value') from error


def package_prefix(package: str, environ: dict[str, str]) -> Path:
    """Return the install prefix of a package from the ament index, the first match winning.

    :raises SubstitutionError: when no prefix in AMENT_PREFIX_PATH has it.
    """
    prefixes = [p for p in environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    for prefix in prefixes:
        if Path(prefix, 'share/ament_index/resource_index/packages', package).is_file():
            return Path(prefix)
    searched = os.pathsep.join(prefixes) or 'empty'
    raise SubstitutionError(f'package {package!r} not found (AMENT_PREFIX_PATH: {searched})')


def _has_calls(template: Template) -> bool:
    return any(isinstance(part, Call) for part in template)


def _expand(template: Template, scope: Scope) -> str:
    return ''.join(part if isinstance(part, str) else _call(part, scope) for part in template)


def _call(call: Call, scope: Scope) -> str:
    function, _ = _FUNCTIONS[call.name]
    return function(scope, *(_expand(argument, scope) for argument in call.arguments))


def _var(scope: Scope, name: str) -> str:
    if name not in scope.variables:
        known = ', '.join(sorted(scope.variables)) or 'none'
        raise SubstitutionError(f'$(var {name}) is not set here; set are: {known}')
    return scope.variables[name]


def _env(scope: Scope, name: str, default: str | None = None) -> str:
    value = scope.environ.get(name, default)
    if value is None:
        raise SubstitutionError(f'environment variable {name} is not set and has no default')
    return value


def _find_pkg_share(scope: Scope, package: str) -> str:
    share = package_prefix(package, scope.environ) / 'share' / package
    if not share.is_dir():
        raise SubstitutionError(f'package {package!r} has no directory {share}')
    return str(share)


def _dirname(scope: Scope) -> str:
    if scope.directory is None:
        # Upstream then gives the directory of the included file: surely not what was meant.
        raise SubstitutionError(
            '$(dirname) after an include means the directory of the included file; '
            'keep it with <let> before the include'
        )
    return str(scope.directory)


def _equals(_scope: Scope, left: str, right: str) -> str:
    truths = {'true': True, '1': True, 'false': False, '0': False}
    if left.lower() in truths and right.lower() in truths:
        return str(truths[left.lower()] == truths[right.lower()]).lower()
    try:
        return str(math.isclose(float(left), float(right))).lower()
    except ValueError:
        return str(left == right).lower()


def _not_equals(scope: Scope, left: str, right: str) -> str:
    return 'false' if _equals(scope, left, right) == 'true' else 'true'


# Name -> function and how many arguments it takes.
_FUNCTIONS: dict[str, tuple[Callable[..., str], tuple[int, ...]]] = {
    'var': (_var, (1,)),
    'env': (_env, (1, 2)),
    'find-pkg-share': (_find_pkg_share, (1,)),
    'dirname': (_dirname, (0,)),
    'equals': (_equals, (2,)),
    'not-equals': (_not_equals, (2,)),
}
