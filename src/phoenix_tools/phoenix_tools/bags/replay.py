"""Replay a recorded session: feed its inputs to the nodes and keep the outcome."""

import copy
from collections import defaultdict
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
from phoenix_tools.bags.recorded_chat import model_of
from phoenix_tools.bags.session import Session, SessionEvent
from phoenix_tools.bags.simulated_graph import Participant, SimulatedGraph
from phoenix_tools.command_error import CommandError

PATIENCE_NS = 5 * NANOSECONDS_PER_SECOND  # how much later than recorded a cause may come
SETTLE_NS = NANOSECONDS_PER_SECOND  # after the end, for events that must not happen

# The level from which the toy runs: events of these roles are fed, and the nodes that publish
# them are left out.
LEVELS: Mapping[str, frozenset[Role]] = {
    'audio': frozenset((Role.SOUND, Role.SENSED)),
    'transcripts': frozenset((Role.SOUND, Role.SENSED, Role.HEARD)),
    'intents': frozenset((Role.SOUND, Role.SENSED, Role.HEARD, Role.UNDERSTOOD)),
}


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
    Decide which nodes run and which events are fed: those of all nodes that do not run.

    :param nodes: of the whole toy.
    :raises CommandError: there is nothing to feed.
    """
    classes = {name: plugins.load(plugins.NODES, name) for name in nodes}
    running = {
        name: node.declarations
        for name, node in classes.items()
        if not any(event.role in LEVELS[level] for event in node.declarations.publishes)
    }
    produced = {event for declared in running.values() for event in declared.publishes}
    consumed = {event for declared in running.values() for event in declared.subscribes}

    def is_input(event: SessionEvent) -> bool:
        if event.event.has_header:
            return event.event in consumed and event.producer not in running
        return event.event in consumed - produced

    inputs = [event for event in session.events if is_input(event)]
    if not inputs:
        raise CommandError(f'{session.path}: holds nothing to replay from {level}')
    chosen = set(inputs)
    causes: list[SessionEvent | None] = []
    last: SessionEvent | None = None  # the newest event that an input can follow
    streams: dict[EventType, SessionEvent] = {}
    for event in session.events:
        if event in chosen and not event.event.traced:
            causes.append(streams.get(event.event))
            streams[event.event] = event
        elif event in chosen:
            parent = session.by_span.get(event.parent_span_id)
            known = parent is not None and (
                parent in chosen or (parent.producer in running and is_outcome(parent))
            )
            causes.append(parent if known else last)
            last = event
        elif is_outcome(event) and event.producer in running:
            last = event
    return Plan(list(running), inputs, causes)


def best_level(session: Session) -> str:
    """Return the level nearest to the sensors that a session can be replayed from."""
    held = {event.event for event in session.events}
    if events.AUDIO_INPUT in held:
        return 'audio'
    heard = events.TRANSCRIPT in held or events.INTENT_DETECTED not in held
    return 'transcripts' if heard else 'intents'


def is_outcome(event: SessionEvent) -> bool:
    """
    Return whether a replay must repeat an event.

    Partial transcripts and the thinking sound depend on how long models take: in a replay they
    take no time.
    """
    if event.event is events.TRANSCRIPT and event.message.kind == Transcript.PARTIAL:
        return False
    if event.event is events.EARCON and event.message.earcon == 'thinking':
        return False
    return any(comparison != IGNORE for comparison in event.event.comparisons.values())


def _kind(event: SessionEvent) -> tuple[EventType, Any]:
    return event.event, getattr(event.message, 'kind', None)


class Replayer(Participant):
    """Feeds the inputs of a plan, each with the recorded delay after the event it follows."""

    def __init__(self, session: Session, plan: Plan, **options: Any) -> None:
        fed = tuple({event.event for event in plan.inputs})
        super().__init__(plan.nodes, publishes=fed, **options)
        self._plan = plan
        self._recorded_start_ns = session.events[0].time_ns
        self._recorded_end_ns = session.events[-1].time_ns
        self._fed_ns: dict[SessionEvent, int] = {}
        self._came_ns: defaultdict[tuple[EventType, Any], list[int]] = defaultdict(list)
        self._start_ns = self._last_ns = 0
        self._next = 0
        # The number of each outcome event among those of its kind.
        self._ordinals: dict[SessionEvent, int] = {}
        counts: defaultdict[tuple[EventType, Any], int] = defaultdict(int)
        for event in session.events:
            if event.producer in plan.nodes and is_outcome(event):
                self._ordinals[event] = counts[_kind(event)]
                counts[_kind(event)] += 1

    def begin(self, now_ns: int) -> None:
        """Start the time of the session."""
        self._start_ns = self._last_ns = now_ns

    def due_ns(self) -> int:
        """Return when to feed the next input, or to end the session."""
        if self.all_fed:
            rest_ns = self._recorded_end_ns - self._plan.inputs[-1].time_ns
            complete = sum(map(len, self._came_ns.values())) >= len(self._ordinals)
            return self._last_ns + rest_ns + (SETTLE_NS if complete else PATIENCE_NS)
        event, cause = self._plan.inputs[self._next], self._plan.causes[self._next]
        before_ns = (
            self._plan.inputs[self._next - 1].time_ns if self._next else self._recorded_start_ns
        )
        latest_ns = self._last_ns + event.time_ns - before_ns + PATIENCE_NS
        after_ns = self._start_ns if cause is None else self._when(cause)
        if after_ns is None:
            return latest_ns
        since_ns = event.time_ns - (self._recorded_start_ns if cause is None else cause.time_ns)
        return min(max(after_ns + since_ns, self._last_ns), latest_ns)

    def feed(self, now_ns: int) -> None:
        """Publish the next input."""
        event = self._plan.inputs[self._next]
        message = copy.copy(event.message)
        if event.event.has_header:
            header = copy.deepcopy(event.message.header)
            header.stamp = to_stamp(now_ns - (event.time_ns - event.stamp_ns))
            timing.stamp(header)
            message.header = header
        self._next += 1
        self._last_ns = self._fed_ns[event] = now_ns
        self.events.append(SessionEvent(event.event, message, now_ns))
        self.events_out.send(event.event, message)

    @property
    def all_fed(self) -> bool:
        """Whether there is nothing more to feed."""
        return self._next == len(self._plan.inputs)

    def _when(self, cause: SessionEvent) -> int | None:
        """Return when a recorded event came in the replay; None: not yet."""
        if cause in self._fed_ns:
            return self._fed_ns[cause]
        if cause not in self._ordinals:
            return self._start_ns
        came, ordinal = self._came_ns[_kind(cause)], self._ordinals[cause]
        return came[ordinal] if ordinal < len(came) else None

    def keep(self, event: SessionEvent) -> None:
        """Keep an event that was not fed, and count it."""
        if event.producer not in self._plan.nodes and event.event.has_header:
            return
        super().keep(event)
        if is_outcome(event):
            self._came_ns[_kind(event)].append(event.time_ns)


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
    Run the nodes of a plan through a session and return the new session.

    :param rate: seconds of the session per real one; inf: as fast as the nodes can.
    :param progress: called with the share that is done, 0 to 1.
    :raises CommandError: the nodes do not start or get stuck.
    """
    start_ns = session.events[0].time_ns
    length_ns = max(1, session.events[-1].time_ns - start_ns)
    with SimulatedGraph(
        plan.nodes,
        settings,
        lambda **options: Replayer(session, plan, **options),
        start_ns=start_ns,
        rate=rate,
        interrupted=interrupted,
    ) as graph:
        replayer = graph.participant
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
        return replace(session, events=list(replayer.events))


def replay_settings(session: Session, *, synthesize: bool = False) -> dict[str, dict[str, Any]]:
    """
    Return the recorded settings, with the recorded voice and language model.

    :param synthesize: keep the voice that synthesizes.
    """
    settings = {name: dict(values) for name, values in session.settings.items()}
    recorded = {'providers': ['recorded'], 'recorded.bag': str(session.path)}
    if not synthesize:
        settings['voice'] = {**settings.get('voice', {}), **recorded}
    if model_of(session):
        chat = {**recorded, 'providers': ['recorded', 'scripted']}
        settings['conversation'] = {**settings.get('conversation', {}), **chat}
    return settings
