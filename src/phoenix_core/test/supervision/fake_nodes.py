"""Simulated nodes that obey a supervision, and its clock."""

from phoenix_msgs.msg import CapabilityStatus, EventHeader, NodeStatus, TopicReach

from phoenix_core.supervision.settings import SupervisorSettings
from phoenix_core.supervision.state import Command, Process, State
from phoenix_core.supervision.supervision import Supervision

UNCONFIGURED, INACTIVE, ACTIVE, FINALIZED, AT_REST = 1, 2, 3, 4, 5
OK, DEGRADED, LOST = CapabilityStatus.OK, CapabilityStatus.DEGRADED, CapabilityStatus.LOST

# A small toy: the topics that each node consumes and produces. `mind` and `mouth` form a circle.
GRAPH = {
    'ear': ((), ('sound',)),
    'mind': (('sound', 'spoken'), ('say',)),
    'mouth': (('say',), ('spoken', 'light')),
    'lamp': (('light',), ()),
}


class FakeNodes:
    """Simulated nodes that obey, each in a process of its own, and the clock."""

    def __init__(self, *, standbys=None, **options) -> None:
        self.now = 100.0
        self.asked: list[tuple[str, str]] = []
        self.reports: list[tuple[str, str]] = []
        self.entries: list[tuple[str, State]] = []
        self.killed: list[int] = []
        self.listened: list[str] = []
        self.gone: set[int] = set()
        self.stopped: set[int] = set()
        self.starved: set[int] = set()
        self.strange: set[int] = set()  # that no launcher has started
        self.failing: set[str] = set()
        self.lossy: set[str] = set()  # that get no request
        self.states: dict[str, tuple[int, int]] = {}  # state and process
        capabilities = {'all': list(GRAPH), 'glow': ['lamp']}
        self.supervision = Supervision(
            self, capabilities, SupervisorSettings(**options), standbys or {}
        )

    def change(self, node: str, command: Command) -> bool:
        self.asked.append((node, command.name.lower()))
        return True

    def exists(self, process: Process) -> bool:
        return process.pid not in self.gone

    def is_stopped(self, process: Process) -> bool:
        return process.pid in self.stopped

    def is_starved(self, process: Process) -> bool:
        return process.pid in self.starved

    def listen_again(self, node: str) -> None:
        self.listened.append(node)

    def runs(self, process: Process, node: str) -> bool:
        return process.pid not in self.strange | self.gone

    def kill(self, process: Process, node: str) -> bool:
        if process.pid in self.strange:
            return False
        self.killed.append(process.pid)
        return True

    def report(self, node, code, message, tried, *, lost) -> None:
        self.reports.append((node, code))

    def entered(self, node, state, reason) -> None:
        self.entries.append((node, state))

    # What the nodes do.

    def tell(self, name: str, state: int, pid: int, **options) -> None:
        self.supervision.on_status(self.status(name, state, pid, **options), self.now)
        self.supervision.on_liveliness(name, True, self.now)

    def status(self, name, state, pid, level=OK, autostart=False) -> NodeStatus:
        self.states[name] = (state, pid)
        consumes, produces = GRAPH[name]
        return NodeStatus(
            header=EventHeader(producer=name),
            state=state,
            level=level,
            message='' if level == OK else 'aches',
            host='here',
            process_id=pid,
            autostart=autostart,
            consumes=consumes,
            topics=[TopicReach(topic=topic) for topic in produces],
        )

    def appear(self, *names: str, pid: int | None = None, state: int = UNCONFIGURED) -> None:
        for number, name in enumerate(names):
            self.tell(name, state, pid or 10 + number + len(self.asked))

    def silence(self, *names: str) -> None:
        for name in names:
            self.supervision.on_liveliness(name, False, self.now)

    def step(self, seconds: float = 0.0) -> list[tuple[str, str]]:
        """Let time pass, answer all that is asked, and return it."""
        self.now += seconds
        for name, (state, pid) in self.states.items():
            if state == FINALIZED:  # its process makes a new one
                self.tell(name, UNCONFIGURED, pid)
        begin = len(self.asked)
        self.supervision.step(self.now)
        asked = self.asked[begin:]
        for name, command in asked:
            wanted = Command[command.upper()]
            if name in self.lossy:
                continue
            if name in self.failing and wanted is not Command.SHUTDOWN:
                self.supervision.on_answer(name, wanted, self.now, success=False)
            else:
                self.tell(name, wanted.goal, self.states[name][1])
        return asked

    def bring_up(self) -> None:
        for _ in range(10):
            self.step(0.1)
        assert all(state == ACTIVE for state, _ in self.states.values())

    def levels(self) -> dict[str, int]:
        return {status.capability: status.level for status in self.supervision.status()}

    def codes(self, node: str) -> list[str]:
        return [code for name, code in self.reports if name == node]
