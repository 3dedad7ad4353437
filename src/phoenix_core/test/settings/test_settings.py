"""The layers of settings, and the error messages."""

from pathlib import Path
from typing import Literal

import pytest

from phoenix_core.settings import environment
from phoenix_core.settings.layers import resolve
from phoenix_core.settings.node_settings import NodeSettings, SettingsError, setting
from phoenix_core.settings.profile import Profile, load_profile

NODES = ['microphone', 'wake_word']
# A kilobyte that stands for 9 to the power of 39 values.
BOMB = 'b0: &a0 [x, x]\n' + ''.join(
    f'b{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 9)}]\n' for n in range(1, 40)
)


class WakeWordSettings(NodeSettings):
    threshold: float = setting(0.5, 'Score from which on it counts.', ge=0, le=1)
    models: list[str] = setting(['hey_jarvis'], 'Names of models.')
    patience: int = setting(1, 'Steps in a row.', ge=1)
    engine: Literal['onnx', 'micro'] = setting('onnx', 'What runs the models.')


def settings(profile=None, environ=None, toy=None):
    return resolve(
        WakeWordSettings,
        'wake_word',
        Profile(Path('config/sim.yaml'), toy or {}, {'wake_word': profile or {}}),
        environ or {},
    )


def test_the_environment_goes_over_the_profile_and_the_profile_over_defaults():
    got = settings(
        {'threshold': 0.6, 'patience': 2},
        {'PHOENIX_WAKE_WORD_THRESHOLD': '0.7', 'PHOENIX_MICROPHONE_THRESHOLD': '0.1'},
    )
    assert (got.threshold, got.patience, got.models) == (0.7, 2, ['hey_jarvis'])


@pytest.mark.parametrize('text', ['alexa, hey_jarvis', '[alexa, hey_jarvis]'])
def test_a_list_in_the_environment(text):
    assert settings(environ={'PHOENIX_WAKE_WORD_MODELS': text}).models == ['alexa', 'hey_jarvis']


@pytest.mark.parametrize(
    ('profile', 'words'),
    [
        (
            {'treshold': 0.5},
            ['config/sim.yaml: wake_word.treshold: no such', 'mean threshold?', 'is 0.5'],
        ),
        ({'threshold': 'high'}, ['config/sim.yaml: wake_word.threshold', 'number', "'high'"]),
        ({'threshold': '0.5'}, ['config/sim.yaml: wake_word.threshold', 'number', "'0.5'"]),
        ({'threshold': 1.5}, ['config/sim.yaml: wake_word.threshold', 'equal to 1', 'is 1.5']),
        ({'engine': 'tf'}, ['wake_word.engine', "'onnx' or 'micro'", "'tf'"]),
        ({'onnx.threads': 1}, ['wake_word.onnx.threads: no such provider, is 1; installed: none']),
    ],
)
def test_a_refused_setting_is_named_with_file_value_and_what_is_allowed(profile, words):
    with pytest.raises(SettingsError) as error:
        settings(profile)
    for word in words:
        assert word in str(error.value)


def test_a_refused_environment_variable_is_named():
    with pytest.raises(SettingsError, match=r'environment: PHOENIX_WAKE_WORD_PATIENCE for .*is 0'):
        settings(environ={'PHOENIX_WAKE_WORD_PATIENCE': '0'})
    with pytest.raises(SettingsError, match='PHOENIX_WAKE_WORD_VOLUME for volume: no such'):
        settings(environ={'PHOENIX_WAKE_WORD_VOLUME': '1'})


@pytest.mark.parametrize(
    ('variable', 'meant'),
    [
        ('PHOENIX_WAKEWORD_THRESHOLD', ' (did you mean PHOENIX_WAKE_WORD_THRESHOLD?)'),
        ('PHOENIX_MICROFONE_PORTAUDIO_DEVICE', ' (did you mean PHOENIX_MICROPHONE_PORTAUDIO_DEV'),
        ('PHOENIX_LANGUAG', ' (did you mean PHOENIX_LANGUAGE?)'),
        ('PHOENIX_LOGFORMAT', ' (did you mean PHOENIX_LOG_FORMAT?)'),
        ('PHOENIX_QUUX', ', is '),
        ('PHOENIX_', ', is '),
    ],
)
def test_a_variable_of_no_node_is_refused_as_a_misspelt_field_is(variable, meant):
    with pytest.raises(SettingsError) as error:
        environment.check({'PATH': '/bin', variable: '0.7'}, NODES)
    told = str(error.value)
    assert f'environment: {variable}: no such setting{meant}' in told
    assert "is '0.7'; allowed: PHOENIX_LANGUAGE" in told
    assert told.endswith('one of the nodes microphone, wake_word')


def test_variables_of_a_node_that_was_launched_beside_this_one_are_not_refused():
    given = {'PHOENIX_EAR_WIDTH': '3', 'PHOENIX_LAUNCHED_NODES': 'ear,nose'}
    environment.check(given, NODES)
    with pytest.raises(SettingsError, match='did you mean PHOENIX_NOSE_LENGTH'):
        environment.check({**given, 'PHOENIX_NOS_LENGTH': '3'}, NODES)


def test_variables_that_are_no_settings_are_not_refused():
    given = ['PHOENIX_LANGUAGE', 'PHOENIX_ROS', 'PHOENIX_LAUNCH_ID', 'PHOENIX_OTHER_API_KEY']
    environment.check(dict.fromkeys([*given, 'PHOENIX_WAKE_WORD_MODELS', 'PHOENIX'], 'x'), NODES)


def test_the_language_is_given_once_for_the_whole_toy():
    assert settings().language == 'en'
    assert settings(toy={'language': 'de'}).language == 'de'
    environ = {'PHOENIX_LANGUAGE': 'fr'}
    assert settings(toy={'language': 'de'}, environ=environ).language == 'fr'
    with pytest.raises(SettingsError, match=r'config/sim.yaml: /\*\*.language: .*string, is 3'):
        settings(toy={'language': 3})
    with pytest.raises(SettingsError) as error:
        settings(environ={'PHOENIX_WAKE_WORD_LANGUAGE': 'de'})
    assert 'PHOENIX_WAKE_WORD_LANGUAGE: language is a setting of the whole' in str(error.value)
    assert 'set PHOENIX_LANGUAGE' in str(error.value)


def test_a_profile_has_a_section_for_each_node_and_one_for_the_toy(tmp_path):
    path = tmp_path / 'profile.yaml'
    path.write_text(
        '/**: {ros__parameters: {language: de}}\n'
        '/**/wake_word: {ros__parameters: {patience: 2, onnx: {threads: 1}, micro.fast: true}}\n'
    )
    profile = load_profile(path, NODES)
    assert profile.toy == {'language': 'de'}
    assert profile.nodes == {'wake_word': {'patience': 2, 'onnx.threads': 1, 'micro.fast': True}}


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('/**/wakeword:\n  ros__parameters: {}', ['/**/wakeword', 'did you mean wake_word?']),
        ('/**/wake_word: {threshold: 1}', ['/**/wake_word', 'ros__parameters']),
        ('/**/wake_word:\n  ros__parameters: 3', ['ros__parameters', 'keys and values']),
        ('/**:\n  ros__parameters: 3', ['/**.ros__parameters', 'keys and values']),
        (
            '/**:\n  ros__parameters: {langage: de}',
            ['/**.langage: no such', 'mean language?', "'de'", 'allowed: language'],
        ),
        (
            '/**/wake_word:\n  ros__parameters: {language: de}',
            ['wake_word.language: is a setting of the whole toy', 'section /**', "'de'"],
        ),
        ('a: [', ['not valid YAML']),
        ('- a', ['sections']),
        (BOMB, ['aliases (*a0) are not allowed']),
        ('[' * 40 + ']' * 40, ['nested deeper than 30 levels']),
        ('- ' * 100_000, ['nested deeper than 30 levels']),
        ('[' * 100_000, ['nest']),
        ('a: ' + 'x' * 2**20, ['larger than 1048576 bytes']),
        (b'a: \xe4', ['must be in UTF-8, is not at byte 3']),
        ('a: !!python/object/apply:os.system [true]', ['not valid YAML']),
    ],
)
def test_a_broken_profile_is_refused_by_name(tmp_path, text, words):
    path = tmp_path / 'profile.yaml'
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as error:
        load_profile(path, NODES)
    for word in [str(path), *words]:
        assert word in str(error.value)


def test_a_missing_profile_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match=r'none\.yaml: No such file'):
        load_profile(tmp_path / 'none.yaml', NODES)
