"""What `./phoenix run` refuses of a profile before it starts anything."""

import pytest

from phoenix_core.settings.node_settings import SettingsError
from phoenix_tools.run.run_command import check_profile

SENSORS = '/**/sensors: {ros__parameters: {mute_pin: 17}}\n'
MICROPHONE = '/**/microphone: {ros__parameters: {mute_switch: true}}\n'


def test_a_mute_switch_must_be_known_to_the_microphone(tmp_path):
    profile = tmp_path / 'mine.yaml'
    profile.write_text(SENSORS)
    with pytest.raises(SettingsError) as error:
        check_profile(str(profile))
    assert str(error.value).startswith(
        f'{profile}: microphone.mute_switch: must be true where sensors.mute_pin is 17'
    )
    profile.write_text(SENSORS + MICROPHONE)
    check_profile(str(profile))
