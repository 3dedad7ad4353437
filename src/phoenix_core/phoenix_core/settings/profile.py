"""Profiles: ROS parameter files with a section for each node and one for the whole toy."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phoenix_core.settings.node_settings import SettingsError, ToySettings
from phoenix_core.settings.yaml_file import YamlFileError, read_yaml

TOY = '/**'


@dataclass(frozen=True)
class Profile:
    """
    The settings in a file, by dotted name: `piper: {model: x}` is `piper.model`.

    :param path: path of the file; None: there is none.
    :param toy: settings of the whole toy.
    :param nodes: settings by node.
    """

    path: Path | None = None
    toy: Mapping[str, Any] = field(default_factory=dict)
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def load_profile(path: Path, known_nodes: Iterable[str]) -> Profile:
    """
    Read a profile: a ROS parameter file with a section /**/NODE for each node, and /**.

    :raises SettingsError: it is unreadable, is not of that form, or has a section for an unknown
        node or a setting in the wrong section.
    """
    try:
        content = read_yaml(path) or {}
    except YamlFileError as error:
        raise SettingsError(str(error)) from error
    if not isinstance(content, dict):
        raise SettingsError(f'{path}: must hold sections {TOY}/NODE, holds {content!r}')
    known = sorted(known_nodes)
    toy: Mapping[str, Any] = {}
    nodes = {}
    for section, body in content.items():
        values = _section(path, section, body)
        if section == TOY:
            toy = values
            for name in set(toy) - set(ToySettings.model_fields):
                raise SettingsError(
                    f'{path}: {TOY}.{name}: no such setting of the whole toy, is {toy[name]!r}'
                    f'{suggestion(name, ToySettings.model_fields)}; '
                    f'allowed: {", ".join(ToySettings.model_fields)}'
                )
            continue
        node = str(section).removeprefix(f'{TOY}/')
        if node not in known:
            raise SettingsError(
                f'{path}: {section}: no such node{suggestion(node, known)}; '
                f'allowed: {", ".join(f"{TOY}/{name}" for name in known)}'
            )
        for name in set(values) & set(ToySettings.model_fields):
            raise SettingsError(
                f'{path}: {node}.{name}: is a setting of the whole toy; set it in the section '
                f'{TOY}, is {values[name]!r}'
            )
        nodes[node] = values
    return Profile(path, toy, nodes)


def _section(path: Path, section: str, body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or list(body) != ['ros__parameters']:
        raise SettingsError(f'{path}: {section}: must hold ros__parameters and nothing else')
    values = body['ros__parameters'] or {}
    if not isinstance(values, dict):
        raise SettingsError(f'{path}: {section}.ros__parameters: must hold keys and values')
    return dict(_flat(values))


def _flat(values: Mapping[Any, Any], prefix: str = '') -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f'{prefix}{name}.')
        else:
            yield f'{prefix}{name}', value


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint at the most similar name; empty if there is none."""
    of_a_provider = [full for full in known if full.endswith(f'.{name}')]
    close = of_a_provider or difflib.get_close_matches(name, known, n=1)
    return f' (did you mean {close[0]}?)' if close else ''
