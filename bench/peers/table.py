"""The figures of all, side by side, their ratios, and where a peer wins."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from figures import Figures, Reply
from recordings import Recording

COSTS: dict[str, Callable[[Figures], float]] = {
    'idle': lambda one: one.idle_percent,
    'memory idle': lambda one: one.idle_mb,
    'memory after': lambda one: one.used_mb,
    'ready': lambda one: one.ready_s,
}
COUNTS: dict[str, Callable[[Sequence[Reply]], int]] = {
    'cut': lambda replies: sum(one.is_early for one in replies),
    'not answered': lambda replies: sum(
        one.delay_s is None and not one.is_early for one in replies
    ),
}


def lines(
    phoenix: Figures, peers: Sequence[Figures], recordings: Sequence[Recording]
) -> Iterator[str]:
    """Yield the report on figures whose replies are those to the recordings."""
    yield from _table([phoenix, *peers], recordings)
    wins: list[str] = []
    yield '\nPhoenix divided by the peer, below 1: Phoenix is better; times of what both answered'
    for peer in peers:
        ratios = dict(_ratios(phoenix, peer))
        yield f'  {peer.name:26} ' + ', '.join(f'{n} {r:.2f}' for n, r in ratios.items())
        wins += [f'  {peer.name}: {name}, {r:.2f}' for name, r in ratios.items() if r > 1]
        for name, count in COUNTS.items():
            ours, theirs = count(phoenix.replies), count(peer.replies)
            if theirs < ours:
                wins.append(f'  {peer.name}: {name}, {theirs} where Phoenix has {ours}')
    yield '\nWhere a peer wins:' if wins else '\nNo peer wins anywhere.'
    yield from wins


def _table(all_figures: Sequence[Figures], recordings: Sequence[Recording]) -> Iterator[str]:
    pauses = sum(one.has_pause for one in recordings)
    yield (
        f'{"last voiced to first reply:":28} {"p50":>7} {"p95":>7} {"answered":>9} {"cut":>7} '
        f'{"idle":>8} {"memory":>8} {"after":>8} {"ready":>7}'
    )
    for one in all_figures:
        times = [reply.delay_s for reply in one.replies if reply.delay_s is not None]
        p50, p95 = (f'{np.percentile(times, p):.2f} s' if times else '-' for p in (50, 95))
        cut = COUNTS['cut'](one.replies)
        yield (
            f'{one.name:28} {p50:>7} {p95:>7} {f"{len(times)}/{len(recordings)}":>9} '
            f'{f"{cut}/{pauses}":>7} {one.idle_percent:>6.1f} % {one.idle_mb:>5.0f} MB '
            f'{one.used_mb:>5.0f} MB {one.ready_s:>5.1f} s'
        )


def _ratios(phoenix: Figures, peer: Figures) -> Iterator[tuple[str, float]]:
    pairs = [
        (ours.delay_s, theirs.delay_s)
        for ours, theirs in zip(phoenix.replies, peer.replies, strict=True)
        if ours.delay_s is not None and theirs.delay_s is not None
    ]
    if pairs:
        for part in (50, 95):
            ours, theirs = np.percentile(pairs, part, axis=0)
            yield f'p{part}', float(ours / theirs)
    for name, cost in COSTS.items():
        yield name, cost(phoenix) / cost(peer)
