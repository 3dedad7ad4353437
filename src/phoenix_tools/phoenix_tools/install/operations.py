"""Installing a version, going over to it, and going back."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.install.generations import (
    Generation,
    Installed,
    InstallError,
    state_format,
)
from phoenix_tools.install.judgement import Probation, lost
from phoenix_tools.install.service import Service
from phoenix_tools.install.versions import Versions

STEADY_S = 25.0  # longer than one that hangs may be silent


@dataclass(frozen=True)
class Operations:
    """
    What is done to an installation; each ends with a toy that works, or raises InstallError.

    :param tell: gets a line for each step.
    :param patience_s: for a toy to come up.
    :param steady_s: so long it must stay so.
    """

    installed: Installed
    versions: Versions
    service: Service
    tell: Callable[[str], None]
    patience_s: float
    steady_s: float = STEADY_S

    def go_over_to(self, source: Path) -> Generation:
        """
        Install a version, the first or another one, with the state of the present one.

        The one that is installed already stays as it is: who was interrupted may ask again.
        """
        with self.installed.alone():
            self.installed.clear()
            current = self.installed.current
            with self._step(f'putting {source} in place'):
                version = self.versions.put(source)
            if current is not None and current.version == version:
                self.tell(f'{version.name} is what is installed already')
                return current
            return self._activate(version, current, current)

    def go_back(self) -> Generation:
        """Go back to the version before."""
        with self.installed.alone():
            current = self.installed.current
            before = current and self.installed.before(current)
            if current is None or before is None:
                raise InstallError('there is no version to go back to')
            same = _same_form(current.version, before.version)
            if not same:
                self.tell(
                    f'{before.version.name} cannot read what {current.version.name} has written: '
                    'it goes on with what was kept when it was left'
                )
            return self._activate(before.version, current, current if same else before)

    def _activate(
        self, version: Path, current: Generation | None, state_of: Generation | None
    ) -> Generation:
        """Try a version out with a copy of a state; stay with the current one if it fails."""
        status = None if current is None else self.service.status() or current.status
        with self._step('stopping the toy'):
            self.service.stop()
        try:
            made = self.installed.prepare(version, state_of)
            with self._step(f'starting {version.name}, for at most {self.patience_s:g} s'):
                probation = Probation(status, self.patience_s, self.steady_s)
                trial = self.service.try_out(made, probation)
            if trial.trouble:
                raise InstallError(f'{version.name} is not well: {trial.trouble}')
            if state_of is not None:
                self._check_kept(made, state_of)
            self.installed.make_current(made, trial.status)
        except BaseException as error:
            self._stay(current)
            if isinstance(error, InstallError | OSError):
                stays = f'{current.version.name} stays' if current else 'nothing is installed'
                raise InstallError(f'{error}; {stays}') from error
            raise
        self.service.settle(made)
        self.installed.clear()
        self.tell(f'{version.name}: {trial.status}, from now on')
        return made

    def _check_kept(self, made: Generation, state_of: Generation) -> None:
        """Refuse a version that cannot read what the toy keeps, however well it feels."""
        same = _same_form(made.version, state_of.version)
        if names := lost(state_of.state, made.state, same):
            raise InstallError(
                f'{made.version.name} has lost what the toy keeps ({", ".join(names)}); '
                'was that over just now, start the toy and try again'
            )

    def _stay(self, current: Generation | None) -> None:
        self.service.stop()  # what was tried out
        if current is not None:
            self.service.start()
        self.installed.clear()

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        self.tell(f'{title} ...')
        started = time.monotonic()
        yield
        self.tell(f'{title}: done in {time.monotonic() - started:.0f} s')


def _same_form(*versions: Path) -> bool:
    """Return whether these versions can read what each other has kept."""
    forms = {state_format(version) for version in versions}
    return len(forms) == 1 and None not in forms
