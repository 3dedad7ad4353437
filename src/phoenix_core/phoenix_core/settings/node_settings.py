"""The settings of all nodes, and the declaration of a setting."""

import secrets
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator
from pydantic.fields import FieldInfo

Settings = TypeVar('Settings', bound='NodeSettings')
Own = TypeVar('Own', bound='ProviderSettings')

STRICT = ConfigDict(extra='forbid', frozen=True, strict=True)


class SettingsError(ValueError):
    """A setting is refused; the text names its source, name and value, and what is allowed."""


def setting(
    default: Any,
    description: str,
    *,
    runtime: bool = False,
    machine: bool | None = None,
    **limits: Any,
) -> Any:
    """
    Declare a setting.

    :param runtime: it can be changed while the node runs; otherwise the parameter is read-only.
    :param machine: it is specific to a machine (path, device, address, provider, secret): neither
        recorded with a session nor taken from one, see `is_recorded`. None: a text is.
    :param limits: constraints of pydantic: ge, le, gt, lt, min_length, max_length, pattern.
    """
    extra: dict[str, Any] = {'runtime': runtime, 'machine': machine}
    return Field(default, description=description, json_schema_extra=extra, **limits)


def is_runtime(field: FieldInfo) -> bool:
    """Return whether a setting may be changed while the node runs."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get('runtime'))


def is_recorded(field: FieldInfo) -> bool:
    """
    Return whether a session holds a setting, and a replay takes it from one.

    A session may be a stranger's. It may set numbers, switches and choices of a few words; a
    text only where its declaration says `machine=False`, because a text can be a path, an
    address or a secret.
    """
    extra = field.json_schema_extra
    machine = extra.get('machine') if isinstance(extra, dict) else None
    if machine is None:
        kind = field.annotation
        return kind in (bool, int, float) or typing.get_origin(kind) is Literal
    return not machine


class ProviderSettings(BaseModel):
    """Base of the settings of a provider."""

    model_config = STRICT


class ToySettings(BaseModel):
    """Settings of the whole toy, the same for all nodes; in profiles in the section /**."""

    model_config = STRICT

    language: str = setting(
        'en',
        'What people and the toy speak, as a code like de.',
        machine=False,
        pattern=r'^[A-Za-z]+([_-][A-Za-z0-9]+)*$',
    )
    country: str = setting(
        '',
        'Where the toy lives, as a code like DE: the numbers to call in danger; empty: it names '
        'none.',
        machine=True,
    )
    adults: list[str] = setting(  # not an empty list, which ROS takes for one of bytes
        [''],
        'Whom a child is to fetch, as it calls them, like mom; empty: a grown-up.',
        machine=True,
    )


class NodeSettings(ToySettings):
    """Settings of every node."""

    autostart: bool = setting(True, 'Configure and activate at the start.', machine=True)
    log_level: Literal['', 'debug', 'info', 'warn', 'error', 'fatal'] = setting(
        '', 'Lowest level that is logged; empty: that of the process.', runtime=True
    )
    metrics: bool = setting(True, 'Collect metrics; the telemetry node serves them.')
    profile: str = setting('', 'File with settings of all nodes; empty: none.', machine=True)
    event_rules: Literal['enforce', 'warn', 'off'] = setting(
        'enforce',
        'Whether an event that breaks a rule of the catalogue raises, or is published, with or '
        'without a fault.',
        runtime=True,
        machine=True,
    )
    work_limit_s: float = setting(
        30.0,
        'Time without progress after which background work counts as hung [s].',
        runtime=True,
        gt=0,
    )
    config_dir: str = setting(
        '', 'Folder with words and animations; empty: the installed one.', machine=True
    )

    _of_providers: dict[str, ProviderSettings] = PrivateAttr(default_factory=dict)

    @property
    def config_path(self) -> Path:
        """The folder with words and animations."""
        return Path(self.config_dir) if self.config_dir else installed_config()

    def of_provider(self, name: str, model: type[Own]) -> Own:
        """Return the settings of a provider, by default its defaults."""
        own = self._of_providers.get(name)
        return own if isinstance(own, model) else model()

    def with_providers(self: Settings, own: Mapping[str, ProviderSettings]) -> Settings:
        """Return a copy with these settings of providers, by name."""
        copy = self.model_copy()
        copy._of_providers = dict(own)
        return copy

    def flat(self) -> dict[str, Any]:
        """Return all settings by name, those of providers as `<provider>.<field>`."""
        return self.model_dump() | {
            f'{provider}.{name}': value
            for provider, own in self._of_providers.items()
            for name, value in own.model_dump().items()
        }


class SeededSettings(NodeSettings):
    """Settings of a node that uses random numbers."""

    seed: int = setting(
        0,
        'Seed of the random numbers; 0: a random one, which the parameter then shows.',
        ge=0,
        lt=2**31,
        validate_default=True,
    )

    @field_validator('seed')
    @classmethod
    def _drawn(cls, seed: int) -> int:
        """Replace 0 by a random seed, which is recorded, so that a session can be repeated."""
        return seed or secrets.randbelow(2**31 - 1) + 1


def languages(config: Path) -> list[str]:
    """Return the languages that a configuration folder has words of."""
    return sorted(path.parent.name for path in config.glob('*/speech.yaml'))


def installed_config() -> Path:
    """Return the configuration folder that phoenix_bringup installs."""
    from ament_index_python.packages import get_package_share_path

    return Path(get_package_share_path('phoenix_bringup')) / 'config'
