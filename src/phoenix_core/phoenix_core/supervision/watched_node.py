"""A supervised node: its status, its failures, and its state machine."""

from collections.abc import Collection
from dataclasses import dataclass

from phoenix_msgs.msg import NodeStatus

from phoenix_core.clock.backoff import Backoff
from phoenix_core.supervision.life_signs import LifeSign, LifeSigns
from phoenix_core.supervision.settings import SupervisorSettings
from phoenix_core.supervision.state import Command, Nodes, Process, State


@dataclass
class _Request:
    """A requested transition that the status of the node does not show yet."""

    command: Command
    since: float
    asked_at: float  # the last time
    obeyed: bool = False  # it has succeeded; the status follows


class WatchedNode:
    """
    One node; its state changes in `_enter` alone, which logs the reason.

    Times are seconds, as in Supervision.
    """

    def __init__(
        self, status: NodeStatus, nodes: Nodes, settings: SupervisorSettings, now: float
    ) -> None:
        self.name = status.header.producer
        self.state = State.WAITING
        self.life = LifeSigns(now)
        self.failures = 0  # in a row
        self.needs_rebuild = False  # the next attempt needs a new instance
        self.was_active = False
        self.at_rest = False  # an operator has deactivated it, and nobody has activated it again
        self._nodes = nodes
        self._settings = settings
        self._active_since: float | None = None
        self._request: _Request | None = None
        self._backoff = Backoff(settings.retry_s, settings.retry_max_s)
        self._retry_at = now
        self._ended_process = False  # its process ended during its last transition
        self._note(status)
        self._rest(now, 'first status')

    @property
    def process(self) -> Process:
        """The process in which the node runs."""
        return Process(self.status.host, self.status.process_id)

    @property
    def works(self) -> bool:
        """Whether the node is active."""
        return self.status.state == NodeStatus.ACTIVE and self.state is not State.DOWN

    @property
    def is_managed(self) -> bool:
        """Whether the node is present and does not start itself."""
        return not self.status.autostart and self.state is not State.DOWN

    @property
    def is_changing(self) -> bool:
        """Whether a transition is under way."""
        return self._request is not None

    @property
    def can_be_asked(self) -> bool:
        """Whether the node can receive a request."""
        return self.is_managed and self.life.alive and not self.is_changing

    @property
    def in_trouble(self) -> bool:
        """Whether the node is down, or has failed recently."""
        return self.state is State.DOWN or self.failures > 0

    @property
    def is_lost(self) -> bool:
        """Whether the node has failed too often in a row."""
        return self.failures >= self._settings.attempts

    # Inputs.

    def on_status(self, status: NodeStatus, now: float) -> None:
        """Process a status from the same process."""
        self._note(status)
        if self._request is not None and status.state in _ends(self._request.command):
            self._request = None
        self._rest_again(now, 'its status says so')

    def on_new_process(self, status: NodeStatus, now: float) -> None:
        """Process the first status from a new process, which replaces the previous one."""
        self.life.on_new_process(now)
        self.needs_rebuild = False
        self._note(status)
        self._rest(now, 'has a new process')

    def on_liveliness(self, alive: bool, now: float) -> None:
        """Process a report of DDS."""
        self.life.on_liveliness(alive, now)
        # If the process has ended, the report is about a new one, whose status follows.
        if alive and self.state is State.DOWN and self._nodes.exists(self.process):
            self._rest(now, 'is alive again')

    def ask(self, command: Command, now: float) -> None:
        """Request a transition; without effect if the node cannot receive requests yet."""
        if self._nodes.change(self.name, command):
            self._request = _Request(command, now, now)
            self._enter(command.state, 'was asked')

    def on_answer(self, command: Command, now: float, *, success: bool) -> None:
        """Process the result of a transition."""
        request = self._request
        if request is None or request.command is not command:
            return
        if success:
            request.obeyed = True
        elif not request.obeyed:  # otherwise it has refused a repeated request
            self._request = None
            self._fail(now)
            self._rest(now, f'could not {command.name.lower()}')

    def hangs(self, now: float) -> bool:
        """
        Return whether the node has been silent for too long.

        A node that was never heard gets a new subscription and the same time again.
        """
        # DDS needs some time to discover the new instance of a node that is rebuilt.
        rebuilding = self.state is State.REBUILDING
        limit_s = self._settings.gather_s if rebuilding else self._settings.hang_s
        if self.life.silent_s(now) < limit_s:
            return False
        if self.life.sign is not LifeSign.UNHEARD:
            return True
        self.life.on_listened_again(now)
        self._nodes.listen_again(self.name)
        return False

    def on_process_lost(self, now: float, *, ended: bool, failed: bool) -> None:
        """
        Handle a process that has ended, or that hangs or was killed because it did.

        :param failed: whether it counts as a failure of this node.
        """
        if ended:
            self._ended_process = self.is_changing
        if failed:
            self._fail(now)
        self._request = self._active_since = None
        self._enter(State.DOWN, 'its process has ended' if ended else 'its process hangs')

    def step(self, now: float) -> None:
        """Do what is due."""
        if self._request is not None:
            self._check_request(self._request, now)
        if self._active_since and now - self._active_since >= self._settings.stable_s:
            self.failures = 0
            self._backoff.reset()
        self._rest_again(now, 'a pause is over')

    def _check_request(self, request: _Request, now: float) -> None:
        # A node gives no sign of life during a transition. A live one has not got the request:
        # DDS may confuse the service of a dead process with that of its successor.
        unanswered_s = now - max(request.asked_at, self.life.since)
        if self.life.alive and not request.obeyed and unanswered_s >= self._settings.answer_s:
            request.asked_at = now
            self._nodes.change(self.name, request.command)
        if now >= request.since + self._settings.transition_s:
            self._request = None
            limit_s = self._settings.transition_s
            message = f'{request.command.name.lower()} has not ended within {limit_s:g} s'
            self._nodes.report(self.name, 'transition_late', message, '', lost=False)
            self._fail(now)
            self._rest(now, message)

    # The state machine.

    def _note(self, status: NodeStatus) -> None:
        self.status = status
        self.consumes = frozenset(status.consumes)
        self.produces = frozenset(topic.topic for topic in status.topics)
        if status.state == NodeStatus.ACTIVE:
            self.was_active, self.at_rest = True, False
        else:
            self._active_since = None
        if status.state == NodeStatus.AT_REST and not self.at_rest:
            self.at_rest = True
            message, tried = 'deactivated by an operator', 'lets it rest until one activates it'
            self._nodes.report(self.name, 'node_at_rest', message, tried, lost=False)
        if status.state == NodeStatus.FINALIZED:
            self.needs_rebuild = False

    def _fail(self, now: float) -> None:
        """Count a failure; the first in a row is followed by no pause."""
        self.failures += 1
        self.needs_rebuild = self.failures > 1
        self._retry_at = now + (self._backoff.next_s() if self.failures > 1 else 0.0)
        if self.failures == self._settings.attempts:
            message = f'failed {self.failures} times in a row'
            tried = 'given up' if self._is_hopeless else 'tries again now and then'
            self._nodes.report(self.name, 'node_lost', message, tried, lost=True)

    @property
    def _is_hopeless(self) -> bool:
        """Whether another attempt would likely end the process, which other nodes may share."""
        return self._ended_process and self.is_lost

    def _rest(self, now: float, reason: str) -> None:
        """Enter the state of a node that is present and not in a transition."""
        is_active = self.status.state == NodeStatus.ACTIVE
        if is_active:
            self._active_since = self._active_since or now
        if self.status.state == NodeStatus.FINALIZED:
            state = State.REBUILDING
        elif self.at_rest:
            state = State.AT_REST
        elif self._is_hopeless:
            state = State.GIVEN_UP
        elif now < self._retry_at:
            state = State.BACKING_OFF
        else:
            state = State.IN_SERVICE if is_active else State.WAITING
        self._enter(state, reason)

    def _rest_again(self, now: float, reason: str) -> None:
        """Call `_rest`, unless the node is down or in a transition."""
        if self._request is None and self.state is not State.DOWN:
            self._rest(now, reason)

    def _enter(self, state: State, reason: str) -> None:
        if state is not self.state:
            self.state = state
            self._nodes.entered(self.name, state, reason)


def _ends(command: Command) -> Collection[int]:
    """Return the states of a node that end a request: its goal, or what an operator wants."""
    by_operator = {Command.ACTIVATE: NodeStatus.AT_REST, Command.REST: NodeStatus.ACTIVE}
    return command.goal, by_operator.get(command, command.goal)
