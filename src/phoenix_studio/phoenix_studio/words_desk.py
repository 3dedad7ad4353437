"""The words of the toy: what stands in which file, and what it would understand of a sentence."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from phoenix_core.settings.config_file import language_folders
from phoenix_core.settings.node_settings import installed_config
from phoenix_studio.companion import Companion
from phoenix_studio.settings_desk import SettingsDesk

INTENT = 'intent'  # the node whose settings say which words there are
GIVEN = ('language', 'config_dir', 'country', 'adults')
SAFETY = 'safety'  # the folder that no setting leads to
TRIAL_S = 60.0  # reading the models takes some seconds, on a small machine longer
PAUSE_S = 120.0


class Sentence(BaseModel):
    """A sentence to be tried."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True)
    text: Annotated[str, Field(min_length=1, max_length=1000, pattern=r'^[^\x00]+$')]


class WordsDesk:
    """The words, as plain data."""

    def __init__(self, settings: SettingsDesk) -> None:
        self._settings = settings
        self._trials = Companion('phoenix_studio.sentence_trial', PAUSE_S)

    async def end(self) -> None:
        """End the program that tries sentences."""
        await self._trials.end()

    async def words(self) -> dict[str, Any]:
        """
        Return all files with words of the language that the toy speaks, and what stands in them.

        :raises CallError: the intent node does not answer.
        """
        given = await self._given()
        return await asyncio.to_thread(_words, given['language'], given['config_dir'])

    async def try_out(self, sentence: Sentence) -> dict[str, Any]:
        """
        Return what the toy would understand, as the first sentence of a conversation.

        :raises CallError: the intent node, or the program that tries it, does not answer.
        """
        request = {'sentence': sentence.text, 'settings': await self._given()}
        answer = await self._trials.ask(json.dumps(request).encode(), TRIAL_S)
        found: dict[str, Any] = json.loads(answer)
        return found

    async def _given(self) -> dict[str, Any]:
        return {name: await self._settings.value(INTENT, name) for name in GIVEN}


def _words(language: str, config_dir: str) -> dict[str, Any]:
    config = Path(config_dir) if config_dir else installed_config()
    own, *others = language_folders(config, language)
    safety = installed_config() / language / SAFETY
    files = [
        *_files(own, skip=SAFETY),
        *(file for folder in others for file in _files(folder)),
        *_files(safety, prefix=f'{SAFETY}/', locked=True),
    ]
    return {'language': language, 'folder': str(own), 'files': files}


def _files(
    folder: Path, *, prefix: str = '', skip: str = '', locked: bool = False
) -> list[dict[str, Any]]:
    """Return the files of a folder: name, path, text, and whether nobody may change it."""
    return [
        {
            'name': prefix + path.relative_to(folder).as_posix(),
            'path': str(path),
            'text': path.read_text(encoding='utf-8', errors='replace'),
            'locked': locked,
        }
        for path in sorted(folder.glob('**/*.yaml'))
        if not skip or path.relative_to(folder).parts[0] != skip
    ]
