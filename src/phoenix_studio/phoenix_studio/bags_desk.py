"""The recorded sessions in a folder: look at one, hear it, cut, redact, and replay it now."""

import asyncio
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from phoenix_studio.form import Form, refused
from phoenix_studio.programs import Outcome, run_module
from phoenix_studio.ros_calls import CallError

METADATA = 'metadata.yaml'
VIEW_S = 120.0
REPLAY_S = 600.0
PHOENIX = 'phoenix_tools.command_line'
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r'^[^\x00]+$')]
FreshName = Annotated[str, Field(pattern=r'^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$')]


class BagEdit(Form):
    """Another bag is to be made of one: an interval of it, or one without sound and words."""

    bag: Name
    how: Literal['cut', 'redact']
    to: FreshName
    start: Annotated[float, Field(ge=0)] = 0.0
    end: Annotated[float, Field(gt=0)] = 1e9


class BagReplay(Form):
    """A session is to be fed to the toy of today, whose answer may become the reference."""

    bag: Name
    accept: bool = False


class BagsDesk:
    """
    The recorded sessions, as plain data.

    :param folder: in which they lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._replaying = asyncio.Lock()  # one takes a core

    async def bags(self) -> dict[str, Any]:
        """List the sessions, the newest first."""
        return {'folder': str(self._folder), 'bags': await asyncio.to_thread(self._listed)}

    async def session(self, name: str) -> bytes:
        """
        Return the interactions of a session, as JSON.

        :raises CallError: there is no such session, or it is damaged.
        """
        return await self._view('session', name)

    async def picture(self, name: str) -> bytes:
        """
        Return a session as a drawing over time, as SVG.

        :raises CallError: as for `session`.
        """
        return await self._view('picture', name)

    async def sound(self, name: str) -> bytes:
        """
        Return what the microphone heard, as a WAV file.

        :raises CallError: as for `session`, or it holds no sound.
        """
        return await self._view('sound', name)

    async def edit(self, edit: BagEdit) -> dict[str, Any]:
        """
        Make another bag of one.

        :raises CallError: there is no such session.
        """
        target = self._folder / edit.to
        if target.exists():
            return refused(f'{edit.to} exists already')
        arguments = ['bags', edit.how, str(self._path(edit.bag)), str(target)]
        if edit.how == 'cut':
            arguments += ['--start', str(edit.start), '--end', str(edit.end)]
        done = await run_module(PHOENIX, arguments, VIEW_S)
        return {'accepted': done.well, 'reason': _reason(done)}

    async def replay(self, replay: BagReplay) -> dict[str, Any]:
        """
        Feed a session to the toy of today, and tell each difference.

        :raises CallError: there is no such session, or it takes too long.
        """
        arguments = ['replay', '--fast', str(self._path(replay.bag))]
        if replay.accept:
            arguments.append('--accept')
        async with self._replaying:
            done = await run_module(PHOENIX, arguments, REPLAY_S)
        lines = [*done.output.decode().splitlines(), *done.errors.splitlines()]
        return {'well': done.well, 'lines': lines}

    def _listed(self) -> list[dict[str, Any]]:
        found = []
        for file in self._folder.glob(f'**/{METADATA}'):
            size = sum(one.stat().st_size for one in file.parent.iterdir() if one.is_file())
            changed = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc)
            name = file.parent.relative_to(self._folder).as_posix()
            found.append({'name': name, 'size': size, 'changed': changed.timestamp()})
        return sorted(found, key=lambda one: (-float(one['changed']), str(one['name'])))

    def _path(self, name: str) -> Path:
        """Return the folder of a session of the list, and of no other."""
        path = (self._folder / name).resolve()
        inside = path.is_relative_to(self._folder.resolve())
        if not inside or not (path / METADATA).is_file():
            raise CallError('there is no such session')
        return path

    async def _view(self, what: str, name: str) -> bytes:
        done = await run_module('phoenix_studio.bag_view', [what, str(self._path(name))], VIEW_S)
        if not done.well:
            raise CallError(_reason(done))
        return done.output


def _reason(done: Outcome) -> str:
    lines = done.errors.strip().splitlines()
    return '' if done.well else (lines[-1] if lines else 'it failed')
