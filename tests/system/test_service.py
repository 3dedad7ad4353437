"""The systemd units: systemd understands them, and they shut the toy in."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from front_door import ROOT

UNITS = ROOT / 'packaging' / 'systemd'
pytestmark = pytest.mark.skipif(
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
    text = text.replace('/opt/phoenix/phoenix', '/bin/true').replace('User=phoenix', 'User=daemon')
    unit.write_text(text)
    return unit


def test_systemd_understands_the_service(service):
    assert 'phoenix.service' not in analyze('verify', service)


def test_the_service_has_a_network_memory_and_files_of_its_own(service):
    told = analyze('security', '--offline=true', '--threshold=20', service)
    score = float(re.search(r'exposure level for phoenix.service: ([\d.]+)', told)[1])
    assert score <= 2.0, told
    settings = service.read_text().splitlines()
    for setting in ('PrivateNetwork=yes', 'UMask=0077', 'TemporaryFileSystem=/dev/shm:mode=1777'):
        assert setting in settings


def test_with_a_language_model_elsewhere_it_keeps_a_network_of_its_own(service):
    drop_in = service.with_name('phoenix.service.d') / 'language-model.conf'
    drop_in.parent.mkdir()
    shutil.copy(UNITS / 'language-model.conf', drop_in)
    network = (UNITS / 'phoenix-network.service').read_text()
    network = re.sub(r'^(Exec\w+=)\S+', r'\1/bin/true', network, flags=re.MULTILINE)
    (service.parent / 'phoenix-network.service').write_text(network)
    assert 'phoenix' not in analyze('verify', service)
