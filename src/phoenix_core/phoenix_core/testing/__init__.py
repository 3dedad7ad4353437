"""Test support: a real ROS graph with a probe."""

from phoenix_core.testing.graph import NOTHING_KEPT, Probe, TestGraph, decide, keep_awake

__all__ = ['NOTHING_KEPT', 'Probe', 'TestGraph', 'decide', 'keep_awake']
