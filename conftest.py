"""Fixtures that tests of several packages use, and the choice of tests by their length."""

import os
from typing import Any

from phoenix_core.node import discovery

discovery.stay_private()
# A toy that a test starts must neither know nor change what the toy of this user keeps.
os.environ['PHOENIX_ACTIVITIES_STATE_FILE'] = ''
# Nor does it do anything else in the evening than by day.
os.environ['PHOENIX_ACTIVITIES_QUIET_HOURS'] = ''

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
