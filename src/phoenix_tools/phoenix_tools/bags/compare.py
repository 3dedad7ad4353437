"""
Compares what a toy did with what it did before, interaction by interaction.

Within an interaction: the order of each topic, the fields by the catalogue's rules, what caused
what, and how long it took. What came and was not recorded is a difference, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType
from phoenix_tools.bags.replay import is_outcome
from phoenix_tools.bags.session import Session, SessionEvent

BUDGET_S = 0.2  # how much longer than recorded a step may take


@dataclass(frozen=True)
class Difference:
    """
    One thing that is not as recorded.

    :param kind: missing, extra, changed, cause or time.
    :param recorded: None: it was not recorded.
    :param replayed: None: it did not come.
    :param detail: what differs, one line each.
    """

    kind: str
    recorded: SessionEvent | None
    replayed: SessionEvent | None
    detail: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in a line or a few."""
        match self.kind:
            case 'missing':
                return f'did not come: {self.recorded}'
            case 'extra':
                return f'came, and was not recorded: {self.replayed}'
        return f'{self.replayed}: ' + '; '.join(self.detail)


@dataclass(frozen=True)
class Interaction:
    """
    An interaction as it was and as it is, and how they differ.

    :param rows: recorded and replayed side by side, in the order of time; inputs included.
    """

    title: str
    at_s: float
    rows: Sequence[tuple[SessionEvent | None, SessionEvent | None]]
    differences: Sequence[Difference] = field(default_factory=list)


def compare(
    recorded: Session,
    replayed: Session,
    running: Sequence[str],
    budget_s: float = BUDGET_S,
) -> list[Interaction]:
    """
    Compare two sessions; an interaction without differences is as it was.

    :param running: the nodes whose events are compared; those of others went in.
    :param budget_s: how much longer than recorded a step may take.
    """
    before, after = _relevant(recorded, running), _relevant(replayed, running)
    begin_ns = recorded.events[0].time_ns
    return [
        _compare_interaction(old, new, set(running), budget_s, begin_ns)
        for old, new in _paired(_traces(before), _traces(after))
    ]


def _relevant(session: Session, running: Sequence[str]) -> list[SessionEvent]:
    """
    Return what counts from the first input on, or what was heard in one that is sound.

    What is before belongs to an earlier time.
    """
    began = False
    kept = []
    for event in session.events:
        if not (event.event.has_header and event.trace_id and is_outcome(event)):
            continue
        began |= event.producer not in running or event.event.starts_trace
        if began:
            kept.append(event)
    return kept


def _traces(happened: Sequence[SessionEvent]) -> dict[str, list[SessionEvent]]:
    traces: dict[str, list[SessionEvent]] = {}
    for event in happened:
        traces.setdefault(event.trace_id, []).append(event)
    return traces


_Pairs = list[tuple[list[SessionEvent], list[SessionEvent]]]


def _paired(
    before: Mapping[str, list[SessionEvent]], after: Mapping[str, list[SessionEvent]]
) -> _Pairs:
    """Put interactions together: by id where the input brought it, else by their order."""
    pairs: _Pairs = []
    strange = [trace for key, trace in after.items() if key not in before]
    for key, old in before.items():
        if key in after:
            pairs.append((old, after[key]))
            continue
        # Begun by the toy itself, such as a timer that rings: another id at each run.
        fitting = next((new for new in strange if new[0].event is old[0].event), [])
        if fitting:
            strange.remove(fitting)
        pairs.append((old, fitting))
    return pairs + [([], new) for new in strange]


def _compare_interaction(
    old: list[SessionEvent],
    new: list[SessionEvent],
    running: set[str],
    budget_s: float,
    begin_ns: int,
) -> Interaction:
    matched: list[tuple[SessionEvent | None, SessionEvent | None]] = []
    topics = dict.fromkeys(event.event for event in [*old, *new])
    for topic in topics:
        matched += _aligned(
            topic,
            [event for event in old if event.event is topic],
            [event for event in new if event.event is topic],
        )
    partner = {was.span_id: now.span_id for was, now in matched if was and now}
    matched.sort(key=lambda pair: _place(pair, old, new))
    differences: list[Difference] = []
    causes_before = {event.span_id: event for event in old}
    causes_after = {event.span_id: event for event in new}
    for was, now in matched:
        if (was or now).producer not in running:  # type: ignore[union-attr]
            continue
        if was is None or now is None:
            differences.append(Difference('missing' if now is None else 'extra', was, now))
            continue
        changed = was.event.differences(was.message, now.message)
        if changed:
            differences.append(Difference('changed', was, now, tuple(changed)))
        differences += _cause(was, now, causes_before, causes_after, partner)
        differences += _time(was, now, (old, causes_before), (new, causes_after), budget_s)
    first = (old or new)[0]
    title = next((str(event) for event in old or new if str(event) != event.event.topic), '')
    return Interaction(
        title or first.event.topic,
        (first.time_ns - begin_ns) / NANOSECONDS_PER_SECOND,
        matched,
        differences,
    )


def _place(
    pair: tuple[SessionEvent | None, SessionEvent | None],
    old: list[SessionEvent],
    new: list[SessionEvent],
) -> float:
    was, now = pair
    if was is not None:
        return was.time_ns - old[0].time_ns
    assert now is not None
    return now.time_ns - new[0].time_ns


def _aligned(
    topic: EventType, old: list[SessionEvent], new: list[SessionEvent]
) -> Iterator[tuple[SessionEvent | None, SessionEvent | None]]:
    """Put together what is the same in two sequences; between it, what has changed."""
    same = [[not topic.differences(a.message, b.message) for b in new] for a in old]
    # Longest common subsequence: lengths[i][j] of old[i:] and new[j:].
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            lengths[i][j] = max(
                lengths[i + 1][j],
                lengths[i][j + 1],
                lengths[i + 1][j + 1] + 1 if same[i][j] else 0,
            )
    i = j = 0
    gone: list[SessionEvent] = []
    come: list[SessionEvent] = []

    def gap() -> Iterator[tuple[SessionEvent | None, SessionEvent | None]]:
        for k in range(max(len(gone), len(come))):
            yield gone[k] if k < len(gone) else None, come[k] if k < len(come) else None
        gone.clear()
        come.clear()

    while i < len(old) or j < len(new):
        both = i < len(old) and j < len(new)
        if both and same[i][j] and lengths[i][j] == lengths[i + 1][j + 1] + 1:
            yield from gap()
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif j == len(new) or (i < len(old) and lengths[i + 1][j] >= lengths[i][j + 1]):
            gone.append(old[i])
            i += 1
        else:
            come.append(new[j])
            j += 1
    yield from gap()


def _cause(
    was: SessionEvent,
    now: SessionEvent,
    before: Mapping[str, SessionEvent],
    after: Mapping[str, SessionEvent],
    partner: Mapping[str, str],
) -> Iterator[Difference]:
    """Compare what caused an event, where both causes are known."""
    old_cause, new_cause = before.get(was.parent_span_id), after.get(now.parent_span_id)
    if old_cause is None or new_cause is None or old_cause.span_id not in partner:
        return
    if partner[old_cause.span_id] != new_cause.span_id:
        detail = f'caused by {new_cause}, recorded was: by {old_cause}'
        yield Difference('cause', was, now, (detail,))


_Side = tuple[list[SessionEvent], Mapping[str, SessionEvent]]


def _time(
    was: SessionEvent, now: SessionEvent, before: _Side, after: _Side, budget_s: float
) -> Iterator[Difference]:
    """Compare how long after its cause an event came, or else after the one before it."""
    took_s, cause = _step(was, *before)
    takes_s, _ = _step(now, *after)
    if takes_s - took_s > budget_s:
        detail = f'{takes_s:.2f} s after {cause}, recorded were {took_s:.2f} s (+{budget_s:g})'
        yield Difference('time', was, now, (detail,))


def _step(
    event: SessionEvent, trace: list[SessionEvent], spans: Mapping[str, SessionEvent]
) -> tuple[float, Any]:
    cause = spans.get(event.parent_span_id)
    if cause is None:
        place = trace.index(event)
        cause = trace[place - 1] if place else event
    return (event.time_ns - cause.time_ns) / NANOSECONDS_PER_SECOND, cause
