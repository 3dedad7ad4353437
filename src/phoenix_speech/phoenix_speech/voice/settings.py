"""Settings of the voice node, and the group of its providers."""

from typing import Annotated

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_speech.voice.voice_provider import VoiceProvider

VOICES: ProviderGroup['VoiceSettings', VoiceProvider] = ProviderGroup('phoenix.voices')


class VoiceSettings(NodeSettings):
    """Settings of the voice node."""

    providers: Annotated[list[str], VOICES] = setting(
        ['piper', 'espeak_ng', 'flite'], 'The voices, best first: entry points of their group.'
    )
    sample_rate: int = setting(16000, 'Sample rate of the speech [Hz].', ge=8000)
    lead_s: float = setting(1.0, 'How far ahead of its playing speech is sent [s].', ge=0.1, le=10)
    cached_phrases: list[str] = setting(  # not an empty list, which ROS takes for one of bytes
        [''], 'Phrases synthesized in advance, so that they start at once.'
    )
