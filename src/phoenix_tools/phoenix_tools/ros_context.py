"""A ROS context of its own for a command that observes or asks the graph."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import Executor
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.telemetry import logs


@contextmanager
def ros_executor() -> Iterator[tuple[Context, Executor]]:
    """Provide a context without rclpy's signal handlers, and its executor; shut both down."""
    context = Context()
    arguments = logs.ros_arguments(os.environ)
    rclpy.init(args=arguments, context=context, signal_handler_options=SignalHandlerOptions.NO)
    executor = EventsExecutor(context=context)
    try:
        yield context, executor
    finally:
        executor.shutdown()
        context.try_shutdown()


def subscribe(
    node: Node, observed: Iterable[EventType], on_event: Callable[[EventType, Any], None]
) -> None:
    """Call a function with each of these events and its message."""
    for event in observed:
        callback = partial(on_event, event)
        wanted = qos.subscription(event.qos)
        node.create_subscription(event.message_class, event.topic, callback, wanted)


@contextmanager
def command_node(name: str, namespace: str) -> Iterator[tuple[Node, Executor]]:
    """Provide a node without services of its own, and its executor; take it off the graph."""
    with ros_executor() as (context, executor):
        node = Node(
            name,
            context=context,
            namespace=namespace,
            use_global_arguments=False,
            start_parameter_services=False,
            enable_rosout=False,
        )
        executor.add_node(node)
        try:
            yield node, executor
        finally:
            executor.remove_node(node)
            node.destroy_node()
