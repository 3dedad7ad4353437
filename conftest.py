"""Fixtures that tests of several packages use."""

pytest_plugins = ['pulse_server']
