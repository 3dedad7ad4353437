"""What a profile chooses: its settings, and whether the parts for them are there."""

from collections.abc import Iterator, Mapping

from phoenix_core.settings import provider
from phoenix_core.settings.node_settings import NodeSettings, SettingsError
from phoenix_tools.doctor.finding import Finding, fault, ok
from phoenix_tools.settings.given_profile import check_profile
from phoenix_tools.settings.parts import DIRECTIONS, sound_devices

PORTS = ('port', 'metrics_port')

Settings = Mapping[str, NodeSettings]


def settings(path: str) -> tuple[Settings, Finding]:
    """Return the settings of all nodes, none if one is refused, and what is to say of them."""
    try:
        found = check_profile(path)
    except SettingsError as error:
        return {}, fault('settings', str(error), 'change it as it says; see docs/settings.md')
    return found, ok('settings', f'{path} and the environment are right')


def ports(found: Settings) -> dict[str, int]:
    """Return the ports that the settings name."""
    return {
        f'{node}.{name}': value
        for node, own in found.items()
        for name, value in own.flat().items()
        if name in PORTS
    }


def providers(found: Settings) -> Iterator[Finding]:
    """Check that the chosen providers can be loaded, with the libraries that they need."""
    for node, own in found.items():
        names = provider.chosen(type(own), own.flat())
        broken = False
        for group in provider.groups(type(own)).values():
            for name in set(names) & set(group.names()):
                try:
                    group.load(name)
                except Exception as error:  # importing another package may raise anything
                    broken = True
                    yield fault(
                        'parts',
                        f'{node}: {name} cannot be loaded: {error}',
                        f'install what it names, or choose another in the section {node}: '
                        f'{", ".join(group.names())}',
                    )
        if names and not broken:
            yield ok('parts', f'{node}: {", ".join(names)}')


def sound(found: Settings) -> Iterator[Finding]:
    """Check that there is a device for each direction that goes through PortAudio."""
    for node, direction in DIRECTIONS.items():
        if node not in found or 'portaudio' not in provider.chosen(
            type(found[node]), found[node].flat()
        ):
            continue
        try:
            names = sound_devices(direction)
        except ValueError as error:
            yield fault('sound', f'{node}: {error}', 'apt install libportaudio2')
            continue
        if names:
            yield ok('sound', f'{node}: {", ".join(names)}')
        else:
            yield fault(
                'sound',
                f'{node}: there is no device for {direction}',
                'plug one in and look for it with: aplay -l; arecord -l',
            )
