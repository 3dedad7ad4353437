"""Models of settings: what every node has, and how a setting is declared."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

Settings = TypeVar('Settings', bound='NodeSettings')
Own = TypeVar('Own', bound='ProviderSettings')

STRICT = ConfigDict(extra='forbid', frozen=True, strict=True)


class SettingsError(ValueError):
    """A setting is refused; the text names its place, name and value, and what is allowed."""


def setting(
    default: Any,
    description: str,
    *,
    runtime: bool = False,
    machine: bool = False,
    **limits: Any,
) -> Any:
    """
    Declare a setting.

    :param runtime: may be changed while the node runs; otherwise the ROS parameter is read-only.
    :param machine: fits this machine only (path, device, address): not recorded with a session.
    :param limits: pydantic's constraints: ge, le, gt, lt, min_length, max_length, pattern.
    """
    extra: dict[str, Any] = {'runtime': runtime, 'machine': machine}
    return Field(default, description=description, json_schema_extra=extra, **limits)


class ProviderSettings(BaseModel):
    """Base of the settings of a provider, and the settings of one that has none."""

    model_config = STRICT


class ToySettings(BaseModel):
    """Settings of the toy as a whole: the same for all nodes, given in the section /**."""

    model_config = STRICT

    language: str = setting(
        'en', 'What people and the toy speak, as a code like de.', min_length=1
    )


class NodeSettings(ToySettings):
    """Settings every node has."""

    autostart: bool = setting(True, 'Configure and activate without being asked.', machine=True)
    log_level: Literal['', 'debug', 'info', 'warn', 'error', 'fatal'] = setting(
        '', 'What the node logs; empty: as the process was started.', runtime=True
    )
    metrics: bool = setting(True, 'Count and measure; the telemetry node serves it.')
    profile: str = setting('', 'File with settings of all nodes; empty: none.', machine=True)
    event_rules: Literal['enforce', 'warn', 'off'] = setting(
        'enforce',
        'An event that breaks a rule of the catalogue: is not published; is, with a fault; is.',
        runtime=True,
    )
    work_limit_s: float = setting(
        30.0, 'A model or device that makes no progress for so long hangs [s].', runtime=True, gt=0
    )
    config_dir: str = setting(
        '', 'Folder with the words and animations; empty: as installed.', machine=True
    )

    _of_providers: dict[str, ProviderSettings] = PrivateAttr(default_factory=dict)

    @property
    def config_path(self) -> Path:
        """The folder with the words and animations."""
        return Path(self.config_dir) if self.config_dir else installed_config()

    def of_provider(self, name: str, model: type[Own]) -> Own:
        """Return the settings of a provider; its defaults where none were given."""
        own = self._of_providers.get(name)
        return own if isinstance(own, model) else model()

    def with_providers(self: Settings, own: Mapping[str, ProviderSettings]) -> Settings:
        """Return a copy that holds these settings of providers, by name."""
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
    """Settings of a node that leaves something to chance."""

    seed: int = setting(
        0,
        'Seed of all chance; 0: a new one at each start, which the parameter then shows.',
        ge=0,
        lt=2**31,
        validate_default=True,
    )

    @field_validator('seed')
    @classmethod
    def _drawn(cls, seed: int) -> int:
        """Draw a seed that can be read back, so that what happened can be repeated."""
        return seed or secrets.randbelow(2**31 - 1) + 1


def installed_config() -> Path:
    """Return the configuration folder that phoenix_bringup installs."""
    from ament_index_python.packages import get_package_share_path

    return Path(get_package_share_path('phoenix_bringup')) / 'config'
