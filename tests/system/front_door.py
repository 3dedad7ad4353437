"""Runs ./phoenix as a person would, and finds what it leaves behind."""

import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAIT_S = 120.0  # a toy that has not said something by then will not say it
END_S = 2.0  # Ctrl-C must have ended everything by then


class Phoenix:
    """One start of ./phoenix, in a process group of its own."""

    def __init__(
        self, domain: int, *arguments: str, before: Sequence[str] = (), **environment: str
    ) -> None:
        self.domain = domain
        self.mark = f'TEST_OF_PHOENIX={uuid.uuid4().hex}'
        name, value = self.mark.split('=')
        self.process = subprocess.Popen(
            [*before, str(ROOT / 'phoenix'), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                'ROS_DOMAIN_ID': str(domain),
                'PHOENIX_ACTIVITIES_STATE_FILE': '',  # not that of this user's toy
                name: value,
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ''

    def wait_for(self, text: str) -> None:
        """Read on until a line with this text; fails when the toy ends before, or in WAIT_S."""
        assert self.process.stdout is not None
        limit = threading.Timer(WAIT_S, self.kill)  # which ends the output
        limit.start()
        try:
            for line in self.process.stdout:
                self.output += line
                if text in line:
                    return
        finally:
            limit.cancel()
        raise AssertionError(f'ended without {text!r}:\n{self.output}')

    def wait_for_all(self, *texts: str) -> None:
        """Read on until each of these texts has come since the start, in whatever order."""
        for text in texts:
            if text not in self.output:
                self.wait_for(text)

    def wait_for_process(self, text: str) -> None:
        """Wait until a process of this start has this text in its command line."""
        while not any(text in command for command in self.left_behind()):
            assert self.process.poll() is None, self.output

    def end(self, timeout_s: float = 120) -> int:
        """Wait for the end and return the exit code, as a shell would see it."""
        rest, _ = self.process.communicate(timeout=timeout_s)
        self.output += rest
        code = self.process.returncode
        return code if code >= 0 else 128 - code

    def interrupt(self) -> tuple[int, float]:
        """Press Ctrl-C; return the exit code and how long the end took."""
        started = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.end(timeout_s=20)
        return code, time.monotonic() - started

    def left_behind(self, within_s: float = 0.0) -> list[str]:
        """List the processes, of all that this start has started, that run on after a time."""
        until_s = time.monotonic() + within_s
        while (left := list(self.processes().values())) and time.monotonic() < until_s:
            time.sleep(0.05)
        return left

    def kill_process(self, text: str) -> None:
        """Kill at once the process of this start that has this text in its command line."""
        found = [number for number, command in self.processes().items() if text in command]
        assert len(found) == 1, self.processes()
        os.kill(found[0], signal.SIGKILL)

    def processes(self) -> dict[int, str]:
        """Return the command lines of all that this start has started, by process id."""
        found = {}
        for folder in Path('/proc').glob('[0-9]*'):
            try:
                if self.mark.encode() in (folder / 'environ').read_bytes().split(b'\0'):
                    command = (folder / 'cmdline').read_text().replace('\0', ' ')
                    found[int(folder.name)] = command
            except OSError:  # it has just ended, or is another user's
                continue
        return found

    def kill(self) -> None:
        """End it whatever it takes."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
