"""Starts a generation and waits until it says that it is up, as a service manager would."""

import os
import pwd
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from phoenix_tools.install.generations import Generation
from phoenix_tools.install.judgement import Outcome, Probation

POLL_S = 0.1
END_S = 10.0  # for a clean end after SIGINT
SILENCE_S = 20.0  # as WatchdogSec of the service
SAID = 3  # last lines of a toy that did not come up


@dataclass
class Trial:
    """
    A start of a generation, for as long as it is watched; its process group ends with it.

    :param profile: with which it runs.
    :param user: who runs it; None: who runs this.
    :param silence_s: without a sign of life for that long, one that was up hangs.
    """

    generation: Generation
    profile: str
    user: str | None = None
    silence_s: float = SILENCE_S
    _process: subprocess.Popen[bytes] = field(init=False)

    def watch(self, probation: Probation) -> Outcome:
        """Return whether the toy came up in time, and stayed so for a while; then it has ended."""
        with (
            tempfile.TemporaryDirectory(prefix='phoenix-') as folder,
            tempfile.TemporaryFile() as output,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
        ):
            address = Path(folder) / 'notify'
            ear.bind(str(address))
            ear.settimeout(POLL_S)
            Path(folder).chmod(0o711)
            address.chmod(0o666)
            self._start(str(address), output.fileno())
            try:
                outcome = self._listen(ear, probation)
            finally:
                self._end()
            output.seek(0)
            said = deque(output.read().decode(errors='replace').splitlines(), SAID)
        if not outcome.trouble:
            return outcome
        trouble = re.sub(r'\s+', ' ', f'{outcome.trouble}; it said: {" / ".join(said)}')
        return Outcome(trouble, outcome.status)

    def _start(self, address: str, output: int) -> None:
        environ = {name: os.environ[name] for name in ('PATH', 'LANG') if name in os.environ}
        environ['HOME'] = str(self.generation.state)
        environ['XDG_STATE_HOME'] = str(self.generation.state)
        environ['ROS_LOG_DIR'] = str(self.generation.state / 'log')
        environ['NOTIFY_SOCKET'] = address
        account = pwd.getpwnam(self.user) if self.user else None
        self._process = subprocess.Popen(
            [str(self.generation.version / 'phoenix'), 'run', '--profile', self.profile],
            env=environ,
            cwd='/',
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=os.getgrouplist(self.user, account.pw_gid)
            if self.user and account
            else None,
        )

    def _listen(self, ear: socket.socket, probation: Probation) -> Outcome:
        """Wait for the word that it is up and no worse, then see that it stays so."""
        is_up = False
        lived = time.monotonic()
        status = 'it has said nothing'
        while True:
            try:
                lines = ear.recv(4096).decode(errors='replace').splitlines()
            except TimeoutError:
                lines = []
            now = time.monotonic()
            for line in lines:
                status = line.removeprefix('STATUS=') if line.startswith('STATUS=') else status
            if {'READY=1', 'WATCHDOG=1'} & set(lines):
                is_up, lived = True, now
            if self._process.poll() is not None:
                code = self._process.returncode
                return Outcome(f'it ended with exit code {code}', status)
            if is_up and now - lived >= self.silence_s:
                return Outcome(f'no sign of life for {self.silence_s:g} s', status)
            if outcome := probation.judge(status, is_up=is_up):
                return outcome

    def _end(self) -> None:
        for number in (signal.SIGINT, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(END_S)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()
