"""`ros2 launch` and the runner start the same processes: of stand-ins that write down how."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_path

from phoenix_bringup.launch_arguments import DECLARATIONS, parse
from phoenix_bringup.launch_runner import LaunchRunner
from phoenix_bringup.process_table import TABLE, processes

WITHOUT_LAUNCH = 'needs the ROS packages launch and launch_ros, which are not on PyPI'
STAND_IN = f"""#!{sys.executable} -S
import json, os, signal, sys
signal.signal(signal.SIGINT, lambda number, frame: sys.exit(0))
signal.pthread_sigmask(signal.SIG_UNBLOCK, {{signal.SIGINT}})
part = os.environ['STAND_INS_WRITE_TO'] + '/' + str(os.getpid())
with open(part, 'w') as file:
    json.dump([sys.argv, dict(os.environ)], file)
os.rename(part, part + '.json')
signal.pause()
"""
OF_THE_LAUNCHER = {'PHOENIX_LAUNCH_ID', 'PHOENIX_TOY_LOCK', 'STAND_INS_WRITE_TO'}

Seen = list[tuple[list[str], dict[str, str]]]  # arguments and environment of each process


class StandIns:
    """A stand-in for every executable of the table, and what the launchers made of them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._monkeypatch = monkeypatch
        prefix = folder / 'prefix'
        index = prefix / 'share/ament_index/resource_index/packages'
        index.mkdir(parents=True)
        executables = {(row.package, row.executable) for row in TABLE}
        for package, executable in executables | {('phoenix_core', 'compose')}:
            (index / package).touch()
            program = prefix / 'lib' / package / executable
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(STAND_IN)
            program.chmod(0o755)
        monkeypatch.setenv('AMENT_PREFIX_PATH', f'{prefix}:{os.environ["AMENT_PREFIX_PATH"]}')
        monkeypatch.setenv('ROS_LOG_DIR', str(folder / 'log'))

    def write_to(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        self._monkeypatch.setenv('STAND_INS_WRITE_TO', str(folder))
        return folder

    def of_the_runner(self, given: dict[str, str]) -> Seen:
        async def run() -> Seen:
            folder = self.write_to('runner')
            found = processes(parse(given))
            runner = LaunchRunner(found, lambda process, line: None)
            await runner.start()
            try:
                return await written(folder, len(found))
            finally:
                await runner.stop()

        return asyncio.run(run())

    def of_launch(self, file: str, given: dict[str, str], count: int) -> Seen:
        from launch import LaunchDescription, LaunchService
        from launch.actions import IncludeLaunchDescription
        from launch.launch_description_sources import PythonLaunchDescriptionSource

        async def run() -> Seen:
            folder = self.write_to('launch')
            path = get_package_share_path('phoenix_bringup') / 'launch' / file
            source = PythonLaunchDescriptionSource(str(path))
            service = LaunchService(noninteractive=True)
            included = IncludeLaunchDescription(source, launch_arguments=given.items())
            service.include_launch_description(LaunchDescription([included]))
            ended = asyncio.ensure_future(service.run_async())
            try:
                return await written(folder, count)
            finally:
                await service.shutdown()
                assert await ended == 0

        return asyncio.run(run())


async def written(folder: Path, count: int) -> Seen:
    """Wait until so many processes have written how they were started."""

    async def poll() -> list[Path]:
        while len(files := list(folder.glob('*.json'))) < count:
            await asyncio.sleep(0.02)
        return files

    found = [json.loads(file.read_text()) for file in await asyncio.wait_for(poll(), 30)]
    return sorted(
        (argv, {name: text for name, text in env.items() if name not in OF_THE_LAUNCHER})
        for argv, env in found
    )


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    return StandIns(tmp_path, monkeypatch)


CASES = [
    ('phoenix.launch.py', {'profile_file': '/a: "b" #c.yaml', 'reply_to': '/tmp/my reply.wav'}),
    (
        'phoenix.launch.py',
        {'layout': 'processes', 'namespace': 'left', 'telemetry': 'false', 'autostart': 'False'},
    ),
    ('two_machines.launch.py', {'machine': 'toy', 'peer': '10.0.0.2', 'profile': 'pi'}),
    ('two_machines.launch.py', {'machine': 'helper', 'peer': '10.0.0.1', 'log_level': 'warn'}),
]


@pytest.mark.parametrize(('file', 'given'), CASES)
def test_the_runner_starts_what_the_table_says(
    stand_ins: StandIns, file: str, given: dict[str, str]
) -> None:
    seen = stand_ins.of_the_runner(given)
    assert [argv for argv, _ in seen] == sorted(list(p.argv) for p in processes(parse(given)))


@pytest.mark.parametrize(('file', 'given'), CASES)
def test_ros2_launch_starts_what_the_runner_starts(
    stand_ins: StandIns, file: str, given: dict[str, str]
) -> None:
    pytest.importorskip('launch_ros', reason=WITHOUT_LAUNCH)
    seen = stand_ins.of_the_runner(given)
    assert stand_ins.of_launch(file, given, len(seen)) == seen


def test_ros2_launch_declares_every_argument_and_asks_which_of_two_machines_it_is() -> None:
    pytest.importorskip('launch_ros', reason=WITHOUT_LAUNCH)
    from phoenix_bringup.launch_actions import launch_description

    for required in ([], ['machine', 'peer']):
        declared = launch_description(required).get_launch_arguments()
        assert [argument.name for argument in declared] == list(DECLARATIONS)
        missing = [argument.name for argument in declared if argument.default_value is None]
        assert missing == required
    assert {argument.name: argument.choices for argument in declared}['machine'] == [
        *('toy', 'helper')
    ]


def test_ros2_launch_refuses_what_the_runner_refuses(stand_ins: StandIns) -> None:
    pytest.importorskip('launch_ros', reason=WITHOUT_LAUNCH)
    from launch import LaunchService

    from phoenix_bringup.launch_actions import launch_description

    async def run() -> int:
        service = LaunchService(noninteractive=True)
        service.context.launch_configurations['profile'] = 'simm'
        service.include_launch_description(launch_description())
        return await service.run_async()

    folder = stand_ins.write_to('launch')
    assert asyncio.run(run()) == 1
    assert list(folder.iterdir()) == []
