"""
The layers of the settings of a node, in which later ones take precedence.

Defaults, profile, environment PHOENIX_<NODE>_<FIELD>, ROS parameters (launch arguments).
A field of a provider is PHOENIX_<NODE>_<PROVIDER>_<FIELD>, one of the whole toy PHOENIX_<FIELD>.
"""

import os
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from phoenix_core.settings import environment, provider
from phoenix_core.settings.node_settings import (
    NodeSettings,
    ProviderSettings,
    Settings,
    SettingsError,
    ToySettings,
)
from phoenix_core.settings.profile import TOY, Profile, suggestion

Model = TypeVar('Model', bound=BaseModel)


def resolve(
    model: type[Settings],
    node: str,
    profile: Profile = Profile(),  # noqa: B008 - immutable
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """
    Fill a model from its defaults, a profile and the environment.

    :raises SettingsError: for the first mistake; names the file or variable, the key, the value
        and what is allowed.
    """
    values = dict(profile.toy)
    origin = dict.fromkeys(values, f'{profile.path}: {TOY}.')
    for name, value in profile.nodes.get(node, {}).items():
        values[name] = value
        origin[name] = f'{profile.path}: {node}.'
    for variable, name in variables(model, node, environ):
        values[name] = _from_text(_field(model, name), environ[variable])
        origin[name] = f'environment: {variable} for '
    return validated(model, values, origin)


def validated(
    model: type[Settings], values: Mapping[str, Any], origin: Mapping[str, str]
) -> Settings:
    """
    Return the model with these values.

    :param values: values by name, those of providers as `<provider>.<field>`.
    :param origin: prefix of the name of a setting in an error, by name.
    :raises SettingsError: for the first mistake.
    """
    own: dict[str, Any] = {}
    of_providers: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        before, _, field = name.partition('.')
        if field:
            of_providers.setdefault(before, {})[field] = value
        else:
            own[name] = value
    settings = _checked(model, own, origin, model)
    return settings.with_providers(
        {
            name: checked
            for name, given in of_providers.items()
            if (checked := _of_provider(model, name, given, origin)) is not None
        }
    )


def _of_provider(
    model: type[NodeSettings], name: str, given: Mapping[str, Any], origin: Mapping[str, str]
) -> ProviderSettings | None:
    known = provider.installed(model)
    if name not in known:
        key = f'{name}.{next(iter(given))}'
        raise SettingsError(
            f'{origin.get(key, "")}{key}: no such provider{suggestion(name, known)}, '
            f'is {next(iter(given.values()))!r}; installed: {", ".join(known) or "none"}'
        )
    own = provider.own_settings(model, name)
    if own is None:  # it cannot be imported here, so it is not used
        return None
    return _checked(own, given, origin, model, f'{name}.')


def _checked(
    model: type[Model],
    values: Mapping[str, Any],
    origin: Mapping[str, str],
    of_node: type[NodeSettings],
    prefix: str = '',
) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = prefix + '.'.join(map(str, first['loc'][:1]))
        where = f'{origin.get(name, "")}{name}'
        if first['type'] == 'extra_forbidden':
            known = provider.fields(of_node, provider.installed(of_node))
            names = sorted(full for full in known if full.startswith(prefix))
            raise SettingsError(
                f'{where}: no such setting{suggestion(name, names)}, is {first["input"]!r}; '
                f'allowed: {", ".join(names) or "none"}'
            ) from None
        problem = first['msg'].removeprefix('Value error, ')
        problem = problem[0].lower() + problem[1:]
        raise SettingsError(f'{where}: {problem}, is {first["input"]!r}') from None


def variables(
    model: type[NodeSettings], node: str, environ: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """Yield the environment variables for a node, each with the name of the setting."""
    of_toy = environment.of_toy()
    prefix = environment.of_node(node)
    for variable in environ:
        if variable in of_toy:
            yield variable, of_toy[variable]
        elif variable.startswith(prefix):
            name = _name(model, variable.removeprefix(prefix).lower())
            if name in ToySettings.model_fields:
                raise SettingsError(
                    f'environment: {variable}: {name} is a setting of the whole toy; '
                    f'set PHOENIX_{name.upper()}, is {environ[variable]!r}'
                )
            yield variable, name


def _name(model: type[NodeSettings], text: str) -> str:
    """Return the name of the setting from the name of a variable without its prefix."""
    if text not in model.model_fields:
        for name in sorted(provider.installed(model), key=len, reverse=True):
            prefix = name.lower().replace('-', '_') + '_'
            if text.startswith(prefix):
                return f'{name}.{text.removeprefix(prefix)}'
    return text


def _field(model: type[NodeSettings], name: str) -> FieldInfo | None:
    of_provider, _, _ = name.rpartition('.')
    return provider.fields(model, [of_provider] if of_provider else []).get(name)


def _from_text(field: FieldInfo | None, text: str) -> Any:
    """Convert an environment variable to the type of the setting, as YAML does."""
    annotation = field.annotation if field else str
    if annotation is str or typing.get_origin(annotation) is Literal:
        return text
    if isinstance(annotation, types.GenericAlias) and not text.lstrip().startswith('['):
        text = f'[{text}]'
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
