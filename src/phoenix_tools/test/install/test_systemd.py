"""What systemd is told while a generation is tried out; that it works, bench/service.py shows."""

import subprocess

import pytest
from installed_toy import Toy

from phoenix_tools.install import service
from phoenix_tools.install.generations import InstallError
from phoenix_tools.install.service import Systemd


class Systemctl:
    """Answers as systemctl does, and writes down what it was asked and what was in the drop-in."""

    def __init__(self, drop_in, start_code=0) -> None:
        self.calls: list[str] = []
        self.tried = ''
        self.status = 'all well'
        self._drop_in = drop_in
        self._start_code = start_code

    def __call__(self, *arguments: str) -> tuple[int, str]:
        self.calls.append(arguments[0])
        if arguments == ('start', 'phoenix.service'):
            self.tried = self._drop_in.read_text()
            return self._start_code, 'Job for phoenix.service failed.\n' * self._start_code
        if '--value' in arguments:
            return 0, f'{self.status}\n'
        if arguments[0] == 'show':
            return 0, 'Result=exit-code\nStatusText=hearing lost\nExecMainStatus=3\n'
        return 0, ''


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """Return what makes a service of a fake systemctl."""
    drop_in = tmp_path / 'run' / 'phoenix.service.d' / 'trial.conf'
    monkeypatch.setattr(service, 'DROP_IN', drop_in)
    monkeypatch.setattr(service, 'FILES', {})
    monkeypatch.setattr(subprocess, 'run', lambda *_, **__: None)  # of sysusers and udev

    def make(start_code=0):
        called = Systemctl(drop_in, start_code)
        return Systemd(called), called, drop_in

    return make


@pytest.fixture
def toy(tmp_path):
    """Two versions, of which the first is installed."""
    toy = Toy(tmp_path)
    toy.operations().go_over_to(toy.source('A'))
    return toy


def test_the_service_that_was_tried_out_goes_on_without_another_start(toy, systemd):
    source = toy.source('B')
    started, called, drop_in = systemd()
    toy.operations(started).go_over_to(source)
    assert called.calls.count('start') == 1
    assert called.calls.index('stop') < called.calls.index('start')
    generation = toy.current.folder
    assert f'XDG_STATE_HOME={generation}/state\n' in called.tried
    assert f'ExecStart=\nExecStart={generation}/version/phoenix run' in called.tried
    assert 'Restart=no' in called.tried
    assert not drop_in.exists(), 'from the next start on the unit alone counts'
    assert toy.name == 'B'


def test_the_service_that_stays_is_started_as_its_unit_says(toy, systemd):
    started, called, drop_in = systemd(start_code=1)
    with pytest.raises(InstallError, match=r'failed.*StatusText=hearing.*ExecMainStatus=3'):
        toy.operations(started).go_over_to(toy.source('B'))
    assert called.calls[-1] == 'start'
    assert called.calls.count('start') == 2
    assert not drop_in.exists()
    assert toy.name == 'A'


def test_a_service_that_works_less_well_goes_back(toy, systemd):
    _, called, drop_in = systemd()
    source = toy.source('B')
    call = called.__call__

    class WithoutEar(Systemd):
        def stop(self) -> None:
            called.status = 'hearing lost'
            super().stop()

    with pytest.raises(InstallError, match=r'after 0.1 s hearing lost; it was all well; 0-\w+ st'):
        toy.operations(WithoutEar(call), patience_s=0.1).go_over_to(source)
    assert called.calls[-1] == 'start'
    assert not drop_in.exists()
