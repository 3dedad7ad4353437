"""Test support: a real ROS graph with a probe, and nodes that fail on request."""

from phoenix_core.testing.graph import Probe, TestGraph

__all__ = ['Probe', 'TestGraph']
