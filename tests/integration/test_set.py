"""`./phoenix set` beside a node that runs."""

import time

import pytest

from phoenix_core.testing import TestGraph
from phoenix_hw.leds.node import Leds
from phoenix_tools import command_line


@pytest.fixture
def set_(graph: TestGraph, monkeypatch, capfd):
    """Run the command on the graph of the test; return its exit code and what it prints."""
    monkeypatch.setenv('ROS_DOMAIN_ID', str(graph.domain))

    def run(*arguments: str) -> tuple[int, str]:
        code = command_line.run(['set', *arguments])
        told = capfd.readouterr()
        return code, told.out + told.err

    return run


def test_settings_of_a_running_node_are_listed_shown_and_changed(graph, set_):
    leds = graph.add(Leds)
    code, told = set_()
    assert code == 0
    assert 'leds.brightness  0.4  ' in told
    assert 'also of each node: log_level, work_limit_s' in told
    assert 'event_rules' not in told
    assert set_('leds.brightness', '1') == (0, 'leds.brightness: 0.4 -> 1.0\n')
    assert leds.settings.brightness == 1.0
    assert 'leds.brightness  1.0  ' in set_('leds.brightness')[1]
    code, told = set_('leds.brightness', '3')
    assert (code, leds.settings.brightness) == (1, 1.0)
    assert told.startswith('phoenix: leds.brightness: ')
    code, told = set_('leds.event_rules', 'off')
    assert (code, leds.settings.event_rules) == (1, 'enforce')


def test_without_a_toy_it_says_so(graph, set_, monkeypatch):
    monkeypatch.setattr('phoenix_tools.settings.set_command.FOUND_S', 0.1)
    code, told = set_('leds.brightness')
    assert (code, told) == (
        1,
        'phoenix: no toy /phoenix runs here, or not its leds; ./phoenix run\n',
    )


def test_a_refused_command_leaves_no_node_behind(graph, set_, monkeypatch):
    monkeypatch.setattr('phoenix_tools.settings.set_command.FOUND_S', 0.1)
    probe = graph.probe()
    assert set_('leds.brightness')[0] == 1
    limit_s = time.monotonic() + 10
    while 'settings' in probe.get_node_names():
        assert time.monotonic() < limit_s
        time.sleep(0.02)  # polls, because rclpy passes on no DDS event of a node's end
