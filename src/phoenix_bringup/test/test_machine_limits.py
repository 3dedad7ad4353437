"""What is too little for the toy is said in one line, before anything is started."""

import resource
import subprocess
import sys

import pytest

from phoenix_bringup.machine_limits import (
    ENOUGH_TO_TRY,
    MB,
    NEEDS,
    MachineLimitError,
    MachineLimits,
    check,
)


@pytest.fixture
def limited(tmp_path):
    """Return the limits of a process in a control group with these files."""

    def make(own='0::/toy/phoenix\n', **files):
        (tmp_path / 'own').write_text(own)
        for name, text in files.items():
            path = tmp_path / name.replace('__', '/').replace('_max', '.max')
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return MachineLimits(tmp_path, tmp_path / 'own')

    return make


@pytest.mark.parametrize('layout', NEEDS)
def test_without_limits_nothing_is_scarce(limited, layout):
    limits = limited(toy__phoenix__memory_max='max\n', toy__phoenix__pids_max='max\n')
    assert check(layout, limits) == ''
    assert check(layout, limited(own='')) == ''


@pytest.mark.parametrize('megabytes', [600, 500])
def test_a_little_less_is_said_and_tried(limited, megabytes):
    limits = limited(toy__memory_max=f'{megabytes * MB}\n')  # of a group above
    assert check('composed', limits).startswith(
        f'layout composed needs 650 MB of memory, there are {megabytes} MB ('
    )


@pytest.mark.parametrize(
    ('files', 'said'),
    [
        ({'toy__phoenix__memory_max': str(400 * MB)}, 'needs 650 MB of memory, there are 400 MB'),
        ({'toy__phoenix__memory_max': '0'}, 'there are 0 MB'),
        ({'toy__phoenix__pids_max': '60'}, '110 of processes and threads, there are 60'),
    ],
)
def test_far_too_little_is_refused(limited, files, said):
    with pytest.raises(MachineLimitError, match=said):
        check('composed', limited(**files))


def test_control_groups_of_version_1(tmp_path):
    (tmp_path / 'own').write_text('9:memory:/toy\n3:cpu,cpuacct:/\n1:name=systemd:/\n')
    (tmp_path / 'memory' / 'toy').mkdir(parents=True)
    (tmp_path / 'memory' / 'toy' / 'memory.limit_in_bytes').write_text(f'{300 * MB}\n')
    with pytest.raises(MachineLimitError, match='300 MB'):
        check('composed', MachineLimits(tmp_path, tmp_path / 'own'))


def test_a_limit_of_the_shell():
    least = round(ENOUGH_TO_TRY * NEEDS['composed'].address_space_mb) - 1
    program = f"""
import resource
from phoenix_bringup.machine_limits import MachineLimitError, check
resource.setrlimit(resource.RLIMIT_AS, ({least * MB}, {resource.RLIM_INFINITY}))
try:
    check('composed')
except MachineLimitError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert f'there are {least} MB (ulimit -v)' in done.stdout, done.stderr
