"""A ROS context of its own for a command that observes the graph."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.context import Context
from rclpy.executors import Executor
from rclpy.experimental import EventsExecutor
from rclpy.signals import SignalHandlerOptions

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
