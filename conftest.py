"""Fixtures that tests of several packages use, and the choice of tests by their length."""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from phoenix_core.node import discovery
from phoenix_core.settings.provider import Provider
from phoenix_core.testing import keep_awake

discovery.stay_private()
# A toy that a test starts must neither know nor change what the toy of this user keeps; what it
# may keep is in a folder of the test.
os.environ['PHOENIX_ACTIVITIES_STATE_FILE'] = ''
# Nor does it do anything else in the evening than by day.
STATE_HOME = tempfile.TemporaryDirectory()
os.environ['XDG_STATE_HOME'] = STATE_HOME.name
keep_awake(Path(STATE_HOME.name))

pytest_plugins = ['pulse_server']


def pytest_addoption(parser: Any) -> None:
    """Add --all."""
    parser.addoption('--all', action='store_true', help='run the tests marked as long, too')


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave out the long tests unless --all asks for them."""
    config.long_tests = [item for item in items if item.get_closest_marker('long')]
    if not config.getoption('--all') and config.long_tests:
        config.hook.pytest_deselected(items=config.long_tests)
        items[:] = [item for item in items if item not in config.long_tests]


def pytest_report_collectionfinish(config: Any) -> str:
    """Say what was left out."""
    count = len(getattr(config, 'long_tests', []))  # there are none where collecting has failed
    return f'{count} long tests left out; --all runs them' if not config.getoption('--all') else ''


@pytest.fixture(autouse=True)
def _state_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the toys of each test begin unmuted, whatever those of other tests have kept."""
    folder = tmp_path_factory.mktemp('state')
    keep_awake(folder)
    monkeypatch.setenv('XDG_STATE_HOME', str(folder))


@pytest.fixture
def provide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: Any) -> Any:
    """
    Install names of the test's module as providers of a group, as other packages do.

    A class is made with the node's settings.
    """

    def install(group: str, *names: str) -> None:
        module, entries = request.module, [f'[{group}]']
        for name in names:
            attribute, made = name, getattr(module, name, None)
            if isinstance(made, type):
                attribute = f'{name}_as_provider'
                provider = Provider(partial(_made, made))
                monkeypatch.setattr(module, attribute, provider, raising=False)
            entries.append(f'{name} = {module.__name__}:{attribute}')
        package = tmp_path / 'phoenix_test-1.dist-info'
        package.mkdir()
        (package / 'METADATA').write_text('Name: phoenix-test\nVersion: 1\n')
        (package / 'entry_points.txt').write_text('\n'.join(entries))
        monkeypatch.syspath_prepend(tmp_path)

    return install


def _made(made: type, settings: Any, own: object) -> Any:
    return made(settings)
