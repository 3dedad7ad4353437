"""Versions come, fail, go back; whatever happens, one that works is there, with its state."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from installed_toy import KEPT, Toy

from phoenix_core.storage.state_format import FORMAT
from phoenix_tools.install.generations import InstallError, state_format
from phoenix_tools.install.judgement import Probation
from phoenix_tools.install.service import Person
from phoenix_tools.install.trial import Trial

FILLS_THE_DISK = """
import pathlib
(pathlib.Path(__file__).parent / 'wheel').write_bytes(bytes(2**30))
"""


@pytest.fixture
def empty(tmp_path) -> Toy:
    """Nothing is installed yet."""
    return Toy(tmp_path)


@pytest.fixture
def toy(empty) -> Toy:
    """Version A, which knows things."""
    empty.operations().go_over_to(empty.source('A'))
    empty.keep(**KEPT)
    return empty


def test_the_first_version_is_installed_and_starts(empty):
    empty.operations().go_over_to(empty.source('A'))
    assert empty.name == 'A'
    assert empty.starts() == ''
    assert empty.told[-1].endswith('all well, from now on')


@pytest.mark.parametrize('form', [1, 2])
def test_what_the_toy_knows_goes_along_to_the_next_version_and_back(toy, form):
    toy.operations().go_over_to(toy.source('B', form=form))
    assert (toy.name, toy.kept) == ('B', KEPT)
    toy.operations().go_back()
    assert (toy.name, toy.kept, toy.starts()) == ('A', KEPT, '')
    toy.operations().go_back()
    assert (toy.name, toy.kept, toy.starts()) == ('B', KEPT, '')


def test_what_was_told_since_goes_along_back_when_both_versions_can_read_it(toy):
    toy.operations().go_over_to(toy.source('B'))
    toy.keep(name='Mia and Tom')
    toy.operations().go_back()
    assert toy.kept == {**KEPT, 'name': 'Mia and Tom'}


def test_the_form_of_this_version_is_found_without_running_it():
    assert state_format(Path(__file__).parents[4]) == FORMAT


def test_back_to_a_version_that_cannot_read_it_what_was_kept_goes_on(toy):
    toy.operations().go_over_to(toy.source('B', form=2))
    toy.keep(name='Mia and Tom')
    for name, text in (('phoenix.mute', 'muted\n'), ('phoenix.parent.json', '{"new": 1}')):
        toy.database.with_name(name).write_text(text)
    toy.operations().go_back()
    assert (toy.kept, toy.starts()) == (KEPT, '')
    assert any('cannot read' in line for line in toy.told)
    # Nobody opens a microphone, or forgets a limit, by going back.
    assert toy.database.with_name('phoenix.mute').read_text() == 'muted\n'
    assert toy.database.with_name('phoenix.parent.json').read_text() == '{"new": 1}'


def test_the_copy_for_the_way_back_is_known_to_who_forgets(toy):
    first = toy.database
    toy.operations().go_over_to(toy.source('B'))
    index = toy.database.with_name('phoenix.elsewhere.json')
    assert json.loads(index.read_text())['states'] == [str(first)]
    assert index.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ('behavior', 'why'),
    [
        ('does not start', 'it ended with exit code 1; it said: a library is missing'),
        ('hangs', 'after 0.5 s not up, it has said nothing'),
        ('migrates wrongly', 'no such table: kept'),
        ('dies at once', 'it ended with exit code 1'),
        ('loses an ear', 'after 0.5 s hearing lost, speaking degraded; it was all well'),
    ],
)
def test_a_version_that_is_not_well_goes_back_by_itself(toy, behavior, why):
    source = toy.source('B', behavior, form=2)
    patience_s = 0.5 if '0.5 s' in why else 20.0
    with pytest.raises(InstallError, match=f'{why}.*-[0-9a-f]{{8}} stays'):
        toy.operations(patience_s=patience_s, steady_s=20.0).go_over_to(source)
    assert (toy.name, toy.kept, toy.starts()) == ('A', KEPT, '')
    assert len(list(toy.installed.versions.iterdir())) == 1, 'the broken one takes no room'


def test_one_that_hangs_after_it_has_come_up_is_not_well(toy):
    outcome = Trial(toy.current, 'sim', silence_s=0.2).watch(Probation(None, 20.0, 20.0))
    assert outcome.trouble.startswith('no sign of life for 0.2 s')


@pytest.mark.parametrize(
    ('behavior', 'form', 'why'),
    [
        ('forgets', 1, r'has lost what the toy keeps \(timers\); was that over just now, '),
        ('puts aside what it reads', 1, r'keeps \(name, story, timers\)'),
        ('puts aside what it reads', 2, r'keeps \(name, story, timers\)'),
    ],
)
def test_a_version_that_feels_well_but_has_lost_what_was_kept_goes_back(toy, behavior, form, why):
    with pytest.raises(InstallError, match=f'{why}.*-[0-9a-f]{{8}} stays'):
        toy.operations().go_over_to(toy.source('B', behavior, form=form))
    assert (toy.name, toy.kept, toy.starts()) == ('A', KEPT, '')


def test_what_is_kept_in_another_form_may_have_other_names(toy):
    toy.operations().go_over_to(toy.source('B', 'forgets', form=2))
    assert toy.name == 'B'


def test_a_toy_that_is_damaged_already_can_be_upgraded(toy):
    toy.database.write_bytes(b'this is no database')
    toy.operations().go_over_to(toy.source('B'))
    assert (toy.name, toy.kept) == ('B', {})


def test_a_toy_without_an_ear_can_be_upgraded_but_not_to_one_without_a_voice_as_well(empty):
    empty.operations().go_over_to(empty.source('A', 'has no ear'))
    assert empty.told[-1].endswith(': hearing lost, speaking degraded, from now on')
    empty.operations().go_over_to(empty.source('B', 'has a bad voice'))
    with pytest.raises(InstallError, match='hearing lost, speaking degraded; it was speaking deg'):
        empty.operations(patience_s=0.5).go_over_to(empty.source('C', 'has no ear'))
    assert empty.name == 'B'


def test_a_version_has_time_to_get_well(toy):
    toy.operations().go_over_to(toy.source('B', 'loses an ear at first'))
    assert (toy.name, toy.told[-1].partition(': ')[2]) == ('B', 'all well, from now on')


def test_one_that_cannot_be_prepared_does_not_even_stop_the_toy(toy):
    service = Recorder()
    with pytest.raises(InstallError, match='could not be prepared'):
        toy.operations(service).go_over_to(toy.source('B', prepare='raise SystemExit(1)'))
    assert service.called == []
    assert (toy.name, toy.kept, toy.starts()) == ('A', KEPT, '')


class Recorder(Person):
    """A service that writes down what it is told to do."""

    def __init__(self) -> None:
        super().__init__('sim')
        self.called: list[str] = []

    def stop(self) -> None:
        self.called.append('stop')

    def start(self) -> None:
        self.called.append('start')

    def settle(self, generation) -> None:
        self.called.append('settle')


def test_the_toy_that_stays_is_started_again(toy):
    service = Recorder()
    with pytest.raises(InstallError):
        toy.operations(service).go_over_to(toy.source('B', 'does not start'))
    assert service.called == ['stop', 'stop', 'start']


def test_somebody_who_interrupts_it_has_the_old_toy_again(toy):
    class Interrupted(Recorder):
        def try_out(self, generation, probation):
            raise KeyboardInterrupt

    service = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        toy.operations(service).go_over_to(toy.source('B'))
    assert service.called == ['stop', 'stop', 'start']
    assert (toy.name, toy.kept, toy.starts()) == ('A', KEPT, '')


def test_a_toy_that_was_removed_and_is_installed_again_knows_what_it_knew(toy):
    toy.operations().go_over_to(toy.source('B'))
    toy.keep(name='Mia and Tom')
    shutil.rmtree(toy.folder / 'opt')  # as the package does
    with pytest.raises(InstallError, match='nothing is installed'):
        toy.operations().go_over_to(toy.source('C', 'does not start'))
    toy.operations().go_over_to(toy.source('D'))
    assert toy.kept == {**KEPT, 'name': 'Mia and Tom'}
    assert len(list((toy.folder / 'var').iterdir())) == 1


def test_only_the_way_back_is_kept(toy):
    for name in 'BCD':
        toy.operations().go_over_to(toy.source(name))
    names = {(path / 'name').read_text() for path in toy.installed.versions.iterdir()}
    assert names == {'C', 'D'}
    assert len(list((toy.folder / 'var').iterdir())) == 2


def test_what_is_installed_is_not_installed_again(toy):
    """As dpkg asks for after a power cut that it has not written down before."""
    service = Recorder()
    before = toy.current
    toy.operations(service, needed_mb=99999999).go_over_to(toy.folder / 'sources' / 'A')
    assert (toy.current, service.called) == (before, [])
    assert toy.told[-1].endswith('is what is installed already')


def test_without_another_version_there_is_no_way_back(toy):
    with pytest.raises(InstallError, match='no version to go back to'):
        toy.operations().go_back()


def test_one_installation_at_a_time(toy):
    with toy.installed.alone(), pytest.raises(InstallError, match='is under way'):
        toy.operations().go_over_to(toy.source('B'))


def test_too_little_room_is_told_before_anything_is_done(toy):
    with pytest.raises(InstallError, match=r'99999999 MB of disk are needed in .*, \d+ MB are'):
        toy.operations(needed_mb=99999999).go_over_to(toy.source('B'))
    assert toy.name == 'A'


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB."""
    if os.geteuid() != 0:
        pytest.skip('a small disk is for root to mount')
    disk = tmp_path / 'disk'
    disk.mkdir()
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], check=True)
    yield disk
    subprocess.run(['umount', disk], check=True)


@pytest.mark.parametrize('full', ['while it is prepared', 'while the state is copied'])
def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_toy(small_disk, full):
    toy = Toy(small_disk)
    toy.operations().go_over_to(toy.source('A'))
    toy.keep(**KEPT)
    if full == 'while it is prepared':
        source = toy.source('B', prepare=FILLS_THE_DISK)
    else:
        source = toy.source('B')
        (toy.database.parent / 'story').write_bytes(bytes(5 * 2**20))
    with pytest.raises(InstallError):
        toy.operations().go_over_to(source)
    assert (toy.name, toy.kept, toy.starts()) == ('A', KEPT, '')
    assert len(list(toy.installed.versions.iterdir())) == 1
