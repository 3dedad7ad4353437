"""Takes apart what is said of several times at once: 'on monday and on wednesday at seven'."""

from collections.abc import Callable, Iterator

LONGEST = 8  # words of one of the times


def taken_apart(
    words: list[str],
    join_at: Callable[[list[str], int], int],
    shape: Callable[[str], str],
    most: int,
) -> Iterator[list[list[str]]]:
    """
    Yield the sentences that share the words before and behind the times.

    Only times of the same form are side by side: in 'at seven thirty and eight thirty in the
    morning', 'thirty' is not shared.

    :param join_at: how many words join two requests at a place.
    :param shape: of the words of a time; '' for what is none.
    :param most: sentences.
    """
    first = next((at for at in range(1, len(words)) if join_at(words, at)), len(words))
    seen = {''}
    for begin in range(max(1, first - LONGEST), first):
        wanted = shape(' '.join(words[begin:first]))
        if wanted in seen:  # the longer one is the time: 'sieben uhr dreißig'
            continue
        seen.add(wanted)
        times, end = [words[begin:first]], first
        while end < len(words) and (join := join_at(words, end)):
            after = _end(words, end + join, wanted, shape)
            if after is None:
                break
            times.append(words[end + join : after])
            end = after
        if 1 < len(times) <= most:
            yield [[*words[:begin], *time, *words[end:]] for time in times]


def _end(words: list[str], begin: int, wanted: str, shape: Callable[[str], str]) -> int | None:
    """Return where the longest time of that shape ends."""
    longest = min(len(words), begin + LONGEST)
    ends = range(longest, begin, -1)
    return next((end for end in ends if shape(' '.join(words[begin:end])) == wanted), None)
