"""
Feeds each parser mutated input for as long as wanted; prints executions and failures by parser.

    python bench/fuzz.py --minutes 60 [--parser chat] [--seed 7]

A failure becomes a file of tests/fuzz/seeds/PARSER, which the tests try from then on.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / 'tests' / folder) for folder in ('system', 'fuzz')]
from parsers import SEEDS, Parser, parsers

SLICE_S = 10.0


def fuzz(parser: Parser, seed: int, seconds: float) -> tuple[int, list[str]]:
    """Feed a parser for so long; return the number of inputs, and the failures found."""
    until_s, count, found = time.monotonic() + seconds, 0, []
    for data in parser.inputs(seed):
        folder = Path(tempfile.mkdtemp())
        wrong = parser.fails(data, folder)
        shutil.rmtree(folder)
        count += 1
        if wrong:
            case = SEEDS / parser.name / hashlib.sha256(data).hexdigest()[:12]
            case.parent.mkdir(parents=True, exist_ok=True)
            case.write_bytes(data)
            found.append(f'{parser.name}: {wrong} ({case})')
        if time.monotonic() > until_s:
            break
    return count, found


def main() -> int:
    """Go round the parsers; return 1 if a failure was found."""
    known = {parser.name: parser for parser in parsers()}
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--minutes', type=float, default=10.0)
    options.add_argument('--parser', choices=known, action='append')
    options.add_argument('--seed', type=int, default=1, help='another one finds other failures')
    given = options.parse_args()
    chosen = [known[name] for name in given.parser or known]
    counts, failures = dict.fromkeys((parser.name for parser in chosen), 0), []
    until_s, turn = time.monotonic() + 60 * given.minutes, 0
    while time.monotonic() < until_s:
        for parser in chosen:
            left_s = min(SLICE_S, max(until_s - time.monotonic(), 0.0))
            count, found = fuzz(parser, given.seed + 1000 * turn, left_s)
            counts[parser.name] += count
            failures += found
            for line in found:
                print(line, flush=True)
        turn += 1
    print(f'{given.minutes:g} minutes, seed {given.seed}')
    for name, count in counts.items():
        failed = sum(line.startswith(f'{name}: ') for line in failures)
        print(f'  {name:18}{count:9} executions{failed:5} failures')
    return 1 if failures else 0


if __name__ == '__main__':
    raise SystemExit(main())
