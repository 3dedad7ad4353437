"""The `phoenix studio` command: serve the page of a toy that runs already."""

import argparse

from phoenix_tools.run.become import ERRORS, become

__all__ = ['ERRORS', 'main']


def main(options: argparse.Namespace) -> int:
    """Become the studio node."""
    parameters = [] if options.port is None else [f'port:={options.port}']
    become('phoenix_studio', 'studio', options.namespace, parameters)
