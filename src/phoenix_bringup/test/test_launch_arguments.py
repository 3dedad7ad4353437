from pathlib import Path

import pytest

from phoenix_bringup.launch_arguments import (
    DECLARATIONS,
    LaunchArgumentError,
    LaunchArguments,
    parse,
)


def test_every_argument_has_a_default_that_is_allowed_and_a_description() -> None:
    defaults = {name: argument.default for name, argument in DECLARATIONS.items()}
    assert parse(defaults) == parse({}) == LaunchArguments()
    assert all(argument.description for argument in DECLARATIONS.values())


def test_arguments_are_listed_with_what_is_allowed() -> None:
    assert str(DECLARATIONS['layout']) == (
        'layout:=composed  all nodes in one process, or a process each (composed or processes)'
    )
    assert str(DECLARATIONS['telemetry']) == (
        'telemetry:=true  false: nothing is counted, kept or exported'
    )


@pytest.mark.parametrize(
    ('given', 'name', 'value'),
    [
        ({'autostart': 'False'}, 'autostart', False),
        ({'telemetry': '1'}, 'telemetry', True),
        ({'namespace': 'left/'}, 'namespace', '/left'),
        ({'namespace': ''}, 'namespace', '/'),
        ({'profile_file': '/my.yaml', 'profile': 'any'}, 'settings_file', '/my.yaml'),
        ({'machine': 'toy', 'peer': 'me'}, 'environment', {'ROS_STATIC_PEERS': 'me'}),
        ({}, 'environment', {}),
    ],
)
def test_text_becomes_what_it_stands_for(given: dict[str, str], name: str, value: object) -> None:
    assert getattr(parse(given), name) == value


def test_a_profile_is_a_file_of_the_configuration() -> None:
    path = Path(parse({'profile': 'pi'}).settings_file)
    assert path.name == 'pi.yaml'
    assert 'ros__parameters' in path.read_text()


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        (
            {'layuot': 'x'},
            "unknown argument 'layuot' (did you mean layout?); allowed: profile,",
        ),
        ({'nonsense': ''}, "unknown argument 'nonsense'; allowed: profile,"),
        (
            {'layout': 'process'},
            'layout:=process: not allowed (did you mean processes?); allowed: composed, processes',
        ),
        ({'machine': 'moon', 'peer': 'x'}, 'machine:=moon: not allowed; allowed: toy, helper'),
        ({'autostart': 'maybe'}, 'autostart:=maybe: input should be a valid boolean'),
        ({'namespace': 'a b'}, 'namespace:=/a b: string should match pattern'),
        (
            {'profile': 'simm'},
            "no profile 'simm' (did you mean sim?); allowed: pi, sim, or the path of a file",
        ),
        ({'peer': 'x'}, 'machine and peer belong together'),
        ({'machine': 'toy'}, 'machine and peer belong together'),
    ],
)
def test_what_is_wrong_is_refused_with_what_is_allowed(
    given: dict[str, str], message: str
) -> None:
    with pytest.raises(LaunchArgumentError) as error:
        parse(given)
    assert str(error.value).startswith(message)
