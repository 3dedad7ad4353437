"""The schema of a message type, read from its .msg file: fields, constants, comments."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ament_index_python.packages import PackageNotFoundError, get_package_share_path
from rosidl_adapter.parser import parse_message_file


@dataclass(frozen=True)
class Entry:
    """
    A field or a constant.

    :param type: as in the file, with bounds: string<=64.
    :param value: of a constant; None for a field.
    :param comment: comment of the line, unit first: [s] of speech.
    """

    name: str
    type: str
    value: Any
    comment: str


@dataclass(frozen=True)
class MessageSchema:
    """
    A message type.

    :param name: phoenix_msgs/msg/Volume
    :param comment: comment at the top of the file.
    :param type_hash: hash of the definition and of all nested ones, as ROS computes it.
    """

    name: str
    comment: str
    fields: tuple[Entry, ...]
    constants: tuple[Entry, ...]
    type_hash: str

    def constant_names(self, field: str, values: tuple[Any, ...]) -> list[str]:
        """
        Return the names of the constants that a field may hold.

        With two enumerations in one message, the comment of the field decides.
        """
        comment = next(entry.comment for entry in self.fields if entry.name == field)
        known = [entry for entry in self.constants if entry.value in values]
        named = [entry for entry in known if entry.name in comment.replace(',', ' ').split()]
        return [entry.name for entry in named or known]


def type_name(message: Any) -> str:
    """Return the ROS name of a message class, package/msg/Type."""
    return f'{message.__module__.split(".")[0]}/msg/{message.__name__}'


@cache
def schema(message: Any) -> MessageSchema:
    """
    Read the schema of a message class from the installed files of its package.

    :raises OSError: they are missing.
    """
    path = _installed(message, '.msg')
    definition = parse_message_file(type_name(message).split('/')[0], str(path))
    return MessageSchema(
        name=type_name(message),
        comment=_text(definition.annotations),
        fields=tuple(
            Entry(field.name, str(field.type), None, _text(field.annotations))
            for field in definition.fields
        ),
        constants=tuple(
            Entry(constant.name, constant.type, constant.value, _text(constant.annotations))
            for constant in definition.constants
        ),
        type_hash=type_hash(message),
    )


@cache
def type_hash(message: Any) -> str:
    """
    Return the hash of a message definition: RIHS01_ and 64 hex digits.

    :raises OSError: its file is missing.
    """
    hashes = json.loads(_installed(message, '.json').read_text(encoding='utf-8'))['type_hashes']
    return next(
        str(one['hash_string']) for one in hashes if one['type_name'] == type_name(message)
    )


@cache
def definition(type_name: str) -> str:
    """
    Return the .msg text of an installed type, then those of the types it uses, as in rosbag2.

    :raises LookupError: the type is not installed; the text says which.
    """
    texts: dict[str, str] = {}
    needed = [type_name]
    for name in needed:  # grows meanwhile
        if name in texts:
            continue
        package, folder, short = name.split('/')
        try:
            path = get_package_share_path(package) / folder / f'{short}.msg'
        except PackageNotFoundError as error:
            raise LookupError(f'{name}: the package {package} is not installed') from error
        if not path.exists():
            raise LookupError(f'{name}: {path} is not installed')
        header = f'{"=" * 80}\nMSG: {package}/{short}\n' if texts else ''
        texts[name] = header + path.read_text().rstrip('\n')
        needed += [
            f'{field.type.pkg_name}/msg/{field.type.type}'
            for field in parse_message_file(package, str(path)).fields
            if not field.type.is_primitive_type()
        ]
    return '\n'.join(texts.values())


def _installed(message: Any, ending: str) -> Path:
    package, folder, name = type_name(message).split('/')
    return get_package_share_path(package) / folder / f'{name}{ending}'


def _text(annotations: Any) -> str:
    unit = f'[{annotations["unit"]}] ' if 'unit' in annotations else ''
    return unit + ' '.join(line.strip() for line in annotations.get('comment', []) if line.strip())
