"""Versions that are none, and what is installed of them."""

import contextlib
import shutil
import sqlite3
import sys
from pathlib import Path

from phoenix_tools.install.generations import Generation, Installed
from phoenix_tools.install.judgement import Probation
from phoenix_tools.install.operations import Operations
from phoenix_tools.install.service import Person
from phoenix_tools.install.versions import Versions

FAKE = Path(__file__).with_name('fake_toy.py')
KEPT = {'timers': '[eggs 7:00]', 'name': 'Mia', 'story': 'the dragon, page 3'}


class Toy:
    """An installation whose versions are scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.installed = Installed(folder / 'opt', folder / 'var')

    def source(self, name: str, behavior: str = 'works', form: int = 1, prepare: str = '') -> Path:
        """Make the checkout of a version."""
        source = self.folder / 'sources' / name
        (source / 'scripts').mkdir(parents=True)
        (source / 'scripts' / 'prepare_environment.py').write_text(prepare)
        (source / 'behavior').write_text(behavior)
        (source / 'name').write_text(name)
        shutil.copy(FAKE, source / 'phoenix')
        text = f'#!{sys.executable} -IS\n{FAKE.read_text()}'
        (source / 'phoenix').write_text(text)
        (source / 'phoenix').chmod(0o755)
        number = source / 'src/phoenix_core/phoenix_core/storage/state_format.py'
        number.parent.mkdir(parents=True)
        number.write_text(f'FORMAT = {form}\n')
        return source

    def operations(self, service=None, needed_mb=0, patience_s=20.0, steady_s=0.05) -> Operations:
        return Operations(
            self.installed,
            Versions(self.installed.versions, needed_mb),
            service or Person('sim'),
            self.told.append,
            patience_s=patience_s,
            steady_s=steady_s,
        )

    @property
    def current(self) -> Generation:
        found = self.installed.current
        assert found is not None
        return found

    @property
    def name(self) -> str:
        """The name of the version that runs from now on."""
        return (self.current.version / 'name').read_text()

    def keep(self, **values: str) -> None:
        """Let the toy keep values."""
        with contextlib.closing(sqlite3.connect(self.database)) as state, state:
            state.executemany('INSERT OR REPLACE INTO kept VALUES (?, ?)', values.items())

    @property
    def kept(self) -> dict[str, str]:
        with contextlib.closing(sqlite3.connect(self.database)) as state:
            return dict(state.execute('SELECT name, value FROM kept'))

    @property
    def database(self) -> Path:
        return self.current.state / 'phoenix' / 'phoenix.sqlite3'

    def starts(self) -> str:
        """Start it as a service does; return why it is not well."""
        return Person('sim').try_out(self.current, Probation(None, 20.0, 0.0)).trouble
