"""Who replies: the persona of config/<language>/persona.yaml."""

from pathlib import Path

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.conversation.chat_tools import Tool


class FactTemplates(FileModel):
    """Lines of the prompt, with the {value} of what the toy was told, and the {thing}."""

    child_name: str = Field(min_length=1)
    favorite: str = Field(min_length=1)


class Persona(FileModel):
    """Who replies, and how much."""

    name: str = Field(min_length=1)
    instructions: str = Field(min_length=1)  # the system prompt
    known: FactTemplates  # what the toy was told before, at the end of the prompt
    tools: dict[str, Tool] = {}
    leaves_house: str = Field(min_length=1)  # said before words go to a server elsewhere
    broken_off: str = Field(min_length=1)  # said when a reply breaks off
    reply_sentences: int = Field(ge=1, le=20)
    sentence_characters: int = Field(ge=50, le=1000)  # a longer sentence is rubbish
    history_turns: int = Field(ge=1, le=100)
    history_characters: int = Field(ge=0, le=100_000)

    @staticmethod
    def load(path: Path) -> 'Persona':
        """
        Read persona.yaml.

        :raises ConfigFileError: there is a mistake in it.
        """
        return load_config(path, Persona)
