"""The `phoenix parent` command: show and change what a parent decides, and forget all."""

import argparse
import os
import sys
from datetime import datetime, timezone

from phoenix_activities.engine.gate import may_be_refused
from phoenix_activities.engine.installed import installed_activities
from phoenix_core.limits.announced import Announced
from phoenix_core.limits.limits import Limits, LimitsError
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.limits.parent_file import ParentFile, RefusedError, WrongPinError
from phoenix_core.limits.stored import Stored
from phoenix_core.settings.profile import suggestion
from phoenix_core.storage.toy_file import ToyFile
from phoenix_tools.parent.pin_entry import ask_pin

EXIT_WRONG_PIN = 3
ERRORS = (LimitsError, RefusedError, OSError)


def main(options: argparse.Namespace) -> int:
    """Do what was asked for; return 0, or 3 for a wrong PIN."""
    desk = ParentDesk(options.namespace)
    try:
        if options.action is None:
            desk.talk()
        elif options.action == 'set':
            desk.do(options.key, options.value)
        else:
            desk.do(options.action)
    except WrongPinError as error:
        print(f'phoenix: {error}', file=sys.stderr)
        return EXIT_WRONG_PIN
    return 0


class ParentDesk:
    """
    Where a parent decides about one toy.

    :param namespace: of the toy.
    """

    def __init__(self, namespace: str) -> None:
        self._file = ParentFile.of(os.environ, namespace)
        self._stored = Stored.of(os.environ, namespace)
        self._announced = Announced(ToyFile.ANNOUNCED.path(os.environ, namespace))
        self._neighbors = Neighbors.of(os.environ, namespace)

    def do(self, *words: str) -> None:
        """Do what a parent has typed: one of the actions, or change a limit, by key and value."""
        match words:
            case ['show']:
                self.show()
            case ['pin']:
                self.set_pin()
            case ['stored']:
                self.show_stored()
            case ['forget']:
                self.forget()
            case [key, value]:
                self.change(key, value)
            case _:
                print('a key and its value, as in: daily_minutes 60')

    def show(self) -> None:
        """Print the limits in force."""
        if self._file.problem:
            print(f'{self._file.problem}; the strictest limits are in force')
        for name, field in Limits.model_fields.items():
            print(f'{name:<21} {self._file.limits.as_text(name):<14} {field.description}')
        for server in self._announced.servers:
            print(f'what is said was sent to {server}')
        for name, what in self._neighbors.asking.items():
            allowed = 'is allowed' if self._neighbors.allows(name) else 'asks to be allowed'
            print(f'neighbor {name} {allowed}: {what}')
        print(f'in {self._file.path}; {"with" if self._file.pin_set else "no"} PIN')

    def change(self, key: str, value: str) -> None:
        """Change one limit."""
        limits = self._file.limits.changed(key, value)
        for name in limits.activities_off if key == 'activities_off' else ():
            known = [one.name for one in installed_activities() if may_be_refused(one)]
            if name not in known:
                raise LimitsError(
                    f'{key}: no activity that can be switched off{suggestion(name, known)}, '
                    f'is {name!r}; there are {", ".join(known)}'
                )
        self._need_pin()
        self._file.set_limits(ask_pin('PIN: '), limits)
        print(f'{key} is {limits.as_text(key)} now')

    def set_pin(self) -> None:
        """Set the first PIN, or another."""
        old = ask_pin('PIN until now: ') if self._file.pin_set else ''
        if old:
            self._file.check(old)
        new = ask_pin('new PIN, four to twelve digits: ')
        if ask_pin('once more: ') != new:
            raise RefusedError('these were two different ones; the PIN stays as it was')
        self._file.set_pin(old, new)
        print('the PIN is set')

    def show_stored(self) -> None:
        """Print what is stored on disk."""
        now = datetime.now(timezone.utc)
        for file in self._stored.files() if self._stored else []:
            age = f'{(now - file.changed).days} days'
            print(f'{file.size:>10} bytes  {age:>9} old  {file.path}')

    def forget(self) -> None:
        """Forget all, then search the disk and print what is left."""
        stored = self._stored
        if stored is None:
            raise RefusedError('nothing is stored: HOME or XDG_STATE_HOME would have to be set')
        self._need_pin()
        self._file.forget(ask_pin('PIN, to forget all: '), stored.remove)
        print('all is forgotten; what is left:')
        self.show_stored()

    def talk(self) -> None:
        """Show the limits, and change them until nothing more is typed."""
        self.show()
        while words := _typed('KEY VALUE, pin, stored, forget, or nothing: ').split(None, 1):
            try:
                self.do(*words)
            except ERRORS as error:
                print(error)

    def _need_pin(self) -> None:
        if not self._file.pin_set:
            print('there is no PIN yet: choose one')
            self.set_pin()


def _typed(question: str) -> str:
    try:
        return input(question)
    except EOFError:
        return ''
