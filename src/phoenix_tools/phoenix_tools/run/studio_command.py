"""The `phoenix studio` command: serve the page of a toy that runs already."""

import argparse
import os

from phoenix_bringup.launch_arguments import LaunchArgumentError, parse
from phoenix_bringup.launch_runner import LaunchError
from phoenix_bringup.process_table import program

ERRORS = (LaunchError, LaunchArgumentError)


def main(options: argparse.Namespace) -> int:
    """Become the studio node, which brings itself up."""
    namespace = parse({'namespace': options.namespace}).namespace
    path = program('phoenix_studio', 'studio')
    parameters = ['-p', 'autostart:=true']
    if options.port is not None:
        parameters += ['-p', f'port:={options.port}']
    os.execv(path, [path, '--ros-args', *parameters, '-r', f'__ns:={namespace}'])
