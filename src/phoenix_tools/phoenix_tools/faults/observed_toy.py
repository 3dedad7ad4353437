"""The condition of a toy as its own statuses tell it, to somebody who lets parts of it fail."""

import signal
from collections.abc import Collection, Mapping
from typing import Any

from phoenix_msgs.msg import CapabilityStatus, NodeStatus

from phoenix_core import events
from phoenix_core.events.event_type import EventType

SUPERVISOR = 'supervisor'
KILL, STOP = 'kill -9', 'SIGSTOP'
SIGNALS = {KILL: signal.SIGKILL, STOP: signal.SIGSTOP}  # by what is done to a process
OBSERVED = (events.NODE_STATUS, events.SYSTEM_STATUS)


class ObservedToy:
    """The newest status of each node and of each capability."""

    def __init__(self) -> None:
        """Begin to know nothing."""
        self.nodes: dict[str, NodeStatus] = {}
        self.capabilities: dict[str, CapabilityStatus] = {}

    def feed(self, event: EventType, message: Any) -> None:
        """Process an event of OBSERVED."""
        if event is events.NODE_STATUS:
            self.nodes[message.header.producer] = message
        elif event is events.SYSTEM_STATUS:
            self.capabilities = {entry.capability: entry for entry in message.capabilities}

    def members(self, process: int) -> list[str]:
        """Name the nodes of a process."""
        return [name for name, status in self.nodes.items() if status.process_id == process]

    def is_replaced(self, process: int, members: Collection[str]) -> bool:
        """Return whether nodes work in another process than this one."""
        return all(
            self.nodes[name].process_id != process and self.nodes[name].state == NodeStatus.ACTIVE
            for name in members
        )

    def forget_capabilities(self) -> None:
        """Forget what a supervisor has told that is about to end; the next one tells it anew."""
        self.capabilities = {}

    @property
    def levels(self) -> dict[str, int]:
        """How well each capability works, as in CapabilityStatus."""
        return {name: entry.level for name, entry in self.capabilities.items()}

    def is_well(self, tolerated: Mapping[str, int] | None = None) -> bool:
        """
        Return whether all capabilities work.

        :param tolerated: by capability, another level that is well enough.
        """
        return bool(self.capabilities) and all(
            level in (CapabilityStatus.OK, (tolerated or {}).get(name))
            for name, level in self.levels.items()
        )
