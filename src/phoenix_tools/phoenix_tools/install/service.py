"""Who starts the toy: systemd, or on a machine without it a person."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.install import durable
from phoenix_tools.install.generations import Generation
from phoenix_tools.install.judgement import Outcome, Probation
from phoenix_tools.install.trial import Trial

UNIT = 'phoenix.service'
PACKAGED = Path('/lib/systemd/system') / UNIT
FILES = {
    'systemd/phoenix.service': Path('/etc/systemd/system') / UNIT,
    'sysusers/phoenix.conf': Path('/etc/sysusers.d/phoenix.conf'),
    'udev/60-phoenix.rules': Path('/etc/udev/rules.d/60-phoenix.rules'),
}
DROP_IN = Path(f'/run/systemd/system/{UNIT}.d/trial.conf')  # gone after a loss of power


class Service:
    """What starts the toy; as it stands here it is nobody, and all is left to a person."""

    def stop(self) -> None:
        """Stop the toy."""

    def start(self) -> None:
        """Start the toy of the current generation."""

    def status(self) -> str:
        """Return how the toy says that it is; empty if it does not run, or nobody knows."""
        return ''

    def try_out(self, generation: Generation, probation: Probation) -> Outcome:
        """Start a generation, which may not be worse than the one before."""
        raise NotImplementedError

    def settle(self, generation: Generation | None) -> None:
        """Go on with the generation that was tried out, if it is the current one now."""


class Systemd(Service):
    """
    The service of systemd: what is tried out is what goes on, without another start.

    :param call: runs systemctl and returns its exit code and what it prints.
    """

    def __init__(self, call: Callable[..., tuple[int, str]] | None = None) -> None:
        self._call = call or _systemctl

    def stop(self) -> None:
        """Stop the service."""
        self._call('stop', UNIT)

    def start(self) -> None:
        """Start the service with the current generation."""
        self.settle(None)
        self._call('reset-failed', UNIT)
        self._call('start', '--no-block', UNIT)

    def status(self) -> str:
        """Return what the service has told systemd, if it is up."""
        code, _ = self._call('is-active', UNIT)
        return self._call('show', '--value', '--property=StatusText', UNIT)[1].strip() * (not code)

    def try_out(self, generation: Generation, probation: Probation) -> Outcome:
        """Start the service with another generation."""
        DROP_IN.parent.mkdir(parents=True, exist_ok=True)
        DROP_IN.write_text(
            '[Service]\nRestart=no\n'
            f'TimeoutStartSec={probation.patience_s:g}\n'
            f'Environment=XDG_STATE_HOME={generation.folder / "state"}\n'
            f'ExecStart=\nExecStart={generation.folder}/version/phoenix run '
            '--profile ${PROFILE}\n'
        )
        self._call('daemon-reload')
        self._call('reset-failed', UNIT)
        code, said = self._call('start', UNIT)  # waits until the toy says that it is up
        while code == 0:
            if outcome := probation.judge(self.status()):
                return outcome
            time.sleep(min(1.0, probation.steady_s))
            code, said = self._call('is-active', UNIT)
        _, shown = self._call('show', '--property=Result,StatusText,ExecMainStatus', UNIT)
        why = f'{said.strip()} ({", ".join(shown.split())}); see journalctl --unit={UNIT}'
        return Outcome(why, '')

    def settle(self, generation: Generation | None) -> None:
        """Let the unit start the current generation from the next time on."""
        DROP_IN.unlink(missing_ok=True)
        if generation is not None:
            self.furnish(generation.version)
        self._call('daemon-reload')

    def furnish(self, version: Path) -> None:
        """Give the machine unit, user and rules of a version; a package has its own."""
        packaging = version / 'packaging'
        for source, target in FILES.items():
            if not PACKAGED.exists() and (packaging / source).is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                durable.write(target, (packaging / source).read_text())
        subprocess.run(['systemd-sysusers'], check=False)
        subprocess.run(['udevadm', 'control', '--reload'], check=False)


@dataclass(frozen=True)
class Person(Service):
    """
    No service: a generation is tried out and ended again; somebody starts the toy.

    Nobody stops it either: a toy that runs refuses the one that is tried out.

    :param profile: with which it is tried out.
    :param user: as whom; None: as who runs this.
    """

    profile: str
    user: str | None = None

    def try_out(self, generation: Generation, probation: Probation) -> Outcome:
        """Start a generation and end it."""
        return Trial(generation, self.profile, self.user).watch(probation)


def _systemctl(*arguments: str) -> tuple[int, str]:
    ended = subprocess.run(['systemctl', *arguments], capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr
