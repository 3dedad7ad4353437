"""What may be changed of a running toy, and what is refused."""

import pytest

from phoenix_core.settings import plugins
from phoenix_core.settings.plugins import NODES
from phoenix_tools.command_error import CommandError
from phoenix_tools.settings.changeable import changeable, chosen

MODELS = {
    name: plugins.load(NODES, name).settings_class()
    for name in ('leds', 'supervisor', 'wake_word', 'voice')
}


@pytest.mark.parametrize(
    ('key', 'text', 'value', 'allowed'),
    [
        ('leds.brightness', '1', 1.0, '>= 0, <= 1'),
        ('wake_word.patience', '3', 3, '>= 1, <= 20'),
        ('voice.work_limit_s', '0.5', 0.5, '> 0'),
        ('leds.log_level', 'debug', 'debug', "'', 'debug', 'info', 'warn', 'error', 'fatal'"),
        ('leds.log_level', '', '', "'', 'debug', 'info', 'warn', 'error', 'fatal'"),
    ],
)
def test_a_value_is_read_in_the_type_of_its_setting(key, text, value, allowed):
    found = chosen(key, MODELS)
    read = found.read(text)
    assert (read, type(read), found.allowed) == (value, type(value), allowed)


@pytest.mark.parametrize(
    ('key', 'text', 'why'),
    [
        ('leds.brightness', 'bright', "leds.brightness: must be a number, is 'bright'"),
        ('leds.brightness', 'true', "leds.brightness: must be a number, is 'true'"),
        ('leds.brightness', '', "leds.brightness: must be a number, is ''"),
        ('wake_word.patience', '1.5', "wake_word.patience: must be a whole number, is '1.5'"),
        ('leds.brightness', '[', "leds.brightness: must be a number, is '['"),
    ],
)
def test_a_value_of_another_type_is_refused(key, text, why):
    with pytest.raises(CommandError) as refused:
        chosen(key, MODELS).read(text)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ('key', 'why'),
    [
        ('volume_ceiling', 'a parent decides; ./phoenix parent set volume_ceiling VALUE'),
        ('activities.language_model', 'a parent decides'),
        ('leds.event_rules', 'keeps the toy safe and up'),
        ('supervisor.up', 'keeps the toy safe and up'),
        ('leds.pixels', 'fixed at the start; write it in the section leds of a profile'),
        ('leds.provider', 'fixed at the start'),
        ('led.brightnes', 'no such setting (did you mean leds.brightness?)'),
        ('brightness', 'no such setting'),
        ('', 'no such setting'),
    ],
)
def test_what_is_not_to_be_changed_here_is_refused_with_the_place_for_it(key, why):
    with pytest.raises(CommandError) as refused:
        chosen(key, MODELS)
    assert why in str(refused.value)


def test_none_of_the_listed_ones_is_for_a_parent_or_for_safety():
    names = {one.name for one in changeable(MODELS).values()}
    assert names == {
        *('brightness', 'log_level', 'patience', 'refractory_s', 'threshold', 'work_limit_s')
    }
