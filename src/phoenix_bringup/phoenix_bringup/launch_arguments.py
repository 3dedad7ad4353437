"""The launch arguments: `NAME:=VALUE` of `./phoenix run` and of `ros2 launch`, declared once."""

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from phoenix_core.settings.node_settings import installed_config
from phoenix_core.settings.profile import suggestion


class LaunchArgumentError(ValueError):
    """A launch argument is refused: its name, its value, what is allowed."""


class LaunchArguments(BaseModel):
    """Everything that can be chosen at the start."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    profile: str = Field('sim', description='which devices: a file in config/ without .yaml')
    profile_file: str = Field('', description='the settings of all nodes; overrides profile')
    layout: Literal['composed', 'processes'] = Field(
        'composed', description='all nodes in one process, or a process each'
    )
    namespace: str = Field(
        '/phoenix',
        description='so that two toys can share a network',
        pattern=r'^(/|(/[A-Za-z_][A-Za-z0-9_]*)+)$',
    )
    log_level: Literal['debug', 'info', 'warn', 'error', 'fatal'] = Field(
        'info', description='what all nodes log'
    )
    autostart: bool = Field(True, description='false: nothing brings the nodes up')
    reply_to: str = Field(
        '', description='WAV file that the simulated speaker writes; empty: none'
    )
    telemetry: bool = Field(True, description='false: nothing is counted, kept or exported')
    studio: bool = Field(False, description='true: serves the page for a browser, on loopback')
    neighbors: str = Field(
        '', description='nodes for neighbors of the toy, like [ros_actions, wyoming_server]'
    )
    machine: Literal['', 'toy', 'helper'] = Field(
        '', description='which of two machines this is; empty: there is only one'
    )
    peer: str = Field('', description='address of the other machine')
    standby_voices: str = Field(
        '[espeak_ng, flite]', description='voices of the toy itself while the link is cut'
    )

    @field_validator('namespace', mode='before')
    @classmethod
    def _absolute(cls, namespace: str) -> str:
        return '/' + namespace.strip('/')

    @property
    def settings_file(self) -> str:
        """The profile that all nodes read."""
        return self.profile_file or str(installed_config() / f'{self.profile}.yaml')

    @property
    def sides(self) -> tuple[str, ...]:
        """What is started here of a toy that may be on two machines."""
        return (self.machine,) if self.machine else ('toy', 'helper')

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the toy needs in its environment."""
        return {'ROS_STATIC_PEERS': self.peer} if self.peer else {}


@dataclass(frozen=True)
class Declaration:
    """A launch argument as it is listed and as ROS declares it."""

    name: str
    default: str
    description: str
    choices: tuple[str, ...]  # empty: anything

    def __str__(self) -> str:
        """Describe it in one line."""
        choices = f' ({" or ".join(filter(None, self.choices))})' if self.choices else ''
        return f'{self.name}:={self.default}  {self.description}{choices}'


def _declaration(name: str, field: FieldInfo) -> Declaration:
    if field.annotation is bool:
        return Declaration(name, str(field.default).lower(), field.description or '', ())
    is_choice = typing.get_origin(field.annotation) is Literal
    choices = typing.get_args(field.annotation) if is_choice else ()
    return Declaration(name, field.default, field.description or '', choices)


DECLARATIONS = {
    name: _declaration(name, field) for name, field in LaunchArguments.model_fields.items()
}


def parse(given: Mapping[str, str]) -> LaunchArguments:
    """
    Check launch arguments.

    :raises LaunchArgumentError: one is unknown or not allowed, or does not go with the others.
    """
    try:
        arguments = LaunchArguments.model_validate(given)
    except ValidationError as error:
        raise LaunchArgumentError(_reason(error.errors()[0])) from None
    if bool(arguments.machine) != bool(arguments.peer):
        raise LaunchArgumentError(
            'machine and peer belong together: which of two machines this is, and the other one'
        )
    profiles = [path.stem for path in installed_config().glob('*.yaml') if _is_profile(path)]
    if not arguments.profile_file and arguments.profile not in profiles:
        raise LaunchArgumentError(
            f'no profile {arguments.profile!r}{suggestion(arguments.profile, profiles)}; '
            f'allowed: {", ".join(sorted(profiles))}, or the path of a file'
        )
    return arguments


def _is_profile(path: Path) -> bool:
    return 'ros__parameters' in path.read_text(encoding='utf-8')


def _reason(detail: ErrorDetails) -> str:
    name, value = str(detail['loc'][0]), detail['input']
    if detail['type'] == 'extra_forbidden':
        hint = suggestion(name, DECLARATIONS)
        return f'unknown argument {name!r}{hint}; allowed: {", ".join(DECLARATIONS)}'
    if choices := list(filter(None, DECLARATIONS[name].choices)):
        hint = suggestion(value, choices)
        return f'{name}:={value}: not allowed{hint}; allowed: {", ".join(choices)}'
    return f'{name}:={value}: {detail["msg"][0].lower()}{detail["msg"][1:]}'
