"""Which settings a session records, which a replay takes from a bag, and old names."""

import pytest

from phoenix_core.settings import plugins, provider
from phoenix_core.settings.node_settings import is_recorded
from phoenix_hw.leds.settings import LedsSettings
from phoenix_tools.bags.legacy_settings import migrated
from phoenix_tools.bags.node_settings import admitted, notable


def test_settings_of_the_machine_and_defaults_are_not_recorded():
    values = {
        'provider': 'ws281x',
        'pixels': 24,
        'brightness': 0.4,
        'profile': '/home/me/mine.yaml',
        'language': 'de',
        'ws281x.pin': 12,
        'use_sim_time': False,
        'qos_overrides./clock.depth': 3,
    }
    assert notable(LedsSettings, values) == {'pixels': 24, 'language': 'de'}


@pytest.mark.parametrize('node', plugins.names(plugins.NODES))
def test_no_bag_chooses_a_provider_a_path_or_an_address(node):
    model = plugins.load(plugins.NODES, node).settings_class()
    chosen = provider.groups(model)
    for name, field in provider.fields(model, provider.installed(model)).items():
        if name in chosen or str(field.default).startswith(('/', 'http')):
            assert not is_recorded(field), name
        for word in ('file', 'dir', 'url', 'key', 'path', 'model', 'device', 'profile', 'pin'):
            if word in name.rpartition('.')[2].split('_'):
                assert not is_recorded(field), name


@pytest.mark.parametrize(
    ('node', 'name', 'value', 'problem'),
    [
        ('speaker', 'simulated.file', '/tmp/x', "is not taken from a bag, is '/tmp/x'; allowed: "),
        ('conversation', 'openai.base_url', 'https://evil', 'is not taken from a bag'),
        ('conversation', 'openai.key_file', '/etc/shadow', 'is not taken from a bag'),
        ('conversation', 'providers', ['openai'], 'is not taken from a bag'),
        ('voice', 'recorded.bag', '/tmp/other', 'is not taken from a bag'),
        ('voice', 'piper.model', '/tmp/x.onnx', 'is not taken from a bag'),
        ('intent', 'config_dir', '/tmp/words', 'is not taken from a bag'),
        ('intent', 'event_rules', 'off', 'is not taken from a bag'),
        ('intent', 'no_such_setting', 1, 'is not taken from a bag, is 1'),
        ('intent', 'language', '../../tmp', 'string should match pattern'),
        ('leds', 'pixels', 'many', "should be a valid integer, is 'many'"),
        ('leds', 'pixels', 10**9, 'less than or equal to 300'),
        ('leds', 'pixels', {'a': []}, 'should be a valid integer'),
    ],
)
def test_what_a_bag_may_not_set_is_refused_by_name(node, name, value, problem):
    taken, [refusal] = admitted(node, {name: value})
    assert taken == {}
    assert refusal.startswith(f'{node}.{name}: ')
    assert problem in refusal


def test_what_a_bag_may_set_is_named_in_a_refusal():
    taken, [refusal] = admitted('leds', {'provider': 'spi', 'brightness': 0.9})
    assert taken == {'brightness': 0.9}
    allowed = refusal.partition('allowed: ')[2].split(', ')
    assert 'brightness' in allowed
    assert 'provider' not in allowed
    assert admitted('intruder', {}) == ({}, ['intruder: no such node'])


def test_the_settings_of_old_bags_have_the_names_migrated():
    assert migrated('microphone', {'echo_gain': 0.5, 'sample_rate': 16000}) == {
        'simulated.echo_gain': 0.5,
        'sample_rate': 16000,
    }
    assert migrated('sensors', {'pads': ['head=5', 'tail=6']}) == {'pads': ['head', 'tail']}
