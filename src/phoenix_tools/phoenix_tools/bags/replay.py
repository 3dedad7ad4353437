"""Replays a recorded session: feeds what went in, and keeps what comes out."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from phoenix_msgs.msg import Transcript

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, to_stamp
from phoenix_core.events.comparison import IGNORE
from phoenix_core.events.event_type import EventType, Role
from phoenix_core.settings import plugins
from phoenix_core.telemetry import timing
from phoenix_tools.bags.graph import Companion, Graph
from phoenix_tools.bags.recorded_chat import model_of
from phoenix_tools.bags.session import Session, SessionEvent

PATIENCE_S = 5.0  # how much later than recorded something may come that an input waits for
SETTLE_S = 1.0  # what must not happen has so long to happen after the end

# From which level on the toy is run anew: events of these roles are fed, and the nodes that
# publish them are left out.
LEVELS: Mapping[str, frozenset[Role]] = {
    'audio': frozenset((Role.SOUND, Role.SENSED)),
    'transcripts': frozenset((Role.SOUND, Role.SENSED, Role.HEARD)),
    'intents': frozenset((Role.SOUND, Role.SENSED, Role.HEARD, Role.UNDERSTOOD)),
}


class ReplayError(Exception):
    """A session cannot be replayed; one line."""


@dataclass(frozen=True)
class Plan:
    """
    What is fed and what is compared.

    :param nodes: those that run.
    :param inputs: in the order in which they are fed.
    :param causes: for each input, the event it follows; None: the beginning.
    """

    nodes: Sequence[str]
    inputs: Sequence[SessionEvent]
    causes: Sequence[SessionEvent | None]


def make_plan(session: Session, nodes: Iterable[str], level: str) -> Plan:
    """
    Decide who runs and what is fed: everything that somebody said who does not run.

    :param nodes: of the whole toy.
    :raises ReplayError: there is nothing to feed.
    """
    classes = {name: plugins.load(plugins.NODES, name) for name in nodes}
    running = {
        name: node
        for name, node in classes.items()
        if not any(event.role in LEVELS[level] for event in node.declarations.publishes)
    }
    produced = {event for node in running.values() for event in node.declarations.publishes}
    consumed = {event for node in running.values() for event in node.declarations.subscribes}

    def is_input(event: SessionEvent) -> bool:
        if event.event not in consumed:
            return False
        if event.event.has_header:
            return event.producer not in running
        return event.event not in produced

    inputs = [event for event in session.events if is_input(event)]
    if not inputs:
        raise ReplayError(f'{session.path}: holds nothing to replay from {level}')
    chosen = set(inputs)
    causes: list[SessionEvent | None] = []
    last: SessionEvent | None = None  # of what an input can follow
    streams: dict[EventType, SessionEvent] = {}
    for event in session.events:
        if event in chosen:
            if not event.event.traced:
                causes.append(streams.get(event.event))
                streams[event.event] = event
                continue
            parent = session.by_span.get(event.parent_span_id)
            known = parent is not None and (
                parent in chosen or (parent.producer in running and is_outcome(parent))
            )
            causes.append(parent if known else last)
            last = event
        elif is_outcome(event) and event.producer in running:
            last = event
    return Plan(list(running), inputs, causes)


def is_outcome(event: SessionEvent) -> bool:
    """
    Tell whether a replay must repeat an event.

    Partial transcripts come as time allows, and the thinking sound when a model takes long: in a
    replay none does.
    """
    if event.event is events.TRANSCRIPT and event.message.kind == Transcript.PARTIAL:
        return False
    if event.event is events.EARCON and event.message.earcon == 'thinking':
        return False
    return any(comparison != IGNORE for comparison in event.event.comparisons.values())


def _kind(event: SessionEvent) -> tuple[EventType, Any]:
    return event.event, getattr(event.message, 'kind', None)


class Replayer(Companion):
    """Feeds the inputs of a plan, each as long after what it follows as it was recorded."""

    def __init__(self, session: Session, plan: Plan, **options: Any) -> None:
        """Declare what is fed."""
        fed = tuple({event.event for event in plan.inputs})
        super().__init__(plan.nodes, publishes=fed, **options)
        self._plan = plan
        self._nodes = set(plan.nodes)
        self._recorded_start_ns = session.events[0].time_ns
        self._recorded_end_ns = session.events[-1].time_ns
        self._fed_ns: dict[SessionEvent, int] = {}
        self._ordinals = _ordinals(session.events, self._nodes)
        self._came_ns: dict[tuple[EventType, Any], list[int]] = {}
        self._start_ns: int | None = None
        self._next = 0
        outcome = [e for e in session.events if e.producer in self._nodes and is_outcome(e)]
        self._expected = len(outcome)

    def begin(self, now_ns: int) -> None:
        """Count time from now on."""
        self._start_ns = self._last_ns = now_ns

    def due_ns(self) -> int:
        """When the next input is to be fed, or the session to end."""
        if self._next == len(self._plan.inputs):
            return self._end_ns()
        event, cause = self._plan.inputs[self._next], self._plan.causes[self._next]
        assert self._start_ns is not None
        before = self._plan.inputs[self._next - 1] if self._next else None
        before_ns = before.time_ns if before else self._recorded_start_ns
        at_latest = (
            self._last_ns + event.time_ns - before_ns + round(PATIENCE_S * NANOSECONDS_PER_SECOND)
        )
        if cause is None:
            after_ns, since_ns = self._start_ns, event.time_ns - self._recorded_start_ns
        else:
            came_ns = self._when(cause)
            if came_ns is None:
                return at_latest
            after_ns, since_ns = came_ns, event.time_ns - cause.time_ns
        return min(max(after_ns + since_ns, self._last_ns), at_latest)

    def feed(self, now_ns: int) -> None:
        """Publish the next input."""
        event = self._plan.inputs[self._next]
        message = copy.copy(event.message)
        if event.event.has_header:
            header = copy.deepcopy(event.message.header)
            stamp_ns = now_ns - (event.time_ns - event.stamp_ns)
            header.stamp = to_stamp(stamp_ns)
            timing.stamp(header)
            message.header = header
        self._next += 1
        self._last_ns = self._fed_ns[event] = now_ns
        self.happened.append(SessionEvent(event.event, message, now_ns))
        self.events_out.send(event.event, message)

    @property
    def all_fed(self) -> bool:
        """Tell whether there is nothing more to feed."""
        return self._next == len(self._plan.inputs)

    def _end_ns(self) -> int:
        rest_ns = self._recorded_end_ns - self._plan.inputs[-1].time_ns
        came = sum(map(len, self._came_ns.values()))
        wait_s = SETTLE_S if came >= self._expected else PATIENCE_S
        return self._last_ns + rest_ns + round(wait_s * NANOSECONDS_PER_SECOND)

    def _when(self, cause: SessionEvent) -> int | None:
        """When an event of the recording has come in the replay; None: not yet."""
        if cause in self._fed_ns:
            return self._fed_ns[cause]
        if cause not in self._ordinals:
            return self._start_ns
        came = self._came_ns.get(_kind(cause), [])
        ordinal = self._ordinals[cause]
        return came[ordinal] if ordinal < len(came) else None

    def keep(self, event: SessionEvent) -> None:
        """Take what has happened, but for what was fed, and count it."""
        if event.producer not in self._nodes and event.event.has_header:
            return
        super().keep(event)
        if is_outcome(event):
            self._came_ns.setdefault(_kind(event), []).append(event.time_ns)


def _ordinals(happened: Iterable[SessionEvent], nodes: set[str]) -> dict[SessionEvent, int]:
    """Count the outcome events of each kind."""
    counts: dict[tuple[EventType, Any], int] = {}
    ordinals = {}
    for event in happened:
        if event.producer in nodes and is_outcome(event):
            ordinals[event] = counts.get(_kind(event), 0)
            counts[_kind(event)] = ordinals[event] + 1
    return ordinals


def replay(
    session: Session,
    plan: Plan,
    settings: Mapping[str, Mapping[str, Any]],
    *,
    rate: float = float('inf'),
    interrupted: Sequence[int] = (),
    progress: Callable[[float], None] = lambda share: None,
) -> Session:
    """
    Run the nodes of a plan through a session and return what happened.

    :param rate: seconds of the session for each real one; inf: as fast as the nodes can.
    :param progress: is told the share that is done, 0 to 1.
    :raises GraphError: the nodes do not start or get stuck.
    """
    start_ns = session.events[0].time_ns
    length_ns = max(1, session.events[-1].time_ns - start_ns)
    with Graph(
        plan.nodes,
        settings,
        lambda **options: Replayer(session, plan, **options),
        start_ns=start_ns,
        rate=rate,
        interrupted=interrupted,
    ) as graph:
        replayer = graph.companion
        assert isinstance(replayer, Replayer)
        graph.start()
        replayer.begin(graph.time.now_ns)
        while not interrupted:
            due_ns = replayer.due_ns()
            if graph.time.now_ns >= due_ns:
                if replayer.all_fed:
                    break
                replayer.feed(graph.time.now_ns)
                continue

            def changed(due_ns: int = due_ns) -> bool:
                return replayer.due_ns() != due_ns

            graph.run_until(due_ns, changed)
            progress(min(1.0, (graph.time.now_ns - start_ns) / length_ns))
        heard = list(replayer.happened)
    return replace(session, events=heard)


def replay_settings(session: Session, *, synthesize: bool = False) -> dict[str, dict[str, Any]]:
    """
    Return the settings that the nodes had, with voice and language model as they were.

    :param synthesize: leave the voice to speak anew.
    """
    settings = {name: dict(values) for name, values in session.settings.items()}
    voice = {'providers': ['recorded'], 'recorded.bag': str(session.path)}
    if not synthesize:
        settings['voice'] = {**settings.get('voice', {}), **voice}
    if model_of(session):
        chat = {'providers': ['recorded', 'scripted'], 'recorded.bag': str(session.path)}
        settings['conversation'] = {**settings.get('conversation', {}), **chat}
    return settings
