"""The arguments of `phoenix record`, `replay` and `bags`."""

import argparse
from pathlib import Path
from typing import Any


def positive(text: str) -> float:
    """Read a number greater than 0."""
    value = float(text)
    if not 0 < value < float('inf'):
        raise argparse.ArgumentTypeError(f'{text}: must be greater than 0')
    return value


def add_record(commands: Any) -> None:
    """Declare `phoenix record`."""
    record = commands.add_parser(
        'record', help='keep what happens to a running toy, and what it does, in a bag'
    )
    record.add_argument('-o', '--output', metavar='BAG', type=Path, help='default: bags/session-*')
    record.add_argument(
        '--profile',
        choices=['session', 'inputs', 'everything'],
        default='session',
        help='session (default): all but sound and LED frames; inputs: only what goes in; '
        'everything: every topic, with sound',
    )
    record.add_argument(
        '--audio',
        action='store_true',
        help='also what the microphone hears: the voices of all people in the room',
    )
    record.add_argument('--duration', metavar='S', type=positive, help='end by itself [s]')
    record.add_argument(
        '--split-mb', metavar='MB', type=positive, help='begin another file after so much data'
    )
    record.add_argument(
        '--split-s', metavar='S', type=positive, help='begin another file after so many seconds'
    )
    record.add_argument(
        '--keep',
        metavar='MINUTES',
        type=positive,
        help='flight recorder: keep the last minutes in memory; a fault, SIGUSR1 or Enter '
        'writes them below the output folder',
    )
    record.add_argument('--namespace', default='/phoenix', help="the toy's (default: /phoenix)")


def add_replay(commands: Any) -> None:
    """Declare `phoenix replay`."""
    replay = commands.add_parser(
        'replay', help='feed a recorded session to the toy and compare what it does now'
    )
    replay.add_argument('bag', metavar='BAG', type=Path)
    replay.add_argument(
        '--from',
        dest='level',
        choices=['audio', 'transcripts', 'intents'],
        help='what is fed; default: sound where the bag has it, else what was understood of it',
    )
    pace = replay.add_mutually_exclusive_group()
    pace.add_argument(
        '--rate', metavar='R', type=positive, default=1.0, help='default: 1, as recorded'
    )
    pace.add_argument('--fast', action='store_true', help='as fast as the toy can answer')
    replay.add_argument(
        '--budget',
        metavar='S',
        type=positive,
        default=0.2,
        help='how much longer than recorded a step may take [s]; default: 0.2',
    )
    replay.add_argument(
        '--synthesize',
        action='store_true',
        help='let the voice speak anew; default: it is silent for as long as it spoke then',
    )
    replay.add_argument('--html', metavar='FILE', type=Path, help='write the comparison as a page')
    replay.add_argument(
        '--report',
        metavar='FILE.svg',
        type=Path,
        help='draw the replayed session over time: sound, speech, words, states, lights',
    )
    replay.add_argument(
        '--accept', action='store_true', help='take what it does now as the reference'
    )
    replay.add_argument(
        '-v', '--verbose', action='store_true', help='show also what is as recorded'
    )


def add_bags(commands: Any) -> None:
    """Declare `phoenix bags`."""
    bags = commands.add_parser('bags', help='look into recorded sessions, and make others of them')
    actions = bags.add_subparsers(dest='action', metavar='ACTION', required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
        return parser

    for name, text in (
        ('info', 'topics, counts, length'),
        ('interactions', 'what was said and done, interaction by interaction'),
        ('check', 'find damage, and gaps in the streams; exit code 1 when there is any'),
    ):
        action(name, text).add_argument('bag', type=Path)
    repair = action('repair', 'save what is whole in a damaged bag')
    repair.add_argument('bag', type=Path)
    repair.add_argument('-o', '--output', type=Path, help='default: BAG-repaired')
    cut = action('cut', 'keep an interval')
    cut.add_argument('bag', type=Path)
    cut.add_argument('output', type=Path)
    cut.add_argument(
        '--start', metavar='S', type=float, default=0.0, help='from the beginning [s]'
    )
    cut.add_argument('--end', metavar='S', type=float, default=float('inf'), help='likewise')
    merge = action('merge', 'put bags together, in the order of time')
    merge.add_argument('bags', type=Path, nargs='+')
    merge.add_argument('-o', '--output', type=Path, required=True)
    redact = action('redact', 'take out sound and words, keep the timing')
    redact.add_argument('bag', type=Path)
    redact.add_argument('output', type=Path)
    convert = action('convert', 'from MCAP to SQLite3, or from any form to MCAP')
    convert.add_argument('bag', type=Path)
    convert.add_argument('output', type=Path)
    convert.add_argument('--storage', choices=['mcap', 'sqlite3'], default='mcap')
