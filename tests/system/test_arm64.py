"""On arm64, as far as another machine can tell: the wheels install, models and logic work."""

import os
import shutil
import subprocess
import sys

import pytest
from front_door import ROOT

REGISTERED = '/proc/sys/fs/binfmt_misc/qemu-aarch64'


@pytest.mark.long
def test_the_wheels_install_and_the_logic_works(tmp_path):
    if os.geteuid() != 0 or not os.path.exists(REGISTERED):  # noqa: PTH110
        pytest.skip('needs root, and qemu-aarch64 of qemu-user-static in binfmt_misc')
    if shutil.which('debootstrap', path=f'{os.environ["PATH"]}:/usr/sbin') is None:
        pytest.skip('needs debootstrap')
    command = [sys.executable, ROOT / 'scripts' / 'arm64.py', '--root', tmp_path / 'debian']
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-5000:] + told.stderr[-2000:]
    assert 'living room light' in told.stdout
    assert 'passed' in told.stdout
