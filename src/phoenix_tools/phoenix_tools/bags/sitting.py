"""Makes a session: a person who speaks, touches and types to the whole toy on simulated time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import ActivityState, SimulatedSensor, Transcript

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import Publishes
from phoenix_tools.bags.graph import Companion, Graph
from phoenix_tools.bags.node_settings import notable
from phoenix_tools.bags.session import Session

LONGEST_WAIT_S = 300.0


class Person(Companion):
    """Does things to the toy, and remembers all that happens."""

    transcript = Publishes(events.TRANSCRIPT)
    simulated_sound = Publishes(events.SIMULATED_SOUND)
    simulated_sensor = Publishes(events.SIMULATED_SENSOR)

    def touch(self, pad: str) -> None:
        """Touch a pad and let it go."""
        self._move(SimulatedSensor.TOUCH, pad)

    def press(self, button: str) -> None:
        """Press a button and let it go."""
        self._move(SimulatedSensor.BUTTON, button)

    def type(self, text: str) -> None:
        """Say something in writing."""
        self.transcript(kind=Transcript.FINAL, source=Transcript.TYPED, text=text)

    def play(self, recording: Path) -> None:
        """Say something aloud."""
        self.simulated_sound(file=str(recording))

    @property
    def phase(self) -> int:
        """What the toy is doing."""
        states = (e.message for e in reversed(self.happened) if e.event is events.ACTIVITY_STATE)
        return next((int(state.phase) for state in states), 0)

    def _move(self, kind: int, name: str) -> None:
        for value in (1.0, 0.0):
            self.simulated_sensor(kind=kind, name=name, value=value)


class Sitting:
    """
    A person at the toy; the steps of a session, one after another.

    :param nodes: of the toy.
    :param settings: by node and field.
    :param start_ns: the ROS time at which it begins.
    """

    def __init__(
        self, nodes: Sequence[str], settings: Mapping[str, Mapping[str, Any]], start_ns: int
    ) -> None:
        self._graph = Graph(
            nodes,
            settings,
            lambda **options: Person(nodes, (events.TRANSCRIPT,), **options),
            start_ns=start_ns,
            rate=float('inf'),
        )
        assert isinstance(self._graph.companion, Person)
        self.person = self._graph.companion

    def __enter__(self) -> 'Sitting':
        """Begin: the toy is up and rests."""
        self._graph.__enter__()
        try:
            self._graph.start()
        except BaseException:
            self._graph.__exit__()
            raise
        self.wait(1.0)
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop the toy."""
        self._graph.__exit__(*exc_info)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.wait_until(lambda: False, seconds, must=False)

    def wait_until(
        self, condition: Callable[[], bool], longest_s: float = LONGEST_WAIT_S, must: bool = True
    ) -> None:
        """
        Let time pass until something is so.

        :raises AssertionError: it does not become so.
        """
        self._graph.run_until(
            self._graph.time.now_ns + round(longest_s * NANOSECONDS_PER_SECOND), condition
        )
        assert not must or condition(), f'did not happen within {longest_s:g} s'

    def wait_for(self, event: EventType, where: Callable[[Any], bool] = lambda m: True) -> None:
        """Let time pass until an event comes."""
        begin = len(self.person.happened)
        self.wait_until(
            lambda: any(
                e.event is event and where(e.message) for e in self.person.happened[begin:]
            )
        )

    def wait_until_at_rest(self) -> None:
        """Let the toy begin to answer, and end."""
        self.wait_until(lambda: self.person.phase != ActivityState.RESTING)
        self.wait_until(lambda: self.person.phase == ActivityState.RESTING)
        self.wait(1.0)

    def session(self, path: Path, kept: Iterable[EventType], namespace: str) -> Session:
        """Return what happened so far, as far as these events tell it."""
        chosen = set(kept)
        settings = {
            node.get_name(): notable(node.settings_class(), node.settings.flat())
            for node in self._graph.nodes
        }
        happened = [event for event in self.person.happened if event.event in chosen]
        return Session(path, namespace, happened, settings, 0)
