"""
Measures Phoenix and its peers in one run, with the same recordings, models and voice.

Each hears a call and a sentence of the intents in real time: every fourth by a person, every
second by a synthetic voice with a pause of 0.3 to 1.2 s inside. Peers answer with the words that
Phoenix has said, so that only plumbing, the end of the turn, the recognizer and the voice are
compared. The first recording is heard once more before, which is not counted. Each peer has an
environment of its own, made the first time. The defaults take 25 minutes.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # the other benchmarks, whose code is used

import this_toy
from environments import Models, NotInstalledError, models, python_of
from figures import Figures
from peer import PeerError, measured
from recordings import recordings
from table import each, lines

HERE = Path(__file__).parent
CACHE = Path.home() / '.cache' / 'phoenix' / 'peers'
SETTLE_S = 15.0  # as bench/idle.py
NO_WORDS = 'I did not understand that.'  # where Phoenix said nothing


def pipecat(*options: object) -> Callable[[Models, Path], list[object]]:
    """Return what makes the command of a Pipecat pipeline."""
    return lambda given, cache: [
        *(python_of('pipecat', cache), HERE / 'pipecat_pipeline.py'),
        *('--moonshine', given.moonshine, '--voice', given.voice, *options),
    ]


def wyoming(*environments: str) -> Callable[[Models, Path], list[object]]:
    """Return what makes the command of Wyoming services, with those of other environments."""
    return lambda given, cache: [
        *(python_of('wyoming', cache), HERE / 'wyoming_house.py'),
        *('--whisper', given.whisper, '--voice', given.voice),
        *(part for name in environments for part in (f'--{name}', python_of(name, cache))),
    ]


PEERS = {
    'smart-turn': ('Pipecat, Smart Turn', pipecat()),
    'hold': ('Pipecat, hold of 0.8 s', pipecat('--hold', 0.8)),
    'wyoming': ('Wyoming, microWakeWord', wyoming()),
    'wyoming-oww': ('Wyoming, openWakeWord', wyoming('openwakeword')),
}


async def compare(
    count: int, seed: int, idle_s: float, names: Sequence[str], cache: Path, show: bool
) -> None:
    """Measure all in turn and print the report."""
    given = models(cache)
    commands, missing = {}, []
    for name in names:
        title, command_of = PEERS[name]
        try:
            commands[name] = [str(part) for part in command_of(given, cache)]
        except NotInstalledError as error:
            missing.append(f'{title} cannot be installed here: {error}')
    peers: list[Figures] = []
    with tempfile.TemporaryDirectory() as folder:
        played = recordings(count, seed, Path(folder))
        played.insert(0, played[0])
        print('Phoenix ...', flush=True)
        phoenix = await this_toy.measured(played, SETTLE_S, idle_s)
        words = [reply.words or NO_WORDS for reply in phoenix.replies]
        heard = list(zip(played, words, strict=True))
        for name, command in commands.items():
            title, log = PEERS[name][0], cache / f'{name}.log'
            print(f'{title} ...', flush=True)
            try:
                peers.append(await measured(title, command, log, heard, SETTLE_S, idle_s))
            except PeerError as error:
                missing.append(f'{title} does not run here: {error} (more in {log})')
    for figures in (phoenix, *peers):
        del figures.replies[0]
    if show:
        print('', *each([phoenix, *peers], played[1:]), sep='\n')
    print('', *lines(phoenix, peers, played[1:]), *missing, sep='\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--recordings', type=int, default=20)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--seconds', type=float, default=60.0, help='of silence')
    parser.add_argument('--peer', choices=PEERS, action='append', help='default: all')
    parser.add_argument('--environments', type=Path, default=CACHE, help='where they are kept')
    parser.add_argument('--show', action='store_true', help='what became of each sentence')
    given = parser.parse_args()
    names = given.peer or list(PEERS)
    asyncio.run(
        compare(
            given.recordings,
            given.seed,
            given.seconds,
            names,
            given.environments.resolve(),
            given.show,
        )
    )


if __name__ == '__main__':
    main()
