"""Settings of the microphone node, and the group of its providers."""

from typing import Annotated

from phoenix_audio.microphone.provider import MicrophoneDevice
from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup

MICROPHONES: ProviderGroup['MicrophoneSettings', MicrophoneDevice] = ProviderGroup(
    'phoenix.microphones'
)


class MicrophoneSettings(NodeSettings):
    """Settings of the microphone node."""

    provider: Annotated[str, MICROPHONES] = setting(
        'simulated', 'The device: an entry point of its group.', machine=True
    )
    sample_rate: int = setting(16000, 'Of the frames [Hz]; the recognizers want 16000.', ge=8000)
    frame_samples: int = setting(640, 'Samples per frame.', ge=80, le=16000)
    echo_cancellation: bool = setting(True, 'Removes what the toy plays from what it hears.')
    deaf_s: float = setting(
        3.0, 'A device without any sound for so long is opened again [s].', ge=0.5, le=60
    )
    retry_s: float = setting(1.0, 'First pause before that; doubles [s].', ge=0.05, le=60)
    retry_max_s: float = setting(10.0, 'Longest pause before that [s].', ge=1, le=600)
