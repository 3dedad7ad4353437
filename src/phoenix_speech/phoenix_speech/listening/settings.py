"""Settings of the listener node, and the group of its providers."""

from typing import Annotated

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_speech.listening.recognizer import Recognizer

RECOGNIZERS: ProviderGroup['ListenerSettings', Recognizer] = ProviderGroup('phoenix.recognizers')


class ListenerSettings(NodeSettings):
    """Settings of the listener node."""

    provider: Annotated[str, RECOGNIZERS] = setting(
        'moonshine', 'The recognizer: an entry point of its group.', machine=True
    )
    fallback: Annotated[str, RECOGNIZERS] = setting(
        '', 'The recognizer that is asked when that one fails; empty: none.', machine=True
    )
    second_opinion: Annotated[str, RECOGNIZERS] = setting(
        'whisper',
        'Asked when what was heard is no sentence of the intents; empty: none.',
        machine=True,
    )
    speech_threshold: float = setting(0.5, 'Voice activity that counts as speech.', gt=0, lt=1)
    silence_threshold: float = setting(0.35, 'Voice activity below is silence.', gt=0, lt=1)
    end_silence_s: float = setting(0.7, 'Silence that ends an utterance [s].', ge=0.1, le=5)
    whole_silence_s: float = setting(
        0.25, 'Silence that ends it after a whole sentence of the intents [s].', ge=0.1, le=5
    )
    open_silence_s: float = setting(
        1.25,
        'Silence that ends it in the middle of a sentence, or after a stray word [s].',
        ge=0.1,
        le=5,
    )
    enough_silence_s: float = setting(
        0.35,
        'Silence that ends it after a sentence of the intents that a longer one begins with [s].',
        ge=0.1,
        le=5,
    )
    patience_s: float = setting(
        0.0,
        'Least silence that ends anything but a whole sentence [s]; 1.25 suits young children.',
        ge=0,
        le=5,
    )
    lead_in_s: float = setting(0.3, 'Audio kept from before the first sound [s].', ge=0, le=2)
    no_speech_s: float = setting(6.0, 'How long to wait for the first word [s].', ge=1, le=60)
    max_utterance_s: float = setting(15.0, 'The longest utterance [s].', ge=1, le=60)
    partial_interval_s: float = setting(
        1.0, 'Time between partial transcripts [s]; 0: none.', ge=0, le=10
    )
