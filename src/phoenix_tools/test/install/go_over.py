"""Goes over to a version: `python go_over.py FOLDER_OF_THE_TOY SOURCE`."""

import sys
from pathlib import Path

from installed_toy import Toy

there = Toy(Path(sys.argv[1]))
there.operations().go_over_to(Path(sys.argv[2]))
