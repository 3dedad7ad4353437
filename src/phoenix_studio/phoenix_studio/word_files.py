"""The files with words: which there are, and changes of those that are one's own."""

import difflib
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_core.settings.config_file import language_folders
from phoenix_core.settings.node_settings import installed_config
from phoenix_core.settings.yaml_file import YamlFileError, read_yaml
from phoenix_core.storage.toy_file import replace_file

SAFETY = 'safety'  # the folder of each language that no setting leads to


@dataclass(frozen=True)
class WordFile:
    """
    A file with words.

    :param name: relative to its folder.
    :param own: whether it may be changed: it lies in a configuration folder of the user's own.
    :param locked: whether it holds rules of safety.
    """

    name: str
    path: Path
    own: bool = False
    locked: bool = False

    def read(self) -> str:
        """Return what stands in it."""
        return self.path.read_text(encoding='utf-8', errors='replace')

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        text = self.read()
        return {
            'name': self.name,
            'path': str(self.path),
            'text': text,
            'version': version(text),
            'own': self.own,
            'locked': self.locked,
        }

    def write(self, text: str) -> None:
        """
        Replace what stands in it.

        :raises OSError: it is as it was.
        """
        replace_file(self.path, text)


def word_files(language: str, config_dir: str) -> list[WordFile]:
    """Return all files with words of a language: the toy's, those of packages, of safety."""
    config = Path(config_dir) if config_dir else installed_config()
    is_own = config.resolve() != installed_config().resolve()
    folder, *others = language_folders(config, language)
    found = [
        WordFile(name, path, own=is_own)
        for name, path in _yaml_files(folder)
        if Path(name).parts[0] != SAFETY
    ]
    found += [WordFile(*one) for other in others for one in _yaml_files(other)]
    safety = _yaml_files(installed_config() / language / SAFETY)
    return found + [WordFile(f'{SAFETY}/{name}', path, locked=True) for name, path in safety]


def version(text: str) -> str:
    """Return what tells a text from others."""
    return hashlib.sha256(text.encode()).hexdigest()


def difference(before: str, after: str) -> list[str]:
    """Return the lines that are gone and new, with some around them."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm='', n=2)
    return [line for line in lines if not line.startswith(('---', '+++'))]


def problem(name: str, text: str) -> str:
    """Return why a text is no YAML; empty: it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_text(text, encoding='utf-8')
        try:
            read_yaml(path)
        except YamlFileError as error:
            return str(error).replace(f'{folder}/', '')
    return ''


def _yaml_files(folder: Path) -> list[tuple[str, Path]]:
    return [
        (path.relative_to(folder).as_posix(), path) for path in sorted(folder.glob('**/*.yaml'))
    ]
