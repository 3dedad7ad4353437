"""
Providers: exchangeable parts of a node, found by entry points, with settings of their own.

    MICROPHONES = ProviderGroup['MicrophoneSettings', Microphone]('phoenix.microphones')

    class MicrophoneSettings(NodeSettings):
        provider: Annotated[str, MICROPHONES] = setting('simulated', 'What listens.')

    class PortAudioSettings(ProviderSettings):
        device: str = setting('', 'Name of the device.')

    PROVIDER = Provider(make_microphone, PortAudioSettings)

The entry point `portaudio` of the group names PROVIDER; its setting is the node's ROS parameter
`portaudio.device`. The node calls MICROPHONES.make(settings.provider, settings).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from pydantic.fields import FieldInfo

from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import NodeSettings, Own, ProviderSettings

OfNode = TypeVar('OfNode', bound=NodeSettings)
OfNodeIn = TypeVar('OfNodeIn', bound=NodeSettings, contravariant=True)
Made = TypeVar('Made', covariant=True)


@dataclass(frozen=True)
class Needs:
    """
    What a part needs to work, for people who choose one.

    :param packages: Python packages, each of which tells its licence.
    :param program: the Debian package whose program of the same name it starts.
    :param licence: of the program, or of weights that have another than their package.
    :param download: what is loaded from the network at the first use.
    :param setting: the provider's own setting that a profile has to give.
    :param languages: the ones it knows as it is installed; empty: any.
    :param brings: lists what can be chosen of it by name.
    """

    packages: tuple[str, ...] = ()
    program: str = ''
    licence: str = ''
    download: str = ''
    setting: str = ''
    languages: tuple[str, ...] = ()
    brings: Callable[[], list[str]] = list

    def knows(self, language: str) -> bool:
        """Return whether it knows a language as it is installed."""
        return not self.languages or language in self.languages


NOTHING = Needs()


class Provider(Generic[OfNodeIn, Made]):
    """
    What an entry point of a group refers to.

    :param make: creates the part from the settings of the node and those of the provider.
    :param settings: the model of the provider's own settings.
    :param needs: what it needs to work.
    """

    @overload
    def __init__(
        self, make: Callable[[OfNodeIn, ProviderSettings], Made], *, needs: Needs = ...
    ) -> None: ...

    @overload
    def __init__(
        self, make: Callable[[OfNodeIn, Own], Made], settings: type[Own], *, needs: Needs = ...
    ) -> None: ...

    def __init__(
        self,
        make: Callable[[OfNodeIn, Any], Made],
        settings: type[ProviderSettings] = ProviderSettings,
        *,
        needs: Needs = NOTHING,
    ) -> None:
        self.settings = settings
        self.needs = needs
        self._make = make

    def make(self, name: str, settings: OfNodeIn) -> Made:
        """Create the part; `name` is the name of the entry point."""
        return self._make(settings, settings.of_provider(name, self.settings))


class ProviderGroup(Generic[OfNode, Made]):
    """
    The providers of one kind; annotates the setting that selects one or several of them.

    :param entry_points: name of the group of entry points.
    """

    def __init__(self, entry_points: str) -> None:
        self.entry_points = entry_points

    def names(self) -> list[str]:
        """Return the names of the installed providers in alphabetical order."""
        return plugins.names(self.entry_points)

    def load(self, name: str) -> Provider[OfNode, Made]:
        """
        Import a provider.

        :raises PluginError: none of that name is installed, or it is not a Provider.
        """
        provider = plugins.load(self.entry_points, name)
        if not isinstance(provider, Provider):
            raise plugins.PluginError(
                f'{name!r} in {self.entry_points}: must be a Provider, is {provider!r}'
            )
        return provider

    def make(self, name: str, settings: OfNode) -> Made:
        """
        Create the part of a provider.

        :raises PluginError: none of that name is installed.
        """
        return self.load(name).make(name, settings)


def groups(model: type[NodeSettings]) -> dict[str, ProviderGroup[Any, Any]]:
    """Return the groups that a node uses, by the settings that select from them."""
    return {
        name: group
        for name, field in model.model_fields.items()
        for group in field.metadata
        if isinstance(group, ProviderGroup)
    }


def installed(model: type[NodeSettings]) -> list[str]:
    """Return the names of the installed providers of a node."""
    return sorted({name for group in groups(model).values() for name in group.names()})


def chosen(model: type[NodeSettings], values: Mapping[str, Any]) -> list[str]:
    """Return the names of the installed providers that the settings of a node select."""
    return [
        name
        for field, group in groups(model).items()
        for name in group.names()
        if name == values[field] or (isinstance(values[field], list) and name in values[field])
    ]


def own_settings(model: type[NodeSettings], name: str) -> type[ProviderSettings] | None:
    """
    Return the model of the settings of an installed provider.

    :returns: None if it cannot be imported here; a node that uses it fails to configure.
    """
    for group in groups(model).values():
        if name in group.names():
            try:
                return group.load(name).settings
            except Exception:  # importing the module of another package may raise anything
                return None
    return None


def fields(model: type[NodeSettings], providers: Iterable[str] = ()) -> dict[str, FieldInfo]:
    """Return the fields of a node by name, followed by those of these providers."""
    found = dict(model.model_fields)
    for name in providers:
        if own := own_settings(model, name):
            found |= {f'{name}.{field}': info for field, info in own.model_fields.items()}
    return found
