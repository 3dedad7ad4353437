"""The container: its description is right, it shuts the toy in, and it knows how the toy is."""

import shutil
import socket
import subprocess
import sys

import pytest
import yaml
from front_door import ROOT

DOCKER = ROOT / 'docker'


@pytest.mark.skipif(shutil.which('hadolint') is None, reason='needs hadolint, see requirements')
def test_hadolint_finds_nothing():
    told = subprocess.run(
        ['hadolint', DOCKER / 'Dockerfile'], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, '')


def test_the_toy_in_it_is_shut_in():
    toy = yaml.safe_load((DOCKER / 'compose.yaml').read_text())['services']['phoenix']
    assert toy['read_only']
    assert toy['network_mode'] == 'none'
    assert toy['cap_drop'] == ['ALL']
    assert toy['security_opt'] == ['no-new-privileges:true']
    assert not {'privileged', 'cap_add', 'ports', 'pid', 'ipc', 'user'} & set(toy)
    assert (ROOT / toy['build']['dockerfile']).is_file()
    assert toy['volumes'] == ['kept:/var/lib/phoenix']


def test_its_neighbors_reach_it_on_loopback_alone_and_only_on_request():
    services = yaml.safe_load((DOCKER / 'compose.yaml').read_text())['services']
    neighbors = [service for name, service in services.items() if name != 'phoenix']
    assert len(neighbors) == 2
    for service in neighbors:
        assert service['profiles']
        assert service['network_mode'] == 'service:phoenix'
        assert service['cap_drop'] == ['ALL']
        assert 'ports' not in service
        assert ':latest' not in service['image'] and ':' in service['image']
    scraped = services['prometheus']['volumes'][0].partition(':')[0]
    assert (DOCKER / scraped).is_file()


def test_the_image_stops_as_a_toy_does_and_names_what_is_in_it():
    lines = (DOCKER / 'Dockerfile').read_text().splitlines()
    assert 'VOLUME /var/lib/phoenix' in lines
    assert 'STOPSIGNAL SIGINT' in lines
    assert any('cyclonedx-py environment' in line for line in lines)


@pytest.mark.long
def test_the_health_check_knows_whether_the_toy_lives(phoenix, monkeypatch):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    monkeypatch.setenv('PHOENIX_TELEMETRY_METRICS_PORT', port)
    command = [sys.executable, str(DOCKER / 'healthy.py')]

    def ask():
        return subprocess.run(command, capture_output=True, text=True, check=False)

    before = ask()
    assert before.returncode == 1
    assert 'the toy does not answer' in before.stderr
    toy = phoenix('run')
    toy.wait_for('all well')
    while (told := ask()).returncode and 'no sign of life' in told.stderr:
        assert toy.process.poll() is None
    assert (told.returncode, told.stderr) == (0, '')
    assert toy.interrupt()[0] == 130
    assert ask().returncode == 1
