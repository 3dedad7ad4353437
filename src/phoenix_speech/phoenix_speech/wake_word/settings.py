"""Settings of the wake word node, and the group of its providers."""

from typing import Annotated

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_speech.wake_word.engine import WakeWordEngine

WAKE_WORD_ENGINES: ProviderGroup['WakeWordSettings', WakeWordEngine] = ProviderGroup(
    'phoenix.wake_word_engines'
)


class WakeWordSettings(NodeSettings):
    """Settings of the wake word node."""

    provider: Annotated[str, WAKE_WORD_ENGINES] = setting(
        'microwakeword', 'The engine: an entry point of its group.', machine=True
    )
    fallback: Annotated[str, WAKE_WORD_ENGINES] = setting(
        'microwakeword',
        'The engine that hears while a provider outside of the toy does not.',
        machine=True,
    )
    models: list[str] = setting(
        ['hey_jarvis'], 'Names of models that the engine brings, or paths of others.'
    )
    threshold: float = setting(0.5, 'Score from which on a step counts.', runtime=True, ge=0, le=1)
    patience: int = setting(2, 'Steps in a row that must count.', runtime=True, ge=1, le=20)
    refractory_s: float = setting(
        2.0, 'Deaf for so long after a detection [s].', runtime=True, ge=0, le=30
    )
