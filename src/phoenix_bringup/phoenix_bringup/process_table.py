"""What runs: the table of all nodes, and the processes that follow from it."""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ament_index_python.packages import PackageNotFoundError, get_package_prefix

from phoenix_bringup.launch_arguments import LaunchArguments
from phoenix_bringup.launch_runner import LaunchError, ProcessSpec
from phoenix_core.settings import secrets
from phoenix_core.settings.profile import suggestion


@dataclass(frozen=True)
class NodeRow:
    """One node of the toy: a row of the table."""

    package: str
    executable: str  # and the name of its class in the entry points phoenix.nodes
    capability: str = ''  # of the toy, that takes this node; system/status says how well it works
    vital: bool = False  # without it a toy is none: a service manager starts everything again
    machine: Literal['toy', 'helper'] = 'toy'  # where it runs when there are two machines
    standby: bool = False  # works, in its own process, while the same node of the helper does not
    alone: bool = False  # never shares a process
    secrets: re.Pattern[str] | None = None  # that it uses; other processes do not get them
    watches: bool = False  # stands beside the toy, in real time, and does nothing by itself
    wanted: Callable[[LaunchArguments], bool] = lambda given: True
    # Composed nodes share all parameters of their process: only for a node in its own.
    parameters: Callable[[LaunchArguments], Mapping[str, Any]] = lambda given: {}
    environment: Callable[[LaunchArguments], Mapping[str, str]] = lambda given: {}

    @property
    def name(self) -> str:
        """The name of the node in the graph."""
        return f'{self.executable}_standby' if self.standby else self.executable


def _neighbor(name: str) -> NodeRow:
    """Return the row of a node for neighbors: whatever they do to it, the toy goes on."""
    return NodeRow(
        'phoenix_home',
        name,
        alone=True,
        watches=True,
        wanted=lambda given: name in _words(given.neighbors),
    )


# Consumers stand before producers: this is the order in which composed nodes are made.
TABLE = (
    # Brings the others up, and back when they fail; it could not see a hang of its own process.
    NodeRow(
        'phoenix_core',
        'supervisor',
        alone=True,
        watches=True,
        parameters=lambda given: {
            'autostart': given.autostart,
            'capabilities': [
                f'{name}={",".join(nodes)}' for name, nodes in capabilities().items()
            ],
            'standbys': [f'{node}={standby}' for node, standby in standbys().items()],
        },
    ),
    NodeRow(
        'phoenix_core',
        'telemetry',
        watches=True,
        secrets=secrets.HEADERS,
        wanted=lambda given: given.telemetry,
    ),
    # A process of its own: whatever a browser does to it, the toy goes on.
    NodeRow(
        'phoenix_studio', 'studio', alone=True, watches=True, wanted=lambda given: given.studio
    ),
    _neighbor('ros_actions'),
    _neighbor('ros_bridge'),
    _neighbor('wyoming_server'),
    _neighbor('home_assistant'),
    _neighbor('foxglove'),
    NodeRow('phoenix_hw', 'leds', 'light'),
    NodeRow(
        'phoenix_audio',
        'speaker',
        'speaking',
        # Not a parameter: composed nodes share theirs, and the microphone has this one, too.
        environment=lambda given: (
            {'PHOENIX_SPEAKER_SIMULATED_FILE': given.reply_to} if given.reply_to else {}
        ),
    ),
    NodeRow('phoenix_speech', 'voice', 'speaking', machine='helper'),
    NodeRow(
        'phoenix_speech', 'conversation', 'conversation', machine='helper', secrets=secrets.KEYS
    ),
    NodeRow('phoenix_activities', 'activities', 'activities', vital=True),
    NodeRow('phoenix_speech', 'intent', 'understanding'),
    NodeRow('phoenix_speech', 'listener', 'hearing', machine='helper'),
    # Attention to its name; what it takes to hear at all is `hearing`.
    NodeRow('phoenix_speech', 'wake_word', 'attention'),
    NodeRow('phoenix_hw', 'sensors', 'touch'),
    NodeRow('phoenix_audio', 'microphone', 'hearing'),
    # While the link is cut. To the supervisor that is a hang of what it cannot kill.
    NodeRow('phoenix_speech', 'listener', standby=True),
    NodeRow(
        'phoenix_speech',
        'conversation',
        standby=True,
        parameters=lambda given: {'providers': ['scripted']},
    ),
    NodeRow(
        'phoenix_speech',
        'voice',
        standby=True,
        parameters=lambda given: {'providers': _words(given.standby_voices)},
    ),
)


def node_names(given: LaunchArguments | None = None) -> list[str]:
    """Name the nodes that run for these arguments, except those that only stand in for others."""
    rows = _rows(given or LaunchArguments())
    return [row.name for row in rows if not row.standby]


def acting_nodes() -> list[str]:
    """Name the nodes that make up what the toy does, in the order in which they are made."""
    return [row.name for row in TABLE if not row.standby and not row.watches]


def capabilities() -> dict[str, list[str]]:
    """Return what the toy can do, and the nodes that each of it takes."""
    found: dict[str, list[str]] = {}
    for row in reversed(TABLE):  # as an interaction goes through the toy
        if row.capability:
            found.setdefault(row.capability, []).append(row.name)
    return found


def vital_capabilities() -> list[str]:
    """Name what a toy must be able to do."""
    return [row.capability for row in TABLE if row.vital]


def standbys() -> dict[str, str]:
    """Return who works while another node does not, where both are started."""
    return {row.executable: row.name for row in TABLE if row.standby}


@dataclass(frozen=True, kw_only=True)
class NodeProcess(ProcessSpec):
    """A process of one node, or of several composed ones, in the terms of ROS."""

    package: str
    executable: str
    node_name: str | None  # None: composed nodes have their own names
    namespace: str
    arguments: tuple[str, ...]
    ros_arguments: tuple[str, ...]


def processes(given: LaunchArguments) -> list[NodeProcess]:
    """
    Return the processes to start.

    :raises LaunchError: a package is not installed, or there is no such neighbor.
    """
    known = [row.executable for row in TABLE if row.package == 'phoenix_home']
    for name in _words(given.neighbors):
        if name not in known:
            raise LaunchError(
                f'neighbors: no node {name!r}{suggestion(name, known)}; '
                f'there are {", ".join(known)}'
            )
    rows = _rows(given)
    separate = [row for row in rows if given.layout == 'processes' or row.alone or row.standby]
    composed = [row for row in rows if row not in separate]
    found = [_process(given, [row], row.package, row.executable, row.name) for row in separate]
    return [*found, _process(given, composed, 'phoenix_core', 'compose')] if composed else found


def dry_run(started: Iterable[NodeProcess]) -> str:
    """Return each process as a command for a shell, below a comment with the nodes it runs."""
    blocks = []
    for process in started:
        env = [f'{name}={value}' for name, value in process.env.items()]
        command = shlex.join(['env', *env, *process.argv] if env else process.argv)
        blocks.append(f'# {process.name}: {", ".join(process.nodes)}\n{command}\n')
    return ''.join(blocks)


def _rows(given: LaunchArguments) -> list[NodeRow]:
    return [
        row
        for row in TABLE
        if row.wanted(given)
        and (row.machine == given.machine if given.machine else not row.standby)
    ]


def _process(
    given: LaunchArguments,
    rows: list[NodeRow],
    package: str,
    executable: str,
    node_name: str | None = None,
) -> NodeProcess:
    """Put nodes into one process; the parameters of composed ones are common to them."""
    arguments = () if node_name else tuple(row.name for row in rows)
    parameters: dict[str, Any] = {
        'autostart': False,  # the supervisor brings them up
        'metrics': given.telemetry,
        'profile': given.settings_file,
    }
    env = given.environment
    used = [row.secrets for row in rows if row.secrets]
    for name in filter(secrets.is_secret, os.environ):
        if not any(secret.search(name) for secret in used):
            env |= {name: ''}
    for row in rows:
        parameters |= row.parameters(given)
        env |= row.environment(given)
    name = node_name or executable
    # Without effect unless ROS_SECURITY_ENABLE is set.
    ros_arguments = ['--log-level', given.log_level, '--enclave', enclave(given.namespace, name)]
    for key, value in parameters.items():
        # JSON is YAML. No parameter file, which a killed launcher would leave behind.
        ros_arguments += ['-p', f'{key}:={json.dumps(value, ensure_ascii=False)}']
    return NodeProcess(
        name=name,
        # In the order of launch_ros: `ros2 launch` starts exactly the same.
        argv=(
            program(package, executable),
            *arguments,
            *('--ros-args', *ros_arguments, '--ros-args'),
            *(('-r', f'__node:={node_name}') if node_name else ()),
            *('-r', f'__ns:={given.namespace}'),
        ),
        env=env,
        respawn=True,
        package=package,
        executable=executable,
        node_name=node_name,
        namespace=given.namespace,
        arguments=arguments,
        ros_arguments=tuple(ros_arguments),
        nodes=tuple(row.name for row in rows),
    )


def enclave(namespace: str, process: str) -> str:
    """Return the name of the SROS2 enclave of a process."""
    return f'{namespace.rstrip("/")}/{process}'


def program(package: str, executable: str) -> str:
    """
    Return the path of an executable.

    :raises LaunchError: its package is not installed.
    """
    try:
        return str(Path(get_package_prefix(package)) / 'lib' / package / executable)
    except PackageNotFoundError as error:
        raise LaunchError(f'package {package!r} is not installed') from error


def _words(text: str) -> list[str]:
    """Split a list such as `[espeak_ng, flite]`."""
    return [word for part in text.strip('[] ').split(',') if (word := part.strip())]
