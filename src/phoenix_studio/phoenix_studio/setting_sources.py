"""
Prints where the settings of all nodes come from, as JSON; a program of its own.

The classes of all nodes need much memory, which the studio does not keep.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from phoenix_core.settings import plugins, provider
from phoenix_core.settings.layers import resolve, variables
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.settings.plugins import NODES
from phoenix_core.settings.profile import Profile, load_profile


def sources(model: type[NodeSettings], node: str, profile: Profile) -> dict[str, Any]:
    """Return of each setting of a node its default, its value at the start, and its source."""
    resolved = resolve(model, node, profile).flat()
    from_environment = {name for _, name in variables(model, node, os.environ)}
    found = {}
    for name, field in provider.fields(model, provider.chosen(model, resolved)).items():
        default = field.get_default(call_default_factory=True)
        source = 'default'
        if name in from_environment:
            source = 'environment'
        elif name in profile.nodes.get(node, {}) or name in profile.toy:
            source = 'profile'
        found[name] = {'default': default, 'start': resolved.get(name, default), 'source': source}
    return found


def main() -> None:
    """Print the settings of all nodes; the argument is the profile, or empty."""
    path = sys.argv[1] if len(sys.argv) > 1 else ''
    names = plugins.names(NODES)
    profile = load_profile(Path(path), names) if path else Profile()
    models = {name: plugins.load(NODES, name).settings_class() for name in names}
    found = {name: sources(model, name, profile) for name, model in models.items()}
    print(json.dumps(found, default=str))


if __name__ == '__main__':
    main()
