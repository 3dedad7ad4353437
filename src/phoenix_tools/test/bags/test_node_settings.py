"""Which settings a session records, and what becomes of those in old bags."""

from phoenix_hw.leds.settings import LedsSettings
from phoenix_tools.bags.former_settings import of_today
from phoenix_tools.bags.node_settings import notable


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


def test_the_settings_of_old_bags_have_the_names_of_today():
    assert of_today('speaker', {'file': 'a.wav', 'sample_rate': 16000}) == {
        'simulated.file': 'a.wav',
        'sample_rate': 16000,
    }
    assert of_today('sensors', {'pads': ['head=5', 'tail=6']}) == {'pads': ['head', 'tail']}
