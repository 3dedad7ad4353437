"""The parts that a profile can choose, and what each needs here."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from typing import Any

from phoenix_audio import portaudio
from phoenix_core.settings.provider import Needs, ProviderGroup

DEVICES = ('microphone', 'speaker', 'leds', 'sensors')  # nodes that stand for hardware
DIRECTIONS = {'microphone': 'input', 'speaker': 'output'}  # of PortAudio
LONGEST = 40  # some packages put the whole text of their licence into the field for its name


@dataclass(frozen=True)
class Part:
    """
    A provider, as it is here.

    :param missing: what to type or do first; empty: it can be chosen.
    :param about: what it needs, and under which licences.
    """

    name: str
    needs: Needs
    missing: str
    about: str


def parts(group: ProviderGroup[Any, Any]) -> Iterator[Part]:
    """Yield the installed providers of a group."""
    for name in group.names():
        try:
            needs = group.load(name).needs
        except Exception as error:  # importing the module of another package may raise anything
            yield Part(name, Needs(), f'cannot be loaded: {error}', '')
        else:
            yield Part(name, needs, _missing(needs), _about(needs))


def sound_devices(direction: str) -> list[str]:
    """
    Return the names of the devices for a direction: 'input' or 'output'.

    :raises ValueError: PortAudio is not installed; says what to type.
    """
    found: list[Any] = list(portaudio.library().query_devices())
    return [one['name'] for one in found if one[f'max_{direction}_channels'] > 0]


def _missing(needs: Needs) -> str:
    packages = [name for name in needs.packages if _metadata(name) is None]
    if packages:
        return f'.venv/bin/python -m pip install {" ".join(packages)}'
    if needs.program and not shutil.which(needs.program):
        return f'apt install {needs.program}'
    return ''


def _about(needs: Needs) -> str:
    found = [_package(name) for name in needs.packages]
    if needs.program:
        found.append(f'the program {needs.program}')
    if needs.licence:
        found.append(needs.licence)
    if needs.download:
        found.append(needs.download)
    if needs.setting:
        found.append(f'its setting {needs.setting}')
    return ', '.join(found) or 'nothing'


def _package(name: str) -> str:
    found = _metadata(name)
    if found is None:
        return name
    classes = found.get_all('Classifier') or []
    told = (
        *(str(found[field]) for field in ('License-Expression', 'License') if field in found),
        *(one.rpartition(' :: ')[2] for one in classes if one.startswith('License')),
    )
    licence = next((text for text in told if text and len(text) <= LONGEST), 'see its licence')
    return f'{name} {found["Version"]} ({licence})'


def _metadata(name: str) -> PackageMetadata | None:
    try:
        return metadata(name)
    except PackageNotFoundError:
        return None
