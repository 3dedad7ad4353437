"""
Compare what the toy does with what it did before, interaction by interaction.

Within an interaction: the order of each topic, the fields by the catalogue's rules, the causes,
and the time between cause and effect. An event that was not recorded is a difference, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import starmap, zip_longest
from typing import NamedTuple

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_tools.bags.replay import is_outcome
from phoenix_tools.bags.session import Session, SessionEvent, by_trace

BUDGET_S = 0.2  # how much longer than recorded a step may take


class Pair(NamedTuple):
    """An event as recorded and as replayed; None: it was not recorded, or did not come."""

    recorded: SessionEvent | None
    replayed: SessionEvent | None


@dataclass(frozen=True)
class Difference:
    """
    One deviation from the recording.

    :param kind: missing, extra, changed, cause or time.
    :param detail: what differs, one line each.
    """

    kind: str
    pair: Pair
    detail: tuple[str, ...] = ()

    def __str__(self) -> str:
        match self.kind:
            case 'missing':
                return f'did not come: {self.pair.recorded}'
            case 'extra':
                return f'came, and was not recorded: {self.pair.replayed}'
        return f'{self.pair.replayed}: ' + '; '.join(self.detail)


class Row(NamedTuple):
    """A pair of events, when each happened since the interaction began [s], as far as it did."""

    recorded: tuple[float, SessionEvent] | None
    replayed: tuple[float, SessionEvent] | None
    differs: bool


@dataclass(frozen=True)
class ComparedInteraction:
    """
    An interaction as recorded and as replayed, and the differences.

    :param at_s: when it began, since the beginning of the session.
    :param pairs: in the order of time; inputs included.
    """

    title: str
    at_s: float
    pairs: Sequence[Pair]
    differences: Sequence[Difference] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Yield the pairs with their times, to be shown side by side."""
        begins_ns = [
            min((event.time_ns for event in side if event is not None), default=0)
            for side in zip(*self.pairs, strict=True)
        ]
        differing = {difference.pair for difference in self.differences}
        for pair in self.pairs:
            recorded, replayed = (
                ((event.time_ns - begin_ns) / NANOSECONDS_PER_SECOND, event) if event else None
                for event, begin_ns in zip(pair, begins_ns, strict=True)
            )
            yield Row(recorded, replayed, pair in differing)


def compare(
    recorded: Session,
    replayed: Session,
    running: Sequence[str],
    budget_s: float = BUDGET_S,
) -> list[ComparedInteraction]:
    """
    Compare two sessions; an interaction without differences is as recorded.

    :param running: the nodes whose events are compared; those of others are inputs.
    :param budget_s: how much longer than recorded a step may take.
    """
    before, after = (by_trace(_relevant(session, running)) for session in (recorded, replayed))
    begin_ns = recorded.events[0].time_ns
    return [
        _compare_interaction(old, new, running, budget_s, begin_ns)
        for old, new in _paired(before, after)
    ]


def _relevant(session: Session, running: Sequence[str]) -> Iterator[SessionEvent]:
    """Yield the outcome from the first input on, or from an event that begins an interaction."""
    began = False
    for event in session.events:
        if event.event.has_header and event.trace_id and is_outcome(event):
            began |= event.producer not in running or event.event.starts_trace
            if began:
                yield event


def _paired(
    before: Mapping[str, list[SessionEvent]], after: Mapping[str, list[SessionEvent]]
) -> Iterator[tuple[list[SessionEvent], list[SessionEvent]]]:
    """Match interactions by the id that the input brought, else by their order."""
    unmatched = [trace for key, trace in after.items() if key not in before]
    for key, old in before.items():
        new = after.get(key)
        if new is None:  # begun by the toy itself, as a timer: its id differs in each run
            new = next((one for one in unmatched if one[0].event is old[0].event), [])
            if new:
                unmatched.remove(new)
        yield old, new
    for new in unmatched:
        yield [], new


def _compare_interaction(
    old: list[SessionEvent],
    new: list[SessionEvent],
    running: Sequence[str],
    budget_s: float,
    begin_ns: int,
) -> ComparedInteraction:
    pairs: list[Pair] = []
    for event in dict.fromkeys(one.event for one in [*old, *new]):
        pairs += _aligned(*([one for one in side if one.event is event] for side in (old, new)))
    pairs.sort(key=lambda pair: _since_begin(pair, old, new))
    replayed_as = {
        pair.recorded.span_id: pair.replayed.span_id
        for pair in pairs
        if pair.recorded and pair.replayed
    }
    old_spans, new_spans = ({event.span_id: event for event in side} for side in (old, new))
    differences: list[Difference] = []
    for pair in pairs:
        was, now = pair
        if (was or now).producer not in running:  # type: ignore[union-attr]
            continue
        if was is None or now is None:
            differences.append(Difference('missing' if now is None else 'extra', pair))
            continue
        if changed := was.event.differences(was.message, now.message):
            differences.append(Difference('changed', pair, tuple(changed)))
        old_cause = old_spans.get(was.parent_span_id)
        new_cause = new_spans.get(now.parent_span_id)
        if old_cause and new_cause:
            expected = replayed_as.get(old_cause.span_id, new_cause.span_id)
            if expected != new_cause.span_id:
                detail = f'caused by {new_cause}, recorded was: by {old_cause}'
                differences.append(Difference('cause', pair, (detail,)))
        # The time since the cause, or else since the event before.
        start = old_cause or _before(was, old)
        took_s = (was.time_ns - start.time_ns) / NANOSECONDS_PER_SECOND
        new_start = new_cause or _before(now, new)
        takes_s = (now.time_ns - new_start.time_ns) / NANOSECONDS_PER_SECOND
        if takes_s - took_s > budget_s:
            detail = f'{takes_s:.2f} s after {start}, recorded were {took_s:.2f} s (+{budget_s:g})'
            differences.append(Difference('time', pair, (detail,)))
    first = (old or new)[0]
    title = next((str(event) for event in old or new if str(event) != event.event.topic), '')
    at_s = (first.time_ns - begin_ns) / NANOSECONDS_PER_SECOND
    return ComparedInteraction(title or first.event.topic, at_s, pairs, differences)


def _before(event: SessionEvent, trace: list[SessionEvent]) -> SessionEvent:
    return trace[max(0, trace.index(event) - 1)]


def _since_begin(pair: Pair, old: list[SessionEvent], new: list[SessionEvent]) -> int:
    if pair.recorded is not None:
        return pair.recorded.time_ns - old[0].time_ns
    assert pair.replayed is not None
    return pair.replayed.time_ns - new[0].time_ns


@dataclass(frozen=True, eq=False)
class _Alike:
    """An event of a topic, equal to each that differs in nothing that the catalogue compares."""

    event: SessionEvent

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, _Alike)
        return not self.event.event.differences(self.event.message, other.event.message)

    def __hash__(self) -> int:
        return hash(self.event.event)


def _aligned(old: list[SessionEvent], new: list[SessionEvent]) -> Iterator[Pair]:
    """Pair what is equal in two sequences of one topic; between that, what has changed."""
    matcher = SequenceMatcher(None, [*map(_Alike, old)], [*map(_Alike, new)], autojunk=False)
    for _, old_begin, old_end, new_begin, new_end in matcher.get_opcodes():
        yield from starmap(Pair, zip_longest(old[old_begin:old_end], new[new_begin:new_end]))
