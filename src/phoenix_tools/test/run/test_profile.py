"""What `./phoenix run` refuses of a profile before it starts anything."""

from pathlib import Path

import pytest

from phoenix_core.settings.node_settings import SettingsError
from phoenix_tools.run.run_command import check_profile


@pytest.mark.parametrize('name', ['sim', 'pi'])
def test_the_profiles_of_phoenix_are_right(name):
    check_profile(str(Path(__file__).parents[4] / 'config' / f'{name}.yaml'))


def test_the_settings_of_a_provider_that_is_not_chosen_are_checked(tmp_path):
    profile = tmp_path / 'mine.yaml'
    profile.write_text('/**/leds: {ros__parameters: {spi: {bus: 1}, ws281x.pin: 99}}\n')
    with pytest.raises(SettingsError, match=r'mine.yaml: leds.ws281x.pin: .*27, is 99'):
        check_profile(str(profile))
