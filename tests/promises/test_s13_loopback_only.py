"""S13: the toy is bound to the loopback interface, and a private one shuts other users out."""

import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

import pytest
from front_door import Phoenix
from layouts import COMPOSED_FIRST
from sockets import local_addresses

LISTENER = [sys.executable, str(Path(__file__).with_name('listener.py'))]
# Another user, who even may read every file: else, this test's Python is not for him everywhere.
STRANGER = (
    *('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'),
    *('--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'),
)
CAN_ISOLATE = os.geteuid() == 0 and not subprocess.call(
    ['unshare', '--net', '--mount', *STRANGER, 'true'], stderr=subprocess.DEVNULL
)
isolated = pytest.mark.skipif(not CAN_ISOLATE, reason='needs root, namespaces and setpriv')


def listen(toy: Phoenix, text: str, *before: str, until: Collection[str] = ()) -> dict:
    """
    Return what somebody sees, hears and gets done with the toy's software and domain.

    :param until: topics that are waited for.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        told = subprocess.run(
            [*before, *LISTENER, text, *until],
            env={**os.environ, 'ROS_DOMAIN_ID': str(toy.domain), 'ROS_LOG_DIR': folder},
            capture_output=True,
            text=True,
            check=False,
        )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def pid_of(toy: Phoenix, text: str) -> int:
    return next(number for number, command in toy.processes().items() if text in command)


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_s13_every_socket_of_the_toy_is_on_loopback(phoenix, layout):
    toy = phoenix('run', '--layout', layout)
    toy.wait_for('all well')
    found = local_addresses(toy.processes())
    assert '127.0.0.1' in found['udp']
    # Discovery is multicast: to the loopback interface alone, see S5.
    assert set().union(*found.values()) <= {'127.0.0.1', '239.255.0.1'}, found


@pytest.mark.long
@isolated
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_s13_another_user_hears_sees_and_says_nothing(phoenix, layout):
    toy = phoenix('run', '--private', '--layout', layout, '--show-words')
    toy.wait_for('all well')
    outside = listen(toy, 'I am outside', *STRANGER)
    assert outside == {'nodes': [], 'heard': [], 'taken': False, 'said': False}
    # The same listener inside, as only root or the toy's user can be: this is what is shut out.
    inside = ['nsenter', '--target', str(pid_of(toy, '__node:=supervisor')), '--net', '--mount']
    shut_out = {'audio/input', 'system/node_status'}
    joined = listen(toy, 'I am inside', *inside, until=shut_out)
    assert {'microphone', 'voice', 'activities'} <= set(joined['nodes'])
    assert shut_out <= set(joined['heard'])
    assert joined['taken']
    assert joined['said']
    toy.interrupt()
    assert 'I am outside' not in toy.output


@pytest.mark.long
@isolated
def test_s13_another_user_cannot_enter_or_look_into_the_toy(phoenix, tmp_path):
    toy = phoenix(
        'run', '--private', before=['env', f'HOME={tmp_path}', f'ROS_LOG_DIR={tmp_path}/log'],
        XDG_STATE_HOME=str(tmp_path / 'state'), PHOENIX_ACTIVITIES_STATE_FILE='auto',
    )  # fmt: skip
    toy.wait_for('all well')
    pid = pid_of(toy, '__node:=supervisor')
    for attempt in (
        ['nsenter', '--target', str(pid), '--net', '--mount', 'true'],
        ['cat', f'/proc/{pid}/environ'],
        ['ls', f'/proc/{pid}/fd'],
        ['ls', f'/proc/{pid}/root/dev/shm'],
    ):
        tried = subprocess.run([*STRANGER[:4], *attempt], capture_output=True, check=False)
        assert tried.returncode != 0, attempt
    assert stat.S_IMODE(Path(f'/proc/{pid}/root/dev/shm').stat().st_mode) == 0o700
    toy.interrupt()
    modes = {
        path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob('*') if path.is_file()
    }
    assert modes
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_s13_secrets_are_given_to_those_who_use_them_alone(phoenix, layout):
    users = {'sesame-open-4711': 'conversation', 'sesame-open-4712': 'telemetry'}
    key, headers = users
    toy = phoenix(
        *('run', '--layout', layout),
        OPENAI_API_KEY=key,
        OTEL_EXPORTER_OTLP_HEADERS=f'api-key={headers}',
    )
    toy.wait_for('all well')
    if layout == 'composed':  # all in one; a process has the name of the last of its nodes
        users = dict.fromkeys(users, 'microphone')
    for secret, user in users.items():
        holders = set()
        for pid, command in toy.processes().items():
            assert secret not in command
            if secret in Path(f'/proc/{pid}/environ').read_text():
                holders.add(re.split(r'[ /]', command.partition(' --ros-args')[0].strip())[-1])
        assert secret not in toy.output
        # The runner is what the secret was given to.
        assert {name for name in holders if name not in ('run', layout)} == {user}
