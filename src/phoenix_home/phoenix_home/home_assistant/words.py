"""What the toy says for the house, and by which words it knows that the house has no answer."""

import re
from pathlib import Path

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config


class HouseWords(FileModel):
    """
    The file house.yaml of a language.

    :param done: said when the house has done something and has no words for it.
    :param declines: what the house says when it has not understood.
    """

    done: str = Field(min_length=1)
    declines: list[str] = Field(min_length=1)

    @classmethod
    def load(cls, folder: Path) -> 'HouseWords':
        """
        Read the words of a language.

        :raises ConfigFileError: the file is refused.
        """
        return load_config(folder / 'house.yaml', cls)

    def declined(self, text: str) -> bool:
        """Return whether the house leaves a question to the toy."""
        return _plain(text) in map(_plain, self.declines)


def _plain(text: str) -> str:
    return ' '.join(re.findall(r"[\w']+", text.lower().replace('’', "'")))  # noqa: RUF001
