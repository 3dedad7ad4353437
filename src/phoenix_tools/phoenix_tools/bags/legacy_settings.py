"""Migrate the settings in old bags, from before providers had settings of their own."""

from collections.abc import Mapping
from typing import Any

NEW_NAMES = {('microphone', 'echo_gain'): 'simulated.echo_gain'}
WITH_PINS = {('sensors', 'pads'), ('sensors', 'buttons')}  # were NAME=PIN


def migrated(node: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recorded settings of a node under their present names."""
    return {
        NEW_NAMES.get((node, name), name): (
            [pair.partition('=')[0] for pair in value] if (node, name) in WITH_PINS else value
        )
        for name, value in settings.items()
    }
