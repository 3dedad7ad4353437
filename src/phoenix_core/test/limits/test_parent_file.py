import json
import multiprocessing
import threading

import pytest

from phoenix_core.limits.limits import STRICTEST, Limits
from phoenix_core.limits.parent_file import ParentFile, RefusedError, WrongPinError
from phoenix_core.limits.pin import boot_time

QUIET = Limits(quiet_hours='18:00-08:00')


class Clock:
    """The time since a boot, as the test wants it."""

    def __init__(self):
        self.boot, self.at_s = 'first', 1000.0

    def __call__(self):
        return self.boot, self.at_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'phoenix' / 'phoenix.parent.json'


@pytest.fixture
def file(path, clock):
    file = ParentFile(path, clock)
    file.set_pin('', '4711')
    return file


def wrong(file, times):
    for _ in range(times):
        with pytest.raises(WrongPinError):
            file.set_limits('0000', QUIET)


def test_without_a_file_the_defaults_hold(path):
    file = ParentFile(path)
    assert (file.limits, file.problem, file.pin_set) == (Limits(), '', False)
    assert not path.parent.exists()
    assert ParentFile(None).limits == Limits()


def test_nothing_is_decided_without_a_pin(path):
    with pytest.raises(RefusedError, match='no PIN yet'):
        ParentFile(path).set_limits('', QUIET)
    with pytest.raises(RefusedError, match='HOME'):
        ParentFile(None).set_pin('', '4711')


@pytest.mark.parametrize('pin', ['', '123', '1234567890123', 'abcd', '12 34', '１２３４'])  # noqa: RUF001
def test_what_is_no_pin(path, pin):
    with pytest.raises(RefusedError, match='four to twelve digits'):
        ParentFile(path).set_pin('', pin)


def test_others_see_a_change_at_once(file, path):
    other = ParentFile(path)
    assert other.limits == Limits()
    file.set_limits('4711', QUIET)
    assert other.limits == file.limits == QUIET


def test_the_file_is_its_owners_alone_and_names_no_pin(file, path):
    file.set_limits('4711', QUIET)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert '4711' not in path.read_text()
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_another_pin_needs_the_one_before(file):
    with pytest.raises(WrongPinError):
        file.set_pin('', '2222')
    file.set_pin('4711', '2222')
    file.check('2222')
    with pytest.raises(WrongPinError):
        file.check('4711')


def test_from_the_third_wrong_pin_on_everybody_waits_twice_as_long_each_time(file, clock):
    wrong(file, 2)
    file.check('4711')  # which forgives
    wrong(file, 3)
    for wait_s in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        with pytest.raises(WrongPinError, match=f'try again in {wait_s} s'):
            file.check('4711')
        clock.at_s += wait_s - 1
        with pytest.raises(WrongPinError, match='try again in 1 s'):
            file.check('4711')
        clock.at_s += 1
        wrong(file, 1)
    clock.at_s += 3600
    file.check('4711')
    file.check('4711')


def test_a_restart_begins_the_wait_anew_and_no_clock_shortens_it(file, path, clock):
    wrong(file, 3)
    clock.boot, clock.at_s = 'second', 0.0
    again = ParentFile(path, clock)
    with pytest.raises(WrongPinError, match='try again in 30 s'):
        again.check('4711')
    clock.at_s = 30.0
    again.check('4711')


def test_the_clock_of_tries_is_that_of_the_machine_since_its_start():
    (boot, first_s), (same, second_s) = boot_time(), boot_time()
    assert boot == same != ''
    assert 0 < first_s <= second_s


def test_who_is_killed_while_a_pin_is_checked_has_tried(file, path, monkeypatch):
    def killed(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr('hashlib.scrypt', killed)
    with pytest.raises(KeyboardInterrupt):
        file.check('0000')
    assert json.loads(path.read_text())['tries']['wrong'] == 1


@pytest.mark.parametrize(
    'content',
    [b'', b'{', b'\xff', b'[]', b'{"limits": {"volume_ceiling": 900}}', b'{"new": 1}',
     b'{"limits": {"quiet_hours": 7}}'],
)  # fmt: skip
def test_a_damaged_file_means_the_strictest_limits(file, path, content):
    file.set_limits('4711', QUIET)
    path.write_bytes(content)
    assert file.limits == STRICTEST
    assert file.problem == f'{path}: is damaged'
    with pytest.raises(RefusedError, match='may delete it'):
        file.set_limits('4711', QUIET)
    with pytest.raises(RefusedError, match='may delete it'):
        file.set_pin('', '2222')
    path.unlink()
    assert file.limits == Limits()


def test_a_file_that_cannot_be_read_means_the_strictest_limits(path):
    path.mkdir(parents=True)
    assert ParentFile(path).limits == STRICTEST
    assert 'Is a directory' in ParentFile(path).problem


def test_a_file_that_others_may_write_means_the_strictest_limits(file, path):
    path.chmod(0o602)
    assert file.limits == STRICTEST
    path.chmod(0o600)
    assert file.limits == Limits()


def _guess(path, tries):
    for _ in range(tries):
        with pytest.raises(WrongPinError):
            ParentFile(path).check('0000')


def test_processes_that_try_at_once_are_all_counted(file, path):
    processes = [multiprocessing.Process(target=_guess, args=(path, 2)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert json.loads(path.read_text())['tries']['wrong'] == 3  # then everybody waits


def test_nothing_is_forgotten_while_somebody_writes(file):
    order = []

    def forget():
        file.forget('4711', lambda: order.append('removed'))

    with file.undisturbed():
        thread = threading.Thread(target=forget)
        thread.start()
        thread.join(0.3)
        order.append('written')
        assert file.forgotten == 0
    thread.join()
    assert order == ['written', 'removed']
    assert file.forgotten == 1
