"""
Nodes that fail on request, for fault tests and for the chaos harness (bench/chaos.py).

`python failing_nodes.py NODE...` runs them; no launch file does.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from rclpy.utilities import remove_ros_args
from std_msgs.msg import String

from phoenix_core.events import qos
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.settings import plugins
from phoenix_core.settings.plugins import NODES

HANG, RAISE = 'hang', 'raise'


class InjectedError(Exception):
    """Raised by a handler on request."""


def failure_topic(node: str) -> str:
    """Return the topic of failure requests: HANG acts at once, RAISE at the next event."""
    return f'{node}/failure'


def failing(node_class: type[EventNode]) -> type[EventNode]:
    """Return a subclass of a node class that fails on request."""

    class Failing(node_class):  # type: ignore[misc, valid-type]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self._raises_next = False
            for name in set(self.declarations.subscribes.values()):
                setattr(self, name, self._wrap(getattr(self, name)))
            self.create_subscription(String, failure_topic(self.get_name()), self._fail, qos.EVENT)

        @classmethod
        def node_name(cls) -> str:
            return node_class.node_name()

        def _fail(self, how: String) -> None:
            if how.data == HANG:
                time.sleep(3600)
            self._raises_next = True

        def _wrap(self, handler: Callable[[Any], object]) -> Callable[[Any], None]:
            def handle(message: Any) -> None:
                if self._raises_next:
                    self._raises_next = False
                    raise InjectedError
                handler(message)

            return handle

    return Failing


def main() -> None:
    """Run the nodes given on the command line in one process."""
    names = filter(None, remove_ros_args(sys.argv)[1:])
    run([failing(plugins.load(NODES, name)) for name in names])


if __name__ == '__main__':
    main()
