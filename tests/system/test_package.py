"""The Debian package, built, looked at by lintian, and run by systemd in a Debian of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from front_door import ROOT

BUILD = ROOT / 'packaging' / 'build_deb.py'
SCRIPTS = ('phoenix', 'postinst', 'prerm', 'postrm')


@pytest.mark.skipif(shutil.which('shellcheck') is None, reason='needs the program shellcheck')
def test_the_scripts_of_the_package_have_no_mistakes():
    scripts = [ROOT / 'packaging' / 'debian' / name for name in SCRIPTS]
    told = subprocess.run(['shellcheck', *scripts], capture_output=True, text=True, check=False)
    assert told.stdout == ''


@pytest.fixture(scope='module')
def package(tmp_path_factory) -> Path:
    """Build the package; takes some minutes, 4 GB of disk, and the network."""
    missing = [
        name
        for name in ('lintian', 'debootstrap', 'systemd-nspawn')
        if shutil.which(name, path=f'{os.environ["PATH"]}:/usr/sbin') is None
    ]
    if missing:
        pytest.skip(f'needs {", ".join(missing)}')
    if os.geteuid() != 0:
        pytest.skip('a package is for root to build')
    folder = tmp_path_factory.mktemp('deb')
    subprocess.run([BUILD, '--output', folder], check=True)
    return next(folder.glob('*.deb'))


@pytest.mark.long
def test_lintian_finds_nothing(package):
    told = subprocess.run(
        ['lintian', '--fail-on', 'error,warning', package],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, '')


@pytest.mark.long
def test_it_is_installed_and_comes_back_however_it_is_killed(package, tmp_path):
    command = [sys.executable, ROOT / 'bench' / 'service.py', package, '--kills', '3']
    told = subprocess.run(
        [*command, '--root', tmp_path / 'debian'], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert 'all well, as user phoenix' in told.stdout
    assert '3 times back' in told.stdout
