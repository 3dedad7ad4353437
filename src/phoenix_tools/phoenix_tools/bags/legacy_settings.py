"""Migrate the settings in old bags, from before providers had settings of their own."""

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


def migrated(node: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recorded settings of a node under their present names."""
    return {
        NEW_NAMES.get((node, name), name): (
            [pair.partition('=')[0] for pair in value] if (node, name) in WITH_PINS else value
        )
        for name, value in settings.items()
    }
