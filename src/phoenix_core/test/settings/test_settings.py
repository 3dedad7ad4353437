"""Settings in layers, and the errors a person gets."""

from pathlib import Path
from typing import Literal

import pytest

from phoenix_core.settings.node_settings import (
    NodeSettings,
    SettingsError,
    load_profile,
    resolve,
    setting,
)

NODES = ['microphone', 'wake_word']


class WakeWordSettings(NodeSettings):
    threshold: float = setting(0.5, 'Score from which on it counts.', ge=0, le=1)
    models: list[str] = setting(['hey_jarvis'], 'Names of models.')
    patience: int = setting(1, 'Steps in a row.', ge=1)
    engine: Literal['onnx', 'micro'] = setting('onnx', 'What runs the models.')


def settings(profile=None, environ=None):
    return resolve(
        WakeWordSettings,
        'wake_word',
        profile=profile or {},
        profile_path=Path('config/sim.yaml'),
        environ=environ or {},
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
        ({'treshold': 0.5}, ['config/sim.yaml: wake_word.treshold: no such', 'mean threshold?']),
        ({'threshold': 'high'}, ['config/sim.yaml: wake_word.threshold', 'number', "'high'"]),
        ({'threshold': '0.5'}, ['config/sim.yaml: wake_word.threshold', 'number', "'0.5'"]),
        ({'threshold': 1.5}, ['config/sim.yaml: wake_word.threshold', 'equal to 1', 'is 1.5']),
        ({'engine': 'tf'}, ['wake_word.engine', "'onnx' or 'micro'", "'tf'"]),
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
    ('text', 'words'),
    [
        ('/**/wakeword:\n  ros__parameters: {}', ['/**/wakeword', 'did you mean wake_word?']),
        ('/**/wake_word: {threshold: 1}', ['/**/wake_word', 'ros__parameters']),
        ('/**/wake_word:\n  ros__parameters: 3', ['ros__parameters', 'keys and values']),
        ('a: [', ['not valid YAML']),
        ('- a', ['sections']),
    ],
)
def test_a_broken_profile_is_refused_by_name(tmp_path, text, words):
    path = tmp_path / 'profile.yaml'
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_profile(path, NODES)
    for word in [str(path), *words]:
        assert word in str(error.value)


def test_a_missing_profile_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match=r'none\.yaml: No such file'):
        load_profile(tmp_path / 'none.yaml', NODES)
