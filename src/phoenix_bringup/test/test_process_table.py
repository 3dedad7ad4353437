import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml
from ament_index_python.packages import get_package_prefix

from phoenix_bringup.launch_arguments import parse
from phoenix_bringup.launch_runner import LaunchError
from phoenix_bringup.process_table import (
    TABLE,
    NodeProcess,
    acting_nodes,
    capabilities,
    dry_run,
    node_names,
    processes,
    standbys,
)
from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import installed_config

NODES = [
    *('supervisor', 'telemetry', 'leds', 'speaker', 'voice', 'conversation', 'activities'),
    *('intent', 'listener', 'wake_word', 'sensors', 'microphone'),
]
ON_HELPER = ['voice', 'conversation', 'listener']
TOY = {'machine': 'toy', 'peer': '192.168.1.20'}
HELPER = {'machine': 'helper', 'peer': '192.168.1.10'}


def started(**given: str) -> dict[str, NodeProcess]:
    return {process.name: process for process in processes(parse(given))}


def parameters(process: NodeProcess) -> dict[str, object]:
    values = process.ros_arguments
    pairs = [values[n + 1].split(':=') for n, text in enumerate(values) if text == '-p']
    return {name: yaml.safe_load(text) for name, text in pairs}


def test_every_node_of_the_toy_has_a_row_an_executable_and_a_class() -> None:
    names = {row.executable for row in TABLE}
    assert names == set(plugins.names(plugins.NODES)) - {'console', 'mcp_server'}
    for row in TABLE:
        assert (Path(get_package_prefix(row.package), 'lib', row.package, row.executable)).exists()
        node = plugins.load(plugins.NODES, row.executable)
        assert (node.node_name(), node.__module__.split('.')[0]) == (row.executable, row.package)


def test_names_of_rows_are_unique() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE)


def test_composed_nodes_share_a_process_but_for_the_supervisor() -> None:
    toy = started()
    assert {name: list(process.nodes) for name, process in toy.items()} == {
        'supervisor': ['supervisor'],
        'compose': NODES[1:],
    }
    assert list(toy['compose'].arguments) == NODES[1:]
    assert node_names() == NODES
    assert acting_nodes() == NODES[2:]


def test_in_the_other_layout_each_node_has_its_process() -> None:
    toy = started(layout='processes')
    assert list(toy) == NODES
    assert all(process.nodes == (name,) for name, process in toy.items())


def test_without_telemetry_nothing_is_counted() -> None:
    for layout in ('composed', 'processes'):
        toy = started(layout=layout, telemetry='false')
        assert 'telemetry' not in [node for process in toy.values() for node in process.nodes]
        assert all(parameters(process)['metrics'] is False for process in toy.values())


def test_two_machines_run_every_node_once_and_the_toy_has_standbys() -> None:
    toy, helper = started(**TOY), started(**HELPER)
    assert {name: list(process.nodes) for name, process in helper.items()} == {
        'compose': ON_HELPER
    }
    assert sorted(toy) == [
        *('compose', 'conversation_standby', 'listener_standby', 'supervisor', 'voice_standby')
    ]
    assert node_names(parse(TOY)) == [name for name in NODES if name not in ON_HELPER]
    assert node_names(parse(HELPER)) == ON_HELPER
    assert {process.env['ROS_STATIC_PEERS'] for process in toy.values()} == {'192.168.1.20'}
    assert {process.env['ROS_STATIC_PEERS'] for process in helper.values()} == {'192.168.1.10'}
    assert toy['voice_standby'].executable == 'voice'
    assert '__node:=voice_standby' in toy['voice_standby'].argv
    assert parameters(toy['voice_standby'])['providers'] == ['espeak_ng', 'flite']
    assert parameters(toy['conversation_standby'])['providers'] == ['scripted']


def test_standby_voices_are_chosen_at_the_start() -> None:
    voice = started(**TOY, standby_voices='[flite]')['voice_standby']
    assert parameters(voice)['providers'] == ['flite']


def test_the_supervisor_is_told_the_capabilities_and_the_standbys() -> None:
    supervisor = parameters(started()['supervisor'])
    assert supervisor['capabilities'] == [
        'hearing=microphone,listener',
        'touch=sensors',
        'attention=wake_word',
        'understanding=intent',
        'activities=activities',
        'conversation=conversation',
        'speaking=voice,speaker',
        'light=leds',
    ]
    assert supervisor['standbys'] == [
        'listener=listener_standby',
        'conversation=conversation_standby',
        'voice=voice_standby',
    ]
    nodes = {name for names in capabilities().values() for name in names}
    assert nodes == set(acting_nodes()) >= set(standbys())


def test_only_the_supervisor_starts_by_itself_and_not_if_that_is_not_wanted() -> None:
    toy = started(layout='processes')
    by_themselves = [name for name, process in toy.items() if parameters(process)['autostart']]
    assert by_themselves == ['supervisor']
    assert not parameters(started(autostart='false')['supervisor'])['autostart']


@pytest.mark.parametrize(('layout', 'name'), [('composed', 'compose'), ('processes', 'speaker')])
def test_what_the_speaker_writes_is_in_the_environment_of_its_process(
    layout: str, name: str
) -> None:
    toy = started(layout=layout, reply_to='/tmp/reply.wav')
    found = {label: process.env for label, process in toy.items() if process.env}
    assert found == {name: {'PHOENIX_SPEAKER_SIMULATED_FILE': '/tmp/reply.wav'}}


def test_the_dry_run_prints_commands_that_a_shell_understands() -> None:
    given = {'layout': 'processes', 'namespace': '/left', 'log_level': 'warn'}
    files = {'reply_to': '/tmp/it is.wav', 'profile_file': '/a: "b".yaml'}
    found = processes(parse({**given, **files}))
    lines = dry_run(found).splitlines()
    assert lines[0::2] == [f'# {name}: {name}' for name in NODES]
    for line, process in zip(lines[1::2], found, strict=True):
        assert tuple(shlex.split(line)[-len(process.argv) :]) == process.argv
    speaker = shlex.split(lines[1::2][NODES.index('speaker')])
    assert speaker == [
        *('env', 'PHOENIX_SPEAKER_SIMULATED_FILE=/tmp/it is.wav'),
        f'{get_package_prefix("phoenix_audio")}/lib/phoenix_audio/speaker',
        *('--ros-args', '--log-level', 'warn', '--enclave', '/left/speaker'),
        *('-p', 'autostart:=false', '-p', 'metrics:=true'),
        *('-p', 'profile:="/a: \\"b\\".yaml"'),
        *('--ros-args', '-r', '__node:=speaker', '-r', '__ns:=/left'),
    ]


def test_the_profile_is_that_of_the_installed_configuration() -> None:
    (profile,) = {parameters(process)['profile'] for process in started(profile='pi').values()}
    assert profile == str(installed_config() / 'pi.yaml')


def test_a_package_that_is_not_installed_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = parse({'profile_file': '/mine.yaml'})
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    with pytest.raises(LaunchError, match="'phoenix_core' is not installed"):
        processes(given)


def test_each_program_that_runs_one_node_is_named_after_it():
    programs = entry_points(group='console_scripts')
    alone = {one.name for one in programs if one.value == 'phoenix_core.node.execution:alone'}
    assert {'activities', 'leds', 'microphone', 'studio', 'telemetry', 'voice'} <= alone
    assert alone <= set(plugins.names(plugins.NODES))
