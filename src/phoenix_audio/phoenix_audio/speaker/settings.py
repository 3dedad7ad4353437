"""Settings of the speaker node, and the group of its providers."""

from typing import Annotated

from phoenix_audio.speaker.provider import SpeakerDevice
from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup

SPEAKERS: ProviderGroup['SpeakerSettings', SpeakerDevice] = ProviderGroup('phoenix.speakers')


class SpeakerSettings(NodeSettings):
    """Settings of the speaker node."""

    provider: Annotated[str, SPEAKERS] = setting(
        'simulated', 'The device: an entry point of its group.', machine=True
    )
    sample_rate: int = setting(16000, 'The rate at which the voice sends [Hz].', ge=8000)
