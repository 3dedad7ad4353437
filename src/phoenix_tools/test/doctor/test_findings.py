"""What the doctor says of machines that are well, and of those that are not."""

import os
import socket
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from phoenix_core.node import discovery
from phoenix_tools.doctor import machine, network, parts, permissions
from phoenix_tools.doctor.finding import Level

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ('now', 'synchronized', 'level'),
    [
        (NOW, True, Level.OK),
        (NOW, None, Level.OK),
        (NOW, False, Level.WARNING),
        (datetime(1970, 1, 1, 0, 5, tzinfo=timezone.utc), True, Level.FAULT),
        (datetime(1970, 1, 1, 0, 5, tzinfo=timezone.utc), False, Level.FAULT),
    ],
)
def test_the_clock(now, synchronized, level):
    assert machine.clock(now, synchronized).level is level


def test_the_kernel_says_whether_its_clock_is_synchronized():
    assert machine.is_synchronized() in (True, False)


@pytest.mark.parametrize(
    ('megabytes', 'level'),
    [(100, Level.FAULT), (700, Level.WARNING), (4000, Level.OK)],
)
def test_memory(tmp_path, megabytes, level):
    meminfo = tmp_path / 'meminfo'
    meminfo.write_text(f'MemTotal: 8000000 kB\nMemAvailable: {megabytes * 1024} kB\n')
    main, shared = machine.memory(meminfo, tmp_path)
    assert main.level is level
    assert f'{megabytes} MB of 7812 MB' in main.text
    assert shared.level is Level.OK
    _, without = machine.memory(meminfo, tmp_path / 'gone')
    assert without.level is Level.WARNING


def test_a_disk_that_is_full(tmp_path):
    if os.geteuid() != 0:
        pytest.skip('mounting a tmpfs takes root')
    command = (
        'mount -t tmpfs -o size=30m tmpfs "$1" && exec "$2" -c "'
        'import sys; from pathlib import Path; from phoenix_tools.doctor import machine\n'
        'at = Path(sys.argv[1])\n'
        'for size in (0, 20_000_000):\n'
        "    (at / 'x').write_bytes(bytes(size))\n"
        "    print(*machine.disk({'logs': at / 'not' / 'yet'}))\n"
        '" "$1"'
    )
    shell = ['unshare', '--mount', 'sh', '-c', command, 'sh', str(tmp_path), sys.executable]
    told = subprocess.run(shell, capture_output=True, text=True, check=True).stdout.splitlines()
    assert 'WARNING' in told[0]
    assert 'FAULT' in told[1]
    assert f'du -x -h -d 2 {tmp_path}' in told[1]


@pytest.mark.parametrize(
    ('told', 'levels'),
    [
        ([], []),
        (['45000'], [Level.OK]),
        (['45000', '72000'], [Level.WARNING]),
        (['81000'], [Level.FAULT]),
    ],
)
def test_the_temperature(tmp_path, told, levels):
    for number, text in enumerate(told):
        zone = tmp_path / f'thermal_zone{number}'
        zone.mkdir()
        (zone / 'temp').write_text(f'{text}\n')
    assert [finding.level for finding in machine.temperature(tmp_path)] == levels


def test_a_port_of_another_program_and_one_of_the_toy():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        wanted = {'studio.port': port}
        (others,) = network.ports(wanted, [])
        (own,) = network.ports(wanted, [os.getpid()])
    (free,) = network.ports(wanted, [])
    assert (others.level, own.level, free.level) == (Level.WARNING, Level.OK, Level.OK)
    assert f'ss -tlnp sport = :{port}; or set PHOENIX_STUDIO_PORT to another' in others.remedy


@pytest.mark.parametrize('kind', [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_toy_that_can_be_reached_from_outside(kind):
    with socket.socket(type=kind) as opened:
        opened.bind(('', 0))
        if kind == socket.SOCK_STREAM:
            opened.listen()
        (found,) = network.exposure({}, [os.getpid()])
        assert found.level is Level.FAULT
        assert f':{opened.getsockname()[1]}' in found.text
    (found,) = network.exposure({}, [os.getpid()])
    assert found.level is Level.OK


@pytest.mark.parametrize(
    ('environ', 'level'),
    [
        ({}, Level.OK),
        ({discovery.RANGE: 'LOCALHOST'}, Level.OK),
        ({discovery.RANGE: 'SUBNET'}, Level.FAULT),
        ({discovery.RANGE: 'SYSTEM_DEFAULT'}, Level.FAULT),
        ({'ROS_STATIC_PEERS': '10.0.0.2'}, Level.WARNING),
    ],
)
def test_the_range_of_discovery(environ, level):
    assert next(network.exposure(environ, [])).level is level


def test_the_binding_of_this_very_command_is_no_exposure():
    environ: dict[str, str] = {}
    discovery.stay_private(environ)
    assert [finding.level for finding in network.exposure(environ, [])] == [Level.OK]


def test_what_the_toy_keeps_is_for_its_user_alone(tmp_path):
    folder = tmp_path / 'phoenix'
    folder.mkdir(mode=0o700)
    (folder / 'phoenix.mute').touch(0o600)
    assert [finding.level for finding in permissions.state(folder)] == [Level.OK]
    (folder / 'phoenix.mute').chmod(0o644)
    (found,) = permissions.state(folder)
    assert found.level is Level.FAULT
    assert str(folder / 'phoenix.mute') in found.text
    (nowhere,) = permissions.state(None)
    assert nowhere.level is Level.WARNING


def test_a_folder_that_cannot_be_written(tmp_path):
    if os.geteuid() != 0:
        pytest.skip('mounting a tmpfs takes root')
    command = (
        'mount -t tmpfs -o ro tmpfs "$1" && exec "$2" -c "'
        'import sys; from pathlib import Path; from phoenix_tools.doctor import permissions\n'
        "print(*permissions.state(Path(sys.argv[1]) / 'phoenix'))\n"
        '" "$1"'
    )
    shell = ['unshare', '--mount', 'sh', '-c', command, 'sh', str(tmp_path), sys.executable]
    told = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert 'FAULT' in told
    assert f'{tmp_path} cannot be written: nothing is kept' in told


@pytest.mark.parametrize(
    ('text', 'level', 'told'),
    [
        ('{}', Level.OK, 'are right'),
        ('/**/leds: {ros__parameters: {brightnes: 1.0}}', Level.FAULT, 'did you mean brightness?'),
        ('/**/led: {ros__parameters: {}}', Level.FAULT, 'did you mean leds?'),
    ],
)
def test_the_settings(tmp_path, text, level, told):
    profile = tmp_path / 'mine.yaml'
    profile.write_text(text)
    found, verdict = parts.settings(str(profile))
    assert (verdict.level, told in verdict.text) == (level, True)
    assert bool(found) == (level is Level.OK)


def test_the_ports_and_parts_of_a_profile():
    config = Path(__file__).parents[4] / 'config'
    found, _ = parts.settings(str(config / 'sim.yaml'))
    assert parts.ports(found) == {
        'studio.port': 8765,
        'telemetry.metrics_port': 9464,
        'foxglove.port': 8766,
        'home_assistant.port': 6053,
        'wyoming_server.port': 10700,
    }
    findings = list(parts.providers(found))
    assert {finding.level for finding in findings} == {Level.OK}
    assert 'microphone: simulated' in [finding.text for finding in findings]
    assert list(parts.sound(found)) == []


def test_a_provider_whose_library_is_missing(tmp_path, provide):
    provide('phoenix.voices', 'broken')
    profile = tmp_path / 'mine.yaml'
    profile.write_text('/**/voice: {ros__parameters: {providers: [broken]}}\n')
    found, _ = parts.settings(str(profile))
    told = [finding for finding in parts.providers(found) if finding.level is Level.FAULT]
    assert 'voice: broken cannot be loaded: ' in told[0].text
    assert 'espeak_ng' in told[0].remedy
