"""An interaction as a trace: its events as spans, their causes and what they tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from phoenix_msgs.msg import Transcript

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType
from phoenix_core.events.printable import printable
from phoenix_core.telemetry.recent_events import TRACED, belongs
from phoenix_tools.traced_event import TracedEvent

if TYPE_CHECKING:  # what reads bags takes much memory, and the studio reads none
    from phoenix_tools.bags.session import Session

ALL_TOPICS = frozenset(event.topic for event in TRACED)
LATEST_S = 60.0  # an event that was older when it was sent has a stamp of another clock


@dataclass(frozen=True, eq=False)
class Span(TracedEvent):
    """
    One event of an interaction, and the time from its cause until it was sent.

    :param happened_ns: when the thing happened.
    :param sent_ns: when the event was sent, system time.
    """

    happened_ns: int
    sent_ns: int

    @classmethod
    def of(cls, event: EventType, message: Any) -> 'Span':
        """Return the span of an event; one that no Phoenix node sent has no time of sending."""
        happened_ns = nanoseconds(message.header.stamp)
        sent_ns = nanoseconds(message.header.published) if event.has_header else 0
        sent_ns = sent_ns or happened_ns
        if not 0 <= sent_ns - happened_ns < LATEST_S * NANOSECONDS_PER_SECOND:
            happened_ns = sent_ns  # ROS time was simulated
        return cls(event, message, happened_ns, sent_ns)

    @property
    def worked_s(self) -> float:
        """The time since the cause that was spent in a queue or on work."""
        header = self.message.header
        return float(header.queued_s + header.processing_s + header.model_s)

    @cached_property
    def kind(self) -> str:
        """The kind of the message, e.g. ended; empty where the topic has only one."""
        for field in ('phase', 'kind'):
            if hasattr(self.message, field):
                return words_of(self.message, field).replace(' ', '_')
        return ''

    @property
    def name(self) -> str:
        """The topic, with the kind."""
        return f'{self.event.topic} {self.kind}'.rstrip()


class Interaction:
    """
    All events with one trace id, in the order in which they were sent.

    :param spans: at least one.
    :param topics: those that were recorded; of others nothing is known.
    """

    def __init__(
        self, trace_id: str, spans: Iterable[Span], topics: Collection[str] = ALL_TOPICS
    ) -> None:
        self.trace_id = trace_id
        self.topics = topics
        self.spans = sorted(spans, key=lambda span: span.sent_ns)
        self._by_id = {span.span_id: span for span in self.spans}
        # Most bags hold no sound, the cause between a request to speak and its playback.
        said = (span for span in self.spans if span.event is events.SAY_REQUEST)
        self._said = {span.message.utterance_id: span for span in said}
        self._caused: defaultdict[str, list[Span]] = defaultdict(list)
        for span in self.spans:
            cause = self.cause(span)
            self._caused[cause.span_id if cause else ''].append(span)

    @property
    def begun_ns(self) -> int:
        """When it began."""
        return self.spans[0].happened_ns

    @property
    def seconds(self) -> float:
        """The time from the beginning to the last event."""
        return (self.spans[-1].sent_ns - self.begun_ns) / NANOSECONDS_PER_SECOND

    @property
    def start(self) -> str:
        """What began it; empty when it is no interaction with a person."""
        entered = [s.message for s in self.spans if s.event is events.ACTIVITY_TRANSITION]
        if len(self.spans) == 1 or any(not transition.from_activity for transition in entered):
            return ''  # it had no effect, or the toy itself began it
        return self.spans[0].event.begins or ('timer' if entered else '')

    @property
    def heard(self) -> str:
        """What the person said."""
        said = [
            span.message.text
            for span in self.spans
            if span.event is events.TRANSCRIPT and span.message.kind == Transcript.FINAL
        ]
        return printable(' / '.join(said))

    @property
    def done(self) -> str:
        """What was understood, and which activities were entered."""
        done = []
        for span in self.spans:
            if span.event is events.INTENT_DETECTED:
                done.append(span.message.name)
            elif span.event is events.ACTIVITY_TRANSITION and span.message.to_activity != 'idle':
                done.append(span.message.to_activity)
        return printable(', '.join(dict.fromkeys(done)))

    @property
    def faults(self) -> list[Span]:
        """The faults."""
        return [span for span in self.spans if span.event is events.FAULT]

    @property
    def orphans(self) -> list[Span]:
        """Events whose cause is not among the spans."""
        return [span for span in self.spans if span.parent_span_id and self.cause(span) is None]

    def cause(self, span: Span) -> Span | None:
        """Return the event that caused this one."""
        cause = self._by_id.get(span.parent_span_id)
        if cause is None and span.event is events.AUDIO_PLAYBACK:
            cause = self._said.get(span.message.utterance_id)
        return cause

    def chain(self, span: Span) -> list[Span]:
        """Return the causes of an event, from the root to the event itself."""
        chain = [span]
        while (cause := self.cause(chain[0])) is not None:
            chain.insert(0, cause)
        return chain

    def descendants(self, span: Span) -> Iterator[Span]:
        """Yield the events that an event caused, directly or not."""
        for caused in self._caused[span.span_id]:
            yield caused
            yield from self.descendants(caused)

    def rows(self) -> Iterator[tuple[int, Span]]:
        """Yield the spans as a tree, each with its depth: causes before their effects."""
        roots = [s for s in self.spans if self.cause(s) is None]
        stack = [(0, span) for span in reversed(roots)]
        while stack:
            depth, span = stack.pop()
            yield depth, span
            stack += [(depth + 1, caused) for caused in reversed(self._caused[span.span_id])]


def interactions(
    traced: Iterable[tuple[EventType, Any]], topics: Collection[str] = ALL_TOPICS
) -> list[Interaction]:
    """
    Group events by trace, in the order in which the traces began.

    :param topics: those that were recorded.
    """
    traces: defaultdict[str, list[Span]] = defaultdict(list)
    for event, message in traced:
        if event in TRACED and belongs(message):
            traces[message.header.trace_id].append(Span.of(event, message))
    made = [Interaction(trace_id, spans, topics) for trace_id, spans in traces.items()]
    return sorted(made, key=lambda interaction: interaction.begun_ns)


def of_session(session: 'Session') -> list[Interaction]:
    """Return the interactions of a recorded session."""
    return interactions(((one.event, one.message) for one in session.events), session.topics)
