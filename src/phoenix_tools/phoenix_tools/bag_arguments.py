"""The arguments of the commands about recorded sessions: `record`, `replay`, `bags`."""

import argparse
from pathlib import Path
from typing import Any

from phoenix_tools.parsing import positive


def add_record(commands: Any) -> None:
    """Add the arguments of `record`."""
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
    for flag, metavar, text in (
        ('--duration', 'S', 'end by itself [s]'),
        ('--split-mb', 'MB', 'begin another file after so much data'),
        ('--split-s', 'S', 'begin another file after so many seconds'),
        (
            '--keep',
            'MINUTES',
            'flight recorder: keep the last minutes in memory; a fault, SIGUSR1 or Enter '
            'writes them below the output folder',
        ),
    ):
        record.add_argument(flag, metavar=metavar, type=positive, help=text)
    record.add_argument(
        '--keep-days',
        metavar='N',
        type=positive,
        help='deleted then; default, and at most: what a parent has decided (recordings_days)',
    )


def add_replay(commands: Any) -> None:
    """Add the arguments of `replay`."""
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
    """Add the arguments of `bags`."""
    bags = commands.add_parser('bags', help='look into recorded sessions, and make others of them')
    bags.set_defaults(action='list', folder=Path('bags'))
    actions = bags.add_subparsers(metavar='ACTION', help='default: list')
    added: dict[str, argparse.ArgumentParser] = {}
    for name, text, paths in (
        ('list', 'show how long each may be kept; delete what has expired', []),
        ('info', 'topics, counts, length', ['bag']),
        ('interactions', 'what was said and done, interaction by interaction', ['bag']),
        ('check', 'find damage, and gaps in the streams; exit code 1 when there is any', ['bag']),
        ('repair', 'save what is whole in a damaged bag', ['bag']),
        ('cut', 'keep an interval', ['bag', 'output']),
        ('merge', 'put bags together, in the order of time', []),
        ('redact', 'take out sound and words, keep the timing', ['bag', 'output']),
        ('convert', 'from MCAP to SQLite3, or from any form to MCAP', ['bag', 'output']),
    ):
        added[name] = actions.add_parser(name, help=text)
        added[name].set_defaults(action=name)
        for path in paths:
            added[name].add_argument(path, type=Path)
    added['list'].add_argument(
        'folder', type=Path, nargs='?', default=Path('bags'), help='default: bags'
    )
    added['repair'].add_argument('-o', '--output', type=Path, help='default: BAG-repaired')
    for flag, default, text in (
        ('--start', 0.0, 'from the beginning [s]'),
        ('--end', float('inf'), 'likewise'),
    ):
        added['cut'].add_argument(flag, metavar='S', type=float, default=default, help=text)
    added['merge'].add_argument('bags', type=Path, nargs='+')
    added['merge'].add_argument('-o', '--output', type=Path, required=True)
    added['convert'].add_argument('--storage', choices=['mcap', 'sqlite3'], default='mcap')
