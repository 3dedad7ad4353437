"""
Settings of a node: one pydantic model, filled in layers, and the ROS parameters made of it.

Defaults < profile file < environment PHOENIX_<NODE>_<FIELD> < ROS parameters (launch arguments).
"""

import difflib
import os
import secrets
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

Settings = TypeVar('Settings', bound='NodeSettings')


class SettingsError(ValueError):
    """A setting is refused; says where it stands, its name, its value and what is allowed."""


def setting(default: Any, description: str, *, runtime: bool = False, **limits: Any) -> Any:
    """
    Declare a setting.

    :param runtime: may be changed while the node runs; otherwise the ROS parameter is read-only.
    :param limits: pydantic's constraints: ge, le, gt, lt, min_length, max_length, pattern.
    """
    return Field(
        default, description=description, json_schema_extra={'runtime': runtime}, **limits
    )


class NodeSettings(BaseModel):
    """Settings every node has."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True)

    autostart: bool = setting(True, 'Configure and activate without being asked.')
    log_level: Literal['', 'debug', 'info', 'warn', 'error', 'fatal'] = setting(
        '', 'What the node logs; empty: as the process was started.', runtime=True
    )
    metrics: bool = setting(True, 'Count and measure; the telemetry node serves it.')
    profile: str = setting('', 'File with settings of all nodes; empty: none.')
    event_rules: Literal['enforce', 'warn', 'off'] = setting(
        'enforce',
        'An event that breaks a rule of the catalogue: is not published; is, with a fault; is.',
        runtime=True,
    )
    work_limit_s: float = setting(
        30.0, 'A model or device that does not get on for so long hangs [s].', runtime=True, gt=0
    )
    config_dir: str = setting('', 'Folder with the words and animations; empty: as installed.')

    @property
    def config_path(self) -> Path:
        """The folder with the words and animations."""
        return Path(self.config_dir) if self.config_dir else installed_config()


class SeededSettings(NodeSettings):
    """Settings of a node that leaves something to chance."""

    seed: int = setting(
        0,
        'Seed of all chance; 0: a new one at each start, which the parameter then tells.',
        ge=0,
        lt=2**31,
        validate_default=True,
    )

    @field_validator('seed')
    @classmethod
    def _drawn(cls, seed: int) -> int:
        """Draw a seed that can be told: who knows it can repeat what happened."""
        return seed or secrets.randbelow(2**31 - 1) + 1


def installed_config() -> Path:
    """Return the configuration folder that phoenix_bringup installs."""
    from ament_index_python.packages import get_package_share_path

    return Path(get_package_share_path('phoenix_bringup')) / 'config'


def load_profile(path: Path, known_nodes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """
    Read a profile: a ROS parameter file with a section /**/NODE for each node.

    :returns: settings by node name.
    :raises SettingsError: unreadable, not of that form, or a section for a node that is not known.
    """
    try:
        content = yaml.safe_load(path.read_text()) or {}
    except OSError as error:
        raise SettingsError(f'{path}: {error.strerror}') from error
    except yaml.YAMLError as error:
        raise SettingsError(f'{path}: not valid YAML: {" ".join(str(error).split())}') from error
    if not isinstance(content, dict):
        raise SettingsError(f'{path}: must hold sections /**/NODE, holds {content!r}')
    nodes = sorted(known_nodes)
    profile = {}
    for section, body in content.items():
        node = str(section).removeprefix('/**/')
        if node not in nodes:
            raise SettingsError(
                f'{path}: {section}: no such node{_suggestion(node, nodes)}; '
                f'allowed: {", ".join(f"/**/{name}" for name in nodes)}'
            )
        if not isinstance(body, dict) or list(body) != ['ros__parameters']:
            raise SettingsError(f'{path}: {section}: must hold ros__parameters and nothing else')
        profile[node] = body['ros__parameters'] or {}
        if not isinstance(profile[node], dict):
            raise SettingsError(f'{path}: {section}.ros__parameters: must hold keys and values')
    return profile


def resolve(
    model: type[Settings],
    node: str,
    *,
    profile: Mapping[str, Any],
    profile_path: Path | None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """
    Fill a model from its defaults, a profile's section and the environment.

    :raises SettingsError: for the first problem, naming the file or variable, the key, the value
        and what is allowed.
    """
    values = dict(profile)
    origin = dict.fromkeys(values, f'{profile_path}: {node}.')
    prefix = f'PHOENIX_{node.upper()}_'
    for variable, text in environ.items():
        if variable.startswith(prefix):
            name = variable.removeprefix(prefix).lower()
            values[name] = _from_text(model, name, text)
            origin[name] = f'environment: {variable} for '
    return validated(model, values, origin)


def validated(
    model: type[Settings], values: Mapping[str, Any], origin: Mapping[str, str]
) -> Settings:
    """
    Make the model, or say in one line what is wrong.

    :param origin: what stands in front of a setting's name in the error.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first['loc'][0]) if first['loc'] else ''
        where = f'{origin.get(name, "")}{name}'
        if first['type'] == 'extra_forbidden':
            names = sorted(model.model_fields)
            raise SettingsError(
                f'{where}: no such setting{_suggestion(name, names)}; allowed: {", ".join(names)}'
            ) from None
        problem = first['msg'][0].lower() + first['msg'][1:]
        raise SettingsError(f'{where}: {problem}, is {first["input"]!r}') from None


def descriptor(model: type[NodeSettings], name: str) -> ParameterDescriptor:
    """Describe a setting as a ROS parameter: text, range, read-only."""
    field = model.model_fields[name]
    extra = field.json_schema_extra
    result = ParameterDescriptor(
        name=name,
        description=field.description or '',
        read_only=not (isinstance(extra, dict) and extra.get('runtime')),
    )
    if typing.get_origin(field.annotation) is Literal:
        choices = ', '.join(map(str, typing.get_args(field.annotation)))
        result.additional_constraints = f'one of {choices}'
    low = _limit(field.metadata, 'ge')
    high = _limit(field.metadata, 'le')
    if low is not None and high is not None:
        if field.annotation is float:
            result.floating_point_range = [
                FloatingPointRange(from_value=float(low), to_value=float(high))
            ]
        elif field.annotation is int:
            result.integer_range = [IntegerRange(from_value=low, to_value=high)]
    return result


def _limit(metadata: Iterable[Any], name: str) -> Any:
    return next((getattr(item, name) for item in metadata if hasattr(item, name)), None)


def _from_text(model: type[NodeSettings], name: str, text: str) -> Any:
    """Read an environment variable as what the setting is: numbers and lists as in YAML."""
    field = model.model_fields.get(name)
    annotation = field.annotation if field else str
    if annotation is str or typing.get_origin(annotation) is Literal:
        return text
    if isinstance(annotation, types.GenericAlias) and not text.lstrip().startswith('['):
        text = f'[{text}]'
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f' (did you mean {close[0]}?)' if close else ''
