"""Test support: a real ROS graph with a probe."""

from phoenix_core.testing.graph import Probe, TestGraph

__all__ = ['Probe', 'TestGraph']
