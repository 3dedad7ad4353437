"""Become a node that stands beside a running toy, and brings itself up."""

import os
from collections.abc import Sequence
from typing import NoReturn

from phoenix_bringup.launch_arguments import LaunchArgumentError, parse
from phoenix_bringup.launch_runner import LaunchError
from phoenix_bringup.process_table import program

ERRORS = (LaunchError, LaunchArgumentError)


def become(package: str, executable: str, namespace: str, parameters: Sequence[str]) -> NoReturn:
    """
    Replace this process by that of a node.

    :param namespace: of the toy.
    :param parameters: as NAME:=VALUE.
    :raises LaunchError, LaunchArgumentError: there is no such node or namespace.
    """
    absolute = parse({'namespace': namespace}).namespace
    path = program(package, executable)
    given = [word for each in ('autostart:=true', *parameters) for word in ('-p', each)]
    os.execv(path, [path, '--ros-args', *given, '-r', f'__ns:={absolute}'])
