"""The profile that a command is given: which file it is, and whether it is right as a whole."""

import os
from pathlib import Path

from phoenix_core.settings import environment, plugins
from phoenix_core.settings.layers import resolve
from phoenix_core.settings.node_settings import NodeSettings, SettingsError, languages
from phoenix_core.settings.plugins import NODES
from phoenix_core.settings.profile import load_profile, suggestion


def given_profile(profile: str | None) -> dict[str, str]:
    """Return the launch argument for a profile: a name, or the path of a file."""
    if not profile:
        return {}
    own_file = '/' in profile or profile.endswith(('.yaml', '.yml'))
    return {'profile_file': str(Path(profile).resolve())} if own_file else {'profile': profile}


def check_profile(path: str) -> dict[str, NodeSettings]:
    """
    Check a whole profile, and the environment; return the settings of all nodes.

    :raises SettingsError: as the node concerned would.
    """
    names = plugins.names(NODES)
    environment.check(os.environ, names)
    profile = load_profile(Path(path), names)
    found = {}
    for name in names:
        settings = resolve(plugins.load(NODES, name).settings_class(), name, profile)
        found[name] = settings
        known = languages(settings.config_path)
        if settings.language not in known:
            raise SettingsError(
                f'language: no such language{suggestion(settings.language, known)}, is '
                f'{settings.language!r}; allowed: {", ".join(known)}; see {path} and '
                'PHOENIX_LANGUAGE'
            )
    return found
