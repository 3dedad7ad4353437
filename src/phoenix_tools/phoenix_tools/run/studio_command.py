"""The `phoenix studio` command: serve the page of a toy that runs already, or of a recording."""

import argparse
import os
import sys
from pathlib import Path

from phoenix_tools.bags.bag import BagError, open_bag
from phoenix_tools.run.become import ERRORS, become

__all__ = ['ERRORS', 'main']

BAG_PAGE = 'phoenix_studio.bag_page'  # by name: the studio stands on these tools


def main(options: argparse.Namespace) -> int:
    """Become the studio node, or the server of a recording."""
    port = [] if options.port is None else [options.port]
    if options.bag is None:
        become('phoenix_studio', 'studio', options.namespace, [f'port:={each}' for each in port])
    _check(options.bag)
    arguments = ['-m', BAG_PAGE, str(options.bag), *map(str, port)]
    os.execv(sys.executable, [sys.executable, *arguments])


def _check(bag: Path) -> None:
    """
    Refuse what is no folder of a recording.

    :raises BagError: says why.
    """
    if bag.is_file():
        raise BagError(f'{bag}: is a file; give its folder')
    with open_bag(bag):
        pass
