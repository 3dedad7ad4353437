"""
Reads YAML files that a stranger may have written: bounded in size and depth, and data alone.

Aliases are refused: with them a file of a kilobyte stands for gigabytes. ROS parameter files have
none either.
"""

from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 2**20
DEEPEST = 30
# The loader of libyaml, if available, is ten times as fast, which saves 0.5 s at each start.
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


class YamlFileError(ValueError):
    """A file is refused; one line with its path and the reason."""


def read_yaml(path: Path) -> Any:
    """
    Return the content of a file.

    :raises YamlFileError: it is unreadable, too large, too deep, no YAML, or not in UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise YamlFileError(f'{path}: is no file')
        with path.open('rb') as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise YamlFileError(f'{path}: {error.strerror}') from error
    if len(data) > MOST_BYTES:
        raise YamlFileError(f'{path}: is larger than {MOST_BYTES} bytes')
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise YamlFileError(
            f'{path}: must be in UTF-8, is not at byte {error.start}; save it as UTF-8 text'
        ) from error
    try:
        _check(path, text)
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe one, see above
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, YamlFileError):
            raise
        raise YamlFileError(f'{path}: not valid YAML: {" ".join(str(error).split())}') from error


def _check(path: Path, text: str) -> None:
    """Refuse aliases and depth before anything is built of the file."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise YamlFileError(f'{path}: aliases (*{event.anchor}) are not allowed')
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise YamlFileError(f'{path}: is nested deeper than {DEEPEST} levels')
