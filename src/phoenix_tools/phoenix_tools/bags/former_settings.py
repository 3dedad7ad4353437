"""Settings in old bags: what they were before providers had settings of their own."""

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
WITH_PINS = {('sensors', 'pads'), ('sensors', 'buttons')}  # were NAME=PIN


def of_today(node: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a node in a bag as they are named today."""
    return {
        NEW_NAMES.get((node, name), name): (
            [pair.partition('=')[0] for pair in value] if (node, name) in WITH_PINS else value
        )
        for name, value in settings.items()
    }
