"""The `phoenix list` command: what a profile can choose, and what each needs."""

import argparse
from collections.abc import Iterator

from phoenix_core.settings import plugins, provider
from phoenix_core.settings.node_settings import (
    NodeSettings,
    SettingsError,
    installed_config,
    languages,
)
from phoenix_core.settings.plugins import NODES
from phoenix_tools.settings.parts import DEVICES, DIRECTIONS, Part, parts, sound_devices

ERRORS = (SettingsError,)


def main(options: argparse.Namespace) -> int:
    """Print one of the lists."""
    lines = {
        'voices': voices,
        'wake-words': wake_words,
        'devices': devices,
        'languages': spoken_languages,
    }[options.what]
    print(*lines(), sep='\n')
    return 0


def voices() -> Iterator[str]:
    """List the voices."""
    for one in of_node('voice'):
        yield _line(one.name, one, f'speaks {_known(one)}')
    yield _in_profile('voice', 'providers: [NAME, ...]', 'best first')


def wake_words() -> Iterator[str]:
    """List the wake words by engine."""
    for one in of_node('wake_word'):
        words = ', '.join([] if one.missing else one.needs.brings())
        yield _line(one.name, one, f'hears {words or "what its models are for"}')
    yield _in_profile('wake_word', 'provider: NAME, models: [WAKE_WORD, ...]', 'or paths')


def devices() -> Iterator[str]:
    """List what the toy may hear, speak, shine and feel with."""
    for node in DEVICES:
        for one in of_node(node):
            yield _line(f'{node}: {one.name}', one, '')
        if direction := DIRECTIONS.get(node):
            try:
                names = ', '.join(map(repr, sound_devices(direction)))
            except ValueError as error:
                yield f'  no sound devices: {error}'
            else:
                yield f'  sound devices for {direction}: {names or "none; plug one in"}'
    yield _in_profile('NODE', 'provider: NAME', 'portaudio: {device: PART_OF_ITS_NAME}')


def spoken_languages() -> Iterator[str]:
    """List the languages, with who hears and who speaks each."""
    for language in languages(installed_config()):
        knowing = {
            node: sorted(  # what knows any language comes last
                (one for one in of_node(node) if one.needs.knows(language)),
                key=lambda one: not one.needs.languages,
            )
            for node in ('listener', 'voice')
        }
        heard, spoken = (_names(found) for found in knowing.values())
        yield f'{language}  heard by {heard}; spoken by {spoken}'
    yield 'in a profile: /**: {ros__parameters: {language: LANGUAGE}}; a voice that knows it: ' + (
        './phoenix list voices'
    )


def of_node(node: str) -> list[Part]:
    """Return the parts that a node can choose from."""
    model: type[NodeSettings] = plugins.load(NODES, node).settings_class()
    groups = {group.entry_points: group for group in provider.groups(model).values()}
    return [one for group in groups.values() for one in parts(group)]


def _known(part: Part) -> str:
    return ', '.join(part.needs.languages) or 'any language'


def _names(found: list[Part]) -> str:
    return ', '.join(f'{one.name}{" (missing)" if one.missing else ""}' for one in found)


def _line(title: str, part: Part, what: str) -> str:
    missing = f'; MISSING: {part.missing}' if part.missing else ''
    told = '; '.join(filter(None, (what, f'needs {part.about}')))
    return f'{title:<22} {told}{missing}'


def _in_profile(node: str, keys: str, more: str) -> str:
    return f'in a profile: /**/{node}: {{ros__parameters: {{{keys}}}}}; {more}'
