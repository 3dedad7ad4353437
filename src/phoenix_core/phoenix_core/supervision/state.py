"""The states of a supervised node, and the commands that lead from one to another."""

from enum import Enum

from phoenix_msgs.msg import NodeStatus


class State(Enum):
    """The state of a node in the view of the supervision."""

    WAITING = 'waiting'  # can be requested to configure or to activate
    CONFIGURING = 'configuring'
    ACTIVATING = 'activating'
    DEACTIVATING = 'deactivating'
    CLEANING_UP = 'cleaning up'
    SHUTTING_DOWN = 'shutting down'
    REBUILDING = 'rebuilding'  # finalized; its process creates a new instance
    IN_SERVICE = 'in service'  # active
    BACKING_OFF = 'backing off'  # has failed; gets no requests until a pause is over
    GIVEN_UP = 'given up'  # has ended its process too often; gets no more requests
    DOWN = 'down'  # its process has ended or hangs


class Command(Enum):
    """A transition of a lifecycle node: its goal, and the state while it is under way."""

    CONFIGURE = NodeStatus.INACTIVE, State.CONFIGURING
    ACTIVATE = NodeStatus.ACTIVE, State.ACTIVATING
    DEACTIVATE = NodeStatus.INACTIVE, State.DEACTIVATING
    CLEANUP = NodeStatus.UNCONFIGURED, State.CLEANING_UP
    SHUTDOWN = NodeStatus.FINALIZED, State.SHUTTING_DOWN

    @property
    def goal(self) -> int:
        """The lifecycle state after the transition, as in NodeStatus."""
        return int(self.value[0])

    @property
    def state(self) -> State:
        """The state during the transition."""
        return self.value[1]
