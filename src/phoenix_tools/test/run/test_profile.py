"""What `./phoenix run` refuses of a profile before it starts anything."""

from pathlib import Path

import pytest

from phoenix_core.settings.node_settings import SettingsError
from phoenix_tools.settings.given_profile import check_profile


@pytest.mark.parametrize('name', ['sim', 'pi'])
def test_the_profiles_of_phoenix_are_right(name):
    check_profile(str(Path(__file__).parents[4] / 'config' / f'{name}.yaml'))


def test_the_settings_of_a_provider_that_is_not_chosen_are_checked(tmp_path):
    profile = tmp_path / 'mine.yaml'
    profile.write_text('/**/leds: {ros__parameters: {spi: {bus: 1}, ws281x.pin: 99}}\n')
    with pytest.raises(SettingsError, match=r'mine.yaml: leds.ws281x.pin: .*27, is 99'):
        check_profile(str(profile))


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        ('fr', r"language: no such language, is 'fr'; allowed: de, en; see .*mine.yaml"),
        ('deu', r"did you mean de\?\), is 'deu'"),
        ('..', 'language: .*should match pattern'),
    ],
)
def test_a_language_that_there_is_not_is_told_with_those_that_there_are(tmp_path, given, said):
    profile = tmp_path / 'mine.yaml'
    profile.write_text(f'/**: {{ros__parameters: {{language: {given}}}}}\n')
    with pytest.raises(SettingsError, match=said):
        check_profile(str(profile))


BOMB = 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n'


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (BOMB.encode(), 'aliases'),
        (b'[' * 100_000, 'nest'),
        (b'a: ' * 100_000, 'not valid YAML'),
        ('# Gr\xfc\xdfe\n'.encode('latin-1'), 'UTF-8'),
        (b'\xff\xfe/\0*\0', 'UTF-8'),
        (b'? [1]\n: 2\n', 'not valid YAML'),
        (b'5: 6\n', 'ros__parameters'),
        (b'/**: {ros__parameters: {1: 2}}\n', 'no such setting'),
        (b'x' * 2**21, 'larger than'),
        (b'a: !!python/object/apply:os.system [ls]\n', 'not valid YAML'),
    ],
)
def test_whatever_file_is_given_is_refused_in_words(tmp_path, content, said):
    profile = tmp_path / 'mine.yaml'
    profile.write_bytes(content)
    with pytest.raises(SettingsError, match=said) as error:
        check_profile(str(profile))
    assert str(error.value).startswith(f'{profile}: ')
    assert len(str(error.value)) < 1000
