"""Settings in old bags: how they were named before providers had settings of their own."""

from collections.abc import Mapping
from typing import Any

NEW_NAMES = {
    ('conversation', 'base_url'): 'openai.base_url',
    ('conversation', 'model'): 'openai.model',
    ('listener', 'model'): 'moonshine.model',
    ('microphone', 'device'): 'portaudio.device',
    ('microphone', 'echo_gain'): 'simulated.echo_gain',
    ('microphone', 'file'): 'simulated.file',
    ('speaker', 'device'): 'portaudio.device',
    ('speaker', 'file'): 'simulated.file',
    ('voice', 'model'): 'piper.model',
}


def renamed(node: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a node in a bag by the names they have today."""
    return {NEW_NAMES.get((node, name), name): value for name, value in settings.items()}
