"""Each parser takes what a stranger may have written, or refuses it as it says."""

import itertools
import shutil
import time
from pathlib import Path

import pytest
from parsers import Parser, parsers

MOST_S = 2.5  # of each, so that all take less than a minute
MOST_INPUTS = 400


@pytest.mark.parametrize('parser', parsers(), ids=lambda parser: parser.name)
def test_a_parser_takes_or_refuses_whatever_it_gets(parser: Parser, tmp_path: Path) -> None:
    until_s = time.monotonic() + MOST_S
    for number, data in enumerate(itertools.islice(parser.inputs(seed=1), MOST_INPUTS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        wrong = parser.fails(data, folder)
        assert not wrong, f'{wrong}; input {number}: {data[:2000]!r}'
        shutil.rmtree(folder)
        if time.monotonic() > until_s and number >= 5:
            break
