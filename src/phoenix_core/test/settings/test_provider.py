"""Providers and their own settings: in profile, environment and as ROS parameters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.parameter import Parameter

from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.layers import resolve
from phoenix_core.settings.node_settings import (
    NodeSettings,
    ProviderSettings,
    SettingsError,
    setting,
)
from phoenix_core.settings.plugins import PluginError
from phoenix_core.settings.profile import Profile
from phoenix_core.settings.provider import Provider, ProviderGroup
from phoenix_core.testing.graph import TestGraph


@dataclass
class Horn:
    pitch_hz: float
    material: str


HORNS: ProviderGroup['GoatSettings', Horn] = ProviderGroup('phoenix.test_horns')
BELLS: ProviderGroup['GoatSettings', str] = ProviderGroup('phoenix.test_bells')


class GoatSettings(NodeSettings):
    horns: Annotated[list[str], HORNS] = setting(['straight'], 'Its horns.')
    bell: Annotated[str, BELLS] = setting('', 'Its bell; empty: none.')
    pitch_hz: float = setting(440.0, 'Of its voice [Hz].')


class CurvedSettings(ProviderSettings):
    turns: int = setting(1, 'How often it winds.', ge=0, le=5)
    material: str = setting('horn', 'What it is made of.', runtime=True)
    marks: list[str] = setting(['ring'], 'What is carved into it.')


def make_curved(settings: GoatSettings, own: CurvedSettings) -> Horn:
    return Horn(settings.pitch_hz / (1 + own.turns), own.material)


straight = Provider(lambda settings, own: Horn(settings.pitch_hz, 'horn'))
curved = Provider(make_curved, CurvedSettings)
no_provider = 3


class Goat(EventNode):
    settings: GoatSettings

    def configure(self):
        self.horns = [HORNS.make(name, self.settings) for name in self.settings.horns]


@pytest.fixture(autouse=True)
def installed(provide):
    provide(HORNS.entry_points, 'straight', 'curved', 'no_provider', 'cannot_be_imported')


@pytest.fixture
def graph():
    with TestGraph() as graph:
        yield graph


def settings(profile=None, environ=None):
    nodes = {'goat': profile or {}}
    return resolve(GoatSettings, 'goat', Profile(Path('a.yaml'), {}, nodes), environ or {})


def test_a_provider_is_made_with_the_settings_of_the_node_and_its_own():
    horn = HORNS.make('curved', settings({'curved.turns': 3, 'pitch_hz': 400.0}))
    assert horn == Horn(100.0, 'horn')
    assert HORNS.make('curved', settings()) == Horn(220.0, 'horn')
    assert HORNS.make('straight', settings()) == Horn(440.0, 'horn')


def test_what_is_no_provider_is_refused_by_name():
    with pytest.raises(PluginError, match=r"no 'bent' in phoenix.test_horns; installed: cannot_"):
        HORNS.load('bent')
    with pytest.raises(PluginError, match=r"'no_provider' in phoenix.test_horns: must be a Prov"):
        HORNS.load('no_provider')


def test_the_environment_goes_over_the_profile():
    environ = {
        'PHOENIX_GOAT_CURVED_TURNS': '4',
        'PHOENIX_GOAT_CURVED_MARKS': 'ring, cross',
        'PHOENIX_GOAT_CURVED_MATERIAL': '17',
    }
    own = settings({'curved.turns': 3}, environ).of_provider('curved', CurvedSettings)
    assert own == CurvedSettings(turns=4, marks=['ring', 'cross'], material='17')


@pytest.mark.parametrize(
    ('profile', 'words'),
    [
        (
            {'curvd.turns': 3},
            ['a.yaml: goat.curvd.turns: no such provider (did you mean curved?), is 3',
             'installed: cannot_be_imported, curved, '],
        ),
        (
            {'curved.turn': 3},
            ['a.yaml: goat.curved.turn: no such setting (did you mean curved.turns?), is 3',
             'allowed: curved.marks, curved.material, curved.turns'],
        ),
        ({'curved.turns': 9}, ['a.yaml: goat.curved.turns: ', 'equal to 5, is 9']),
        ({'straight.turns': 1}, ['goat.straight.turns: no such setting, is 1; allowed: none']),
        ({'turns': 1}, ['goat.turns: no such setting (did you mean curved.turns?), is 1']),
    ],
)  # fmt: skip
def test_a_refused_setting_is_named_with_file_value_and_what_is_allowed(profile, words):
    with pytest.raises(SettingsError) as error:
        settings(profile)
    for word in words:
        assert word in str(error.value)


def test_a_refused_environment_variable_is_named():
    with pytest.raises(
        SettingsError, match=r'PHOENIX_GOAT_CURVED_TURN for curved.turn: no such s'
    ):
        settings(environ={'PHOENIX_GOAT_CURVED_TURN': '3'})


def test_settings_of_what_cannot_be_imported_here_wait_for_another_machine():
    assert settings({'cannot_be_imported.pin': 18}).horns == ['straight']


def test_the_settings_of_chosen_providers_are_parameters_of_the_node(graph, tmp_path):
    profile = tmp_path / 'profile.yaml'
    profile.write_text(
        '/**/goat: {ros__parameters: {horns: [curved], curved: {turns: 2, material: bone}}}\n'
    )
    goat = graph.add(
        Goat,
        parameters={'profile': str(profile), 'curved.turns': 3},
        environ={'PHOENIX_GOAT_CURVED_MATERIAL': 'ivory'},
    )
    assert goat.horns == [Horn(110.0, 'ivory')]
    assert goat.get_parameter('curved.turns').value == 3
    described: ParameterDescriptor = goat.describe_parameter('curved.turns')
    assert (described.description, described.read_only) == ('How often it winds.', True)
    assert described.integer_range[0].to_value == 5
    assert not goat.has_parameter('straight.turns')

    refused = goat.set_parameters([Parameter('curved.turns', value=1)])[0]
    assert not refused.successful
    assert goat.set_parameters([Parameter('curved.material', value='wood')])[0].successful
    own = goat.settings.of_provider('curved', CurvedSettings)
    assert (own.turns, own.material, own.marks) == (3, 'wood', ['ring'])


def test_the_settings_of_others_are_checked_and_no_parameters(graph):
    goat = graph.add(Goat, environ={'PHOENIX_GOAT_CURVED_TURNS': '2'})
    assert not goat.has_parameter('curved.turns')
    with pytest.raises(SettingsError, match=r'PHOENIX_GOAT_CURVED_TURNS for curved.turns: .*is 9'):
        graph.add(Goat, environ={'PHOENIX_GOAT_CURVED_TURNS': '9'})


def test_a_node_whose_provider_is_not_there_fails_to_configure(graph):
    for name in ('bent', 'cannot_be_imported'):
        with pytest.raises(AssertionError, match='did not become active'):
            graph.add(Goat, parameters={'horns': [name]})


def test_a_value_that_a_provider_refuses_is_named(graph):
    with pytest.raises(SettingsError, match=r'ROS parameter goat.curved.turns: '):
        graph.add(Goat, parameters={'horns': ['curved'], 'curved.turns': 6})
