"""Script a session: a person who speaks, touches and types to the whole toy on simulated time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import ActivityState

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType
from phoenix_tools.bags.node_settings import notable
from phoenix_tools.bags.session import Session
from phoenix_tools.bags.simulated_graph import Participant, SimulatedGraph
from phoenix_tools.person import PersonNode

WAIT_TIMEOUT_S = 300.0


class Person(Participant, PersonNode):
    """Acts on the toy and keeps its events."""

    @property
    def phase(self) -> int:
        """The phase of the current activity."""
        states = (e.message for e in reversed(self.events) if e.event is events.ACTIVITY_STATE)
        return next((int(state.phase) for state in states), 0)


class ScriptedSession(SimulatedGraph[Person]):
    """
    A person with the toy; its methods are the steps of a session.

    :param nodes: of the toy.
    :param settings: by node and field.
    :param start_ns: the ROS time at which it begins.
    """

    def __init__(
        self, nodes: Sequence[str], settings: Mapping[str, Mapping[str, Any]], start_ns: int
    ) -> None:
        super().__init__(
            nodes,
            settings,
            lambda **options: Person(nodes, (events.TRANSCRIPT,), **options),
            start_ns=start_ns,
            rate=float('inf'),
        )
        self.person = self.participant

    def _start(self) -> None:
        super()._start()
        self.wait(1.0)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._run_for(lambda: False, seconds)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """
        Let time pass until a condition is true.

        :raises AssertionError: it does not become true in time.
        """
        self._run_for(condition, WAIT_TIMEOUT_S)
        assert condition(), f'did not happen within {WAIT_TIMEOUT_S:g} s'

    def wait_for(self, event: EventType, where: Callable[[Any], bool] = lambda m: True) -> None:
        """Let time pass until an event comes."""
        begin = len(self.person.events)
        self.wait_until(
            lambda: any(e.event is event and where(e.message) for e in self.person.events[begin:])
        )

    def wait_until_at_rest(self) -> None:
        """Let the toy begin to answer, and end."""
        self.wait_until(lambda: self.person.phase != ActivityState.RESTING)
        self.wait_until(lambda: self.person.phase == ActivityState.RESTING)
        self.wait(1.0)

    def session(self, path: Path, kept: Iterable[EventType], namespace: str) -> Session:
        """Return the session so far, with the events of these types."""
        chosen = set(kept)
        settings = {
            node.get_name(): notable(node.settings_class(), node.settings.flat())
            for node in self.nodes
        }
        kept_events = [event for event in self.person.events if event.event in chosen]
        return Session(path, namespace, kept_events, settings, 0)

    def _run_for(self, stop: Callable[[], bool], seconds: float) -> None:
        self.run_until(self.time.now_ns + round(seconds * NANOSECONDS_PER_SECOND), stop)
