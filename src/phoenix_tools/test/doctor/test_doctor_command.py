"""What `phoenix doctor` gives to a program, and to who helps."""

import json
import tarfile

import pytest

from phoenix_tools import command_line
from phoenix_tools.doctor.bundle import Redaction

# Words that nothing else holds.
RARE = {
    'user': 'zyxommaful',
    'profile': 'quokkanest',
    'adult': 'Ermintrude',
    'key': 'sk-vexillophile',
    'namespace': 'borborygmus',
    'said': 'absquatulate',
    'address': '203.0.113.77',
    'kept': 'widdershins',
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A machine on which everything that is personal is rare; returns the profile."""
    home = tmp_path / RARE['user']
    logs = home / 'log'
    logs.mkdir(parents=True)
    (logs / 'a.log').write_text(
        f'[ERROR] [1795780565.1] [{RARE["namespace"]}.voice]: node_hung: {RARE["said"]}\n'
        f'[INFO] [1795780566.1] [{RARE["namespace"]}.voice]: {RARE["said"]}\n'
        f'[WARN] [1795780567.1] [{RARE["namespace"]}.leds]: {RARE["said"]} at {RARE["address"]}\n'
    )
    kept = home / 'state' / 'phoenix'
    kept.mkdir(mode=0o700, parents=True)
    (kept / f'{RARE["namespace"]}.sqlite3').write_text(RARE['kept'])
    profile = home / f'{RARE["profile"]}.yaml'
    profile.write_text(
        f'/**:\n  ros__parameters:\n    adults: [{RARE["adult"]}]\n'
        f'/**/microphone:\n  ros__parameters:\n    provider: portaudio\n'
        f'    portaudio: {{device: "Headset of {RARE["adult"]}"}}\n'
        '/**/leds:\n  ros__parameters:\n    brightness: 0.25\n'
    )
    monkeypatch.setenv('HOME', str(home))
    monkeypatch.setenv('USER', RARE['user'])
    monkeypatch.setenv('ROS_LOG_DIR', str(logs))
    monkeypatch.setenv('XDG_STATE_HOME', str(kept.parent))
    monkeypatch.setenv('PHOENIX_OPENAI_API_KEY', RARE['key'])
    return profile


def test_a_bundle_helps_and_tells_of_nobody(toy, tmp_path, capfd):
    file = tmp_path / 'bundle.tar.gz'
    command_line.run(
        [
            *('doctor', '--profile', str(toy), '--namespace', f'/{RARE["namespace"]}'),
            *('--bundle', str(file)),
        ]
    )
    told = capfd.readouterr()
    assert RARE['profile'] in told.out + told.err, 'the words are rare, but not unknown'
    with tarfile.open(file) as bundle:
        members = {one.name.partition('/')[2]: one for one in bundle.getmembers()}
        assert {(one.uname, one.mtime) for one in members.values()} == {('', 0)}
        texts = {
            name: bundle.extractfile(member).read().decode() for name, member in members.items()
        }
    everything = '\n'.join(texts.values()).lower()
    assert [word for word in RARE.values() if word.lower() in everything] == []
    assert json.loads(texts['settings.json'])['leds']['brightness'] == 0.25
    assert 'numpy' in json.loads(texts['versions.json'])
    findings = json.loads(texts['findings.json'])
    assert {'version', 'disk', 'clock', 'memory'} <= {one['subject'] for one in findings}
    counted = {(one['level'], one['code'], one['count']) for one in json.loads(texts['log.json'])}
    assert counted == {('ERROR', 'node_hung', 1), ('WARN', '', 1)}


def test_a_program_gets_each_finding_with_what_to_do(toy, capfd):
    code = command_line.run(['doctor', '--profile', str(toy), '--json'])
    told = json.loads(capfd.readouterr().out)
    assert set(told) == {'version', 'findings'}
    for finding in told['findings']:
        assert set(finding) == {'level', 'subject', 'text', 'remedy'}
        assert finding['level'] in ('ok', 'warning', 'fault')
        assert bool(finding['remedy']) == (finding['level'] != 'ok'), finding
    assert code == int(any(one['level'] == 'fault' for one in told['findings']))


def test_a_bundle_that_cannot_be_written_is_said_in_one_line(toy, tmp_path, capfd):
    file = tmp_path / 'gone' / 'bundle.tar.gz'
    assert command_line.run(['doctor', '--profile', str(toy), '--bundle', str(file)]) == 1
    assert capfd.readouterr().err == f'phoenix: {file}: No such file or directory\n'


@pytest.mark.parametrize(
    ('text', 'left'),
    [
        ('the page of Mia at 192.168.1.20:8765', 'the page of (removed) at (removed):8765'),
        ('listens on 127.0.0.1', 'listens on 127.0.0.1'),
        ("device 'Mia''s' is gone", 'device (removed)(removed) is gone'),
        ('de:ad:be:ef:00:01 and fe80::1:2:3:4', '(removed) and (removed)'),
        ('of MIA', 'of (removed)'),
        ('version 1.2.3', 'version 1.2.3'),
    ],
)
def test_what_is_taken_out(text, left):
    assert Redaction(['Mia', 'a', ''])(text) == left
