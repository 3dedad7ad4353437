"""Neighbors ask to take part, and a parent allows each by its name."""

from types import SimpleNamespace

from phoenix_core.limits.limits import STRICTEST, Limits
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.testing.graph import decide


def of(folder):
    return Neighbors.of({'XDG_STATE_HOME': str(folder)}, '/phoenix')


def test_who_asks_is_told_to_a_parent_also_by_another_process(tmp_path):
    of(tmp_path).ask('ros', 'gets words')
    neighbors = of(tmp_path)
    neighbors.ask('mcp', 'reads traces')
    neighbors.ask('mcp', 'reads all traces')
    assert of(tmp_path).asking == {'mcp': 'reads all traces', 'ros': 'gets words'}
    assert not neighbors.allows('ros') and not neighbors.allows('')


def test_a_yes_and_its_end_hold_at_once(tmp_path):
    neighbors = of(tmp_path)
    decide(tmp_path, Limits(neighbors=['ros']))
    assert neighbors.allows('ros') and not neighbors.allows('mcp')
    decide(tmp_path, Limits())
    assert not neighbors.allows('ros')


def test_a_part_that_passes_something_on_is_used_with_a_yes_alone(tmp_path):
    neighbors = of(tmp_path)
    assert neighbors.may_use(object()) and neighbors.may_use(SimpleNamespace(neighbor=''))
    far = SimpleNamespace(neighbor='wyoming:192.168.1.5:10300', about='hears')
    assert not neighbors.may_use(far)
    assert neighbors.asking == {far.neighbor: 'hears'}
    decide(tmp_path, Limits(neighbors=[far.neighbor]))
    assert neighbors.may_use(far)


def test_while_nothing_can_be_read_nobody_is_allowed(tmp_path):
    assert STRICTEST.neighbors == []
    folder = tmp_path / 'phoenix'
    folder.mkdir()
    (folder / 'phoenix.neighbors.json').write_text('{')
    neighbors = of(tmp_path)
    assert neighbors.asking == {}
    neighbors.ask('ros', 'gets words')
    assert of(tmp_path).asking == {'ros': 'gets words'}


def test_without_a_home_it_is_known_until_the_toy_ends():
    neighbors = Neighbors.of({}, '/phoenix')
    neighbors.ask('ros', 'gets words')
    assert neighbors.asking == {'ros': 'gets words'} and not neighbors.allows('ros')
