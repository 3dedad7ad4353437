"""The figures of all, side by side, their ratios, and where a peer wins."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from figures import Figures, Reply
from recordings import Recording

TIMES = {'person p50': (True, 50), 'synthetic p50': (False, 50), 'synthetic p95': (False, 95)}
COUNTS: dict[str, Callable[[Reply], bool]] = {
    'cut': lambda reply: reply.is_early,
    'not answered': lambda reply: reply.delay_s is None and not reply.is_early,
}
COSTS: dict[str, Callable[[Figures], float]] = {
    'idle': lambda one: one.idle_percent,
    'memory idle': lambda one: one.idle_mb,
    'memory after': lambda one: one.used_mb,
    'ready': lambda one: one.ready_s,
}


def lines(
    phoenix: Figures, peers: Sequence[Figures], recordings: Sequence[Recording]
) -> Iterator[str]:
    """Yield the report on figures whose replies are those to the recordings."""
    yield from _table([phoenix, *peers], recordings)
    wins: list[str] = []
    yield '\nPhoenix divided by the peer, below 1: Phoenix is better; times of what both answered'
    for peer in peers:
        ratios = dict(_ratios(phoenix, peer, recordings))
        yield f'  {peer.name:26} ' + ', '.join(f'{n} {r:.2f}' for n, r in ratios.items())
        wins += [f'  {peer.name}: {name}, {r:.2f}' for name, r in ratios.items() if r > 1]
        for name in COUNTS:
            ours, theirs = _count(phoenix, name), _count(peer, name)
            if theirs < ours:
                wins.append(f'  {peer.name}: {name}, {theirs} where Phoenix has {ours}')
    yield '\nWhere a peer wins:' if wins else '\nNo peer wins anywhere.'
    yield from wins


def each(all_figures: Sequence[Figures], recordings: Sequence[Recording]) -> Iterator[str]:
    """Yield what became of each sentence."""
    for number, recording in enumerate(recordings):
        by = 'person' if recording.by_person else 'synthetic'
        yield f'{recording.text} [{by}{", pause" if recording.has_pause else ""}]'
        for one in all_figures:
            reply = one.replies[number]
            none = 'CUT' if reply.is_early else 'NOT ANSWERED'
            yield f'    {one.name:26} ' + (
                none if reply.delay_s is None else f'{reply.delay_s:.2f} s'
            )


def _table(all_figures: Sequence[Figures], recordings: Sequence[Recording]) -> Iterator[str]:
    yield (
        f'{len(recordings)} sentences, {sum(one.by_person for one in recordings)} by a person, '
        f'{sum(one.has_pause for one in recordings)} with a pause inside\n'
    )
    names = (*TIMES, *COUNTS, *COSTS)
    yield ' ' * 26 + ' '.join(f'{name:>13}' for name in names)
    for one in all_figures:
        counts = [str(_count(one, name)) for name in COUNTS]
        costs = (
            f'{one.idle_percent:.1f} %',
            *(f'{mb:.0f} MB' for mb in (one.idle_mb, one.used_mb)),
            f'{one.ready_s:.1f} s',
        )
        times = []
        for by_person, part in TIMES.values():
            delays = [
                reply.delay_s
                for reply, recording in zip(one.replies, recordings, strict=True)
                if reply.delay_s is not None and recording.by_person == by_person
            ]
            times.append(f'{np.percentile(delays, part):.2f} s' if delays else '-')
        yield f'{one.name:26}' + ' '.join(f'{cell:>13}' for cell in (*times, *counts, *costs))


def _count(one: Figures, name: str) -> int:
    return sum(COUNTS[name](reply) for reply in one.replies)


def _ratios(
    phoenix: Figures, peer: Figures, recordings: Sequence[Recording]
) -> Iterator[tuple[str, float]]:
    for name, (by_person, part) in TIMES.items():
        pairs = [
            (ours.delay_s, theirs.delay_s)
            for ours, theirs, recording in zip(
                phoenix.replies, peer.replies, recordings, strict=True
            )
            if ours.delay_s is not None
            and theirs.delay_s is not None
            and recording.by_person == by_person
        ]
        if pairs:
            ours_s, theirs_s = np.percentile(pairs, part, axis=0)
            yield name, float(ours_s / theirs_s)
    for name, cost in COSTS.items():
        yield name, cost(phoenix) / cost(peer)
