"""A sound server without sound cards, to try PortAudio on."""

import contextlib
import ctypes.util
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

START_S = 15.0
NO_PORTAUDIO = ctypes.util.find_library('portaudio') is None
WHY_NO_PORTAUDIO = 'PortAudio is not installed (Debian: libportaudio2)'
# What is played into the sink `room` is heard by the source `ear`.
MODULES = (
    'module-null-sink sink_name=room rate=16000',
    'module-remap-source master=room.monitor source_name=ear',
    'module-native-protocol-unix auth-anonymous=1',  # last: who can connect finds the devices
)
COMMAND = ['pulseaudio', '-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1']
COMMAND += [word for module in MODULES for word in ('-L', module)]
ASOUNDRC = """
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


class PulseServer:
    """A private PulseAudio server with one room: a loudspeaker that one microphone hears."""

    def __init__(self, folder: Path) -> None:
        runtime = folder / 'run'
        runtime.mkdir(mode=0o700)
        (folder / '.asoundrc').write_text(ASOUNDRC)
        package = Path(__file__).parent.parent
        self.env = {
            **os.environ,
            'XDG_RUNTIME_DIR': str(runtime),
            'HOME': str(folder),
            'PULSE_SINK': 'room',
            'PULSE_SOURCE': 'ear',
            'PYTHONPATH': os.pathsep.join([str(package), *sys.path]),
        }
        self._log = folder / 'pulseaudio.log'
        self._address = runtime / 'pulse' / 'native'
        self.start()

    def start(self) -> None:
        """Start it, again after `stop`."""
        with self._log.open('a') as log:
            self._process = subprocess.Popen(COMMAND, env=self.env, stdout=log, stderr=log)
        self._wait_for(self._address)

    def _wait_for(self, address: Path) -> None:
        deadline_s = time.monotonic() + START_S
        while True:
            with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
                probe.connect(str(address))
                return
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                pytest.fail(f'pulseaudio does not start: {self._log.read_text()}')
            time.sleep(0.02)

    def run(self, scene: str) -> dict[str, Any]:
        """
        Run a scene of portaudio_scenes.py and return its measurements.

        In a process of its own, since PortAudio looks for sound servers once, when it starts.
        """
        command = [sys.executable, str(Path(__file__).with_name('portaudio_scenes.py')), scene]
        server = {'PULSE_PID': str(self._process.pid), 'PULSE_COMMAND': shlex.join(COMMAND)}
        done = subprocess.run(
            command, env={**self.env, **server}, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr[-3000:]
        measured = json.loads(done.stdout.splitlines()[-1])
        print(scene, measured)
        return measured

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()


def missing() -> str:
    """Say what a sound server needs and is not installed; empty if nothing."""
    if shutil.which('pulseaudio') is None:
        return 'pulseaudio is not installed (Debian: pulseaudio)'
    if NO_PORTAUDIO:
        return WHY_NO_PORTAUDIO
    if not list(Path('/usr/lib').glob('**/alsa-lib/libasound_module_pcm_pulse.so')):
        return 'ALSA has no plugin for PulseAudio (Debian: libasound2-plugins)'
    return ''


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[PulseServer]:
    """Start a sound server of this test's own, or skip the test where that cannot be."""
    if why := missing():
        pytest.skip(why)
    server = PulseServer(tmp_path)
    yield server
    server.stop()
