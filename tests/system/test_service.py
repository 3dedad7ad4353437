"""The service: systemd understands its units, they shut the toy in, and it says how it is."""

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from front_door import ROOT

UNITS = ROOT / 'packaging' / 'systemd'
analyzed = pytest.mark.skipif(
    shutil.which('systemd-analyze') is None, reason='needs the program systemd-analyze'
)


def analyze(*arguments: object) -> str:
    told = subprocess.run(
        ['systemd-analyze', *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout + told.stderr


@pytest.fixture
def service(tmp_path) -> Path:
    """The unit, for a program and a user that are here."""
    text = (UNITS / 'phoenix.service').read_text()
    unit = tmp_path / 'phoenix.service'
    text = text.replace('/opt/phoenix/current/version/phoenix', '/bin/true').replace(
        'User=phoenix', 'User=daemon'
    )
    unit.write_text(text)
    return unit


@analyzed
def test_systemd_understands_the_service(service):
    assert 'phoenix.service' not in analyze('verify', service)


@analyzed
def test_the_service_has_a_network_memory_and_files_of_its_own(service):
    told = analyze('security', '--offline=true', '--threshold=20', service)
    score = float(re.search(r'exposure level for phoenix.service: ([\d.]+)', told)[1])
    assert score <= 2.0, told
    settings = service.read_text().splitlines()
    for setting in ('PrivateNetwork=yes', 'UMask=0077', 'TemporaryFileSystem=/dev/shm:mode=1777'):
        assert setting in settings


@analyzed
def test_with_a_language_model_elsewhere_it_keeps_a_network_of_its_own(service):
    drop_in = service.with_name('phoenix.service.d') / 'language-model.conf'
    drop_in.parent.mkdir()
    shutil.copy(UNITS / 'language-model.conf', drop_in)
    network = (UNITS / 'phoenix-network.service').read_text()
    network = re.sub(r'^(Exec\w+=)\S+', r'\1/bin/true', network, flags=re.MULTILINE)
    (service.parent / 'phoenix-network.service').write_text(network)
    assert 'phoenix' not in analyze('verify', service)


class Manager:
    """A service manager as the toy sees it."""

    def __init__(self, path: Path) -> None:
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(path))
        self.environ = {'NOTIFY_SOCKET': str(path), 'WATCHDOG_USEC': '20000000'}

    def hear(self, wanted: str, timeout_s: float = 60) -> list[str]:
        """Return what is said up to this line."""
        self.ear.settimeout(timeout_s)
        found: list[str] = []
        while wanted not in found:
            found.append(self.ear.recv(1000).decode())
        return found


@pytest.mark.long
def test_the_toy_tells_its_service_manager_how_it_is(phoenix, tmp_path):
    manager = Manager(tmp_path / 'notify')
    toy = phoenix('run', **manager.environ)
    told = manager.hear('READY=1')
    assert 'WATCHDOG=1' not in told
    assert 'STATUS=all well' in manager.hear('WATCHDOG=1')
    processes = toy.processes()
    supervisor = next(pid for pid, text in processes.items() if 'phoenix_core/supervisor' in text)
    for pid in processes:  # nobody else is to speak for it
        if pid != toy.process.pid:
            assert b'NOTIFY_SOCKET' not in Path(f'/proc/{pid}/environ').read_bytes()
    children = Path(f'/proc/{supervisor}/task/{supervisor}/children').read_text().split()
    watchdog = int(children[0])
    os.kill(watchdog, signal.SIGSTOP)  # else it would end the supervisor, and all were well again
    os.kill(supervisor, signal.SIGSTOP)
    manager.hear('STATUS=no sign of life of the supervisor')
    with pytest.raises(TimeoutError):
        manager.hear('WATCHDOG=1', timeout_s=1)
    os.kill(supervisor, signal.SIGKILL)
    os.kill(watchdog, signal.SIGKILL)
    manager.hear('STATUS=all well')
    manager.hear('WATCHDOG=1')
    assert toy.interrupt()[0] == 130
    manager.hear('STOPPING=1')
