"""A profile that is made of choices: its sections, and its file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import NodeSettings, ToySettings, installed_config
from phoenix_core.settings.plugins import NODES
from phoenix_core.settings.profile import TOY, load_profile
from phoenix_core.storage.toy_file import replace_file
from phoenix_tools.settings.given_profile import check_profile

HEADER = """\
# Written by `./phoenix setup`; what can be in it: docs/settings.md.

"""


class MadeProfile:
    """The choices for a toy so far, by section."""

    def __init__(self) -> None:
        self._toy: dict[str, Any] = {}
        self._nodes: dict[str, dict[str, Any]] = {}
        self._of_pi = load_profile(installed_config() / 'pi.yaml', plugins.names(NODES)).nodes

    def set_toy(self, name: str, value: Any) -> None:
        """Choose a setting of the whole toy."""
        if value != ToySettings().model_dump()[name]:
            self._toy[name] = value

    def set(self, node: str, **values: Any) -> None:
        """Choose settings of a node."""
        model: type[NodeSettings] = plugins.load(NODES, node).settings_class()
        defaults = model().flat()
        news = {name: value for name, value in values.items() if value != defaults.get(name)}
        self._nodes.setdefault(node, {}).update(news)

    def set_provider(self, node: str, name: str, **own: Any) -> None:
        """Choose a part, wired as on the Pi of config/pi.yaml where that uses the same one."""
        wired = self._of_pi.get(node, {})
        self._nodes[node] = dict(wired) if wired.get('provider') == name else {'provider': name}
        self._nodes[node] |= {f'{name}.{key}': value for key, value in own.items()}

    def text(self) -> str:
        """Return the content of the file."""
        sections = {TOY: self._toy, **{f'{TOY}/{node}': own for node, own in self._nodes.items()}}
        content = {name: {'ros__parameters': own} for name, own in sections.items() if own}
        return HEADER + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)

    def check(self, path: Path) -> None:
        """
        Check that a toy starts with it, and that there is a place for the file.

        :raises SettingsError: it does not.
        :raises OSError: the file cannot be written.
        """
        tried = path.with_name(f'.{path.name}.tried')
        try:
            replace_file(tried, self.text())
            check_profile(str(tried))
        finally:
            tried.unlink(missing_ok=True)

    def write(self, path: Path) -> None:
        """
        Write the file.

        :raises OSError: it cannot be written.
        """
        replace_file(path, self.text())


def toy_setting(name: str, text: str) -> Any:
    """
    Return a setting of the whole toy from what was typed.

    :raises ValueError: it does not fit.
    """
    is_list = isinstance(ToySettings().model_dump()[name], list)
    value: Mapping[str, Any] = {
        name: [part.strip() for part in text.split(',')] if is_list else text
    }
    try:
        return ToySettings.model_validate(value).model_dump()[name]
    except ValidationError as error:
        problem = error.errors()[0]['msg']
        raise ValueError(f'{problem[0].lower()}{problem[1:]}, is {text!r}') from None
