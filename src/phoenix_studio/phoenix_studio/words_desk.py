"""The words of the toy: what stands where, what it makes of a sentence, and changes of them."""

import asyncio
import json
from collections import deque
from typing import Annotated, Any

from pydantic import Field

from phoenix_studio.companion import Companion
from phoenix_studio.form import Form, refused
from phoenix_studio.restart import NotOursError, NotWellError, Restart
from phoenix_studio.settings_desk import SettingsDesk
from phoenix_studio.word_files import WordFile, difference, problem, version, word_files

INTENT = 'intent'  # the node whose settings say which words there are
READERS = (INTENT, 'activities', 'conversation', 'voice', 'listener')  # of words, at their start
GIVEN = ('language', 'config_dir', 'country', 'adults')
TRIAL_S = 60.0  # reading the models takes some seconds, on a small machine longer
PAUSE_S = 120.0
MOST_UNDO = 50


class Sentence(Form):
    """A sentence to be tried."""

    text: Annotated[str, Field(min_length=1, max_length=1000, pattern=r'^[^\x00]+$')]


class WordsChange(Form):
    """Other words for a file; `version` is that of the words that were changed."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(max_length=500_000, pattern=r'^[^\x00]*$')]
    version: Annotated[str, Field(max_length=64)]


class Undoing(Form):
    """The newest change is to be taken back."""


class WordsDesk:
    """
    The words, as plain data.

    :param restart: lets the nodes read them anew.
    """

    def __init__(self, settings: SettingsDesk, restart: Restart) -> None:
        self._settings = settings
        self._restart = restart
        self._trials = Companion('phoenix_studio.sentence_trial', PAUSE_S)
        self._undo: deque[tuple[WordFile, str, str]] = deque(maxlen=MOST_UNDO)  # before, after
        self._applying = asyncio.Lock()

    async def end(self) -> None:
        """End the program that tries sentences."""
        await self._trials.end()

    async def words(self) -> dict[str, Any]:
        """
        Return all files with words of the language that the toy speaks, and what stands in them.

        :raises CallError: a node does not answer.
        """
        files = await self._files()
        plain = await asyncio.to_thread(lambda: [file.plain() for file in files])
        return {'files': plain, 'undo': self._undo[-1][0].name if self._undo else ''}

    async def try_out(self, sentence: Sentence) -> dict[str, Any]:
        """
        Return what the toy would understand, as the first sentence of a conversation.

        :raises CallError: the intent node, or the program that tries it, does not answer.
        """
        request = {'sentence': sentence.text, 'settings': await self._given()}
        answer = await self._trials.ask(json.dumps(request).encode(), TRIAL_S)
        found: dict[str, Any] = json.loads(answer)
        return found

    async def compare(self, change: WordsChange) -> dict[str, Any]:
        """
        Return what a change would change, or why it cannot be made.

        :raises CallError: a node does not answer.
        """
        file = await self._own(change.name)
        if file is None:
            return refused('it is not yours to change')
        before = await asyncio.to_thread(file.read)
        if why := await asyncio.to_thread(problem, file.name, change.text):
            return refused(why)
        return {'accepted': True, 'reason': '', 'difference': difference(before, change.text)}

    async def apply(self, change: WordsChange) -> dict[str, Any]:
        """
        Change a file, and let the toy read it; with words that it refuses all is as before.

        :raises CallError: a node does not answer.
        """
        async with self._applying:
            file = await self._own(change.name)
            if file is None:
                return refused('it is not yours to change')
            before = await asyncio.to_thread(file.read)
            if version(before) != change.version:
                return refused('it has been changed meanwhile')
            if why := await asyncio.to_thread(problem, file.name, change.text):
                return refused(why)
            outcome = await self._write(file, before, change.text)
            if outcome['accepted']:
                self._undo.append((file, before, change.text))
            return outcome

    async def undo(self, undoing: Undoing) -> dict[str, Any]:
        """Undo the newest change, and let the toy read that."""
        async with self._applying:
            if not self._undo:
                return refused('nothing was changed')
            file, before, after = self._undo[-1]
            if await asyncio.to_thread(file.read) != after:
                return refused('it has been changed meanwhile')
            outcome = await self._write(file, after, before)
            if outcome['accepted']:
                self._undo.pop()
            return outcome

    async def _write(self, file: WordFile, before: str, text: str) -> dict[str, Any]:
        """Write a file and restart the readers; write it back when they do not take it."""
        try:
            await asyncio.to_thread(file.write, text)
        except OSError as error:
            return refused(f'{file.path}: {error.strerror}')
        await self._trials.end()  # it has read the words of before
        try:
            await self._restart.restart(READERS)
        except NotOursError:
            return {'accepted': True, 'reason': '', 'applied': False}
        except NotWellError as error:
            await asyncio.to_thread(file.write, before)
            why = str(error)
        else:
            return {'accepted': True, 'reason': '', 'applied': True}
        try:
            await self._restart.restart(READERS)
        except NotWellError as error:
            why = f'{why}; then, with the words of before: {error}'
        return refused(why)

    async def _own(self, name: str) -> WordFile | None:
        return next((file for file in await self._files() if file.own and file.name == name), None)

    async def _files(self) -> list[WordFile]:
        given = await self._given()
        folders = {await self._settings.value(name, 'config_dir') for name in READERS}
        files = await asyncio.to_thread(word_files, given['language'], given['config_dir'])
        if len(folders) == 1:
            return files
        return [WordFile(file.name, file.path, locked=file.locked) for file in files]

    async def _given(self) -> dict[str, Any]:
        return {name: await self._settings.value(INTENT, name) for name in GIVEN}
