"""The states of a supervised node, and the commands that lead from one to another."""

from enum import Enum

from phoenix_msgs.msg import NodeStatus


class State(Enum):
    """What the supervision knows of a node and does about it."""

    WAITING = 'waiting'  # can be asked to configure or to activate
    CONFIGURING = 'configuring'
    ACTIVATING = 'activating'
    DEACTIVATING = 'deactivating'
    CLEANING_UP = 'cleaning up'
    SHUTTING_DOWN = 'shutting down'
    REBUILDING = 'rebuilding'  # is finalized; its process makes a new instance of it
    IN_SERVICE = 'in service'  # is active
    BACKING_OFF = 'backing off'  # has failed; is asked for nothing until a pause is over
    GIVEN_UP = 'given up'  # has taken its process along too often; is not asked again
    DOWN = 'down'  # its process has ended or hangs, and has not come back


class Command(Enum):
    """A transition of a lifecycle node: the lifecycle state it leads to, the state meanwhile."""

    CONFIGURE = NodeStatus.INACTIVE, State.CONFIGURING
    ACTIVATE = NodeStatus.ACTIVE, State.ACTIVATING
    DEACTIVATE = NodeStatus.INACTIVE, State.DEACTIVATING
    CLEANUP = NodeStatus.UNCONFIGURED, State.CLEANING_UP
    SHUTDOWN = NodeStatus.FINALIZED, State.SHUTTING_DOWN

    @property
    def goal(self) -> int:
        """The lifecycle state of a node that has obeyed, as in NodeStatus."""
        return int(self.value[0])

    @property
    def state(self) -> State:
        """The state of a node that has not obeyed yet."""
        return self.value[1]
